// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// A folder of configuration files for a test, removed with the object.
#pragma once

#include <string>

#include "config/load_text.h"
#include "temporary_folder.h"

namespace forcetls {

class Folder : public TemporaryFolder {
 public:
  LoadResult load(const std::string& name) const { return load_config(*this / name, kNow); }
  /// All messages of loading `name`, with the folder as `~`.
  std::string messages(const std::string& name) const { return hide(format_all(load(name))); }
};

}  // namespace forcetls
