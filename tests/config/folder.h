// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// A folder of configuration files for a test, removed with the object.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "config/load_text.h"

namespace forcetls {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "forcetls-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
  }
  LoadResult load(const std::string& name) const { return load_config(*this / name, kNow); }
  /// All messages of loading `name`, with the folder as `~`.
  std::string messages(const std::string& name) const { return hide(format_all(load(name))); }
  std::string hide(std::string text) const {
    const auto folder = path_.string();
    for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder))
      text.replace(at, folder.size(), "~");
    return text;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace forcetls
