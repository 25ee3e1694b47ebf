// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Loads a configuration: the one way in for the daemon, the administrator's tool and the tests.
/// Looks at files only, never at the machine (users, groups, sockets).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/diagnostic.h"
#include "core/session.h"

namespace forcetls {

struct LoadResult {
  std::shared_ptr<const Config> config;  ///< nullptr if there is any error
  std::vector<Diagnostic>
      diagnostics;  ///< errors and warnings, by file in the order read, and line
};

/// Reads the file and those it includes; all mistakes at once. `now` is for warnings about dates.
LoadResult load_config(const std::string& path, Time now);

/// The same for a text that is in no file; `name` stands for one in messages and where it names
/// files. Cannot include.
LoadResult load_config_text(const std::string& name, std::string_view text, Time now);

}  // namespace forcetls
