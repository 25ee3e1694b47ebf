// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// A configuration file for a test, removed with the object.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace forcetls {

class GivenConfig {
 public:
  explicit GivenConfig(std::string_view text) {
    std::string name = std::filesystem::temp_directory_path() / "forcetls-test-XXXXXX";
    if (!mkdtemp(name.data())) throw std::runtime_error("mkdtemp failed");
    folder_ = name;
    std::ofstream(path()) << text;
  }
  GivenConfig(const GivenConfig&) = delete;
  GivenConfig& operator=(const GivenConfig&) = delete;
  ~GivenConfig() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string path() const { return folder_ / "forcetls.conf"; }

 private:
  std::filesystem::path folder_;
};

}  // namespace forcetls
