// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Loading the configuration anew while the daemon runs: all of it takes effect, or nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "service/current_config.h"
#include "service/log.h"

namespace forcetls {

/// The keys of [milter] in which `loaded` differs from `started` and that a running daemon cannot
/// change.
std::vector<std::string_view> find_restart_keys(const MilterSettings& started,
                                                const MilterSettings& loaded);

/// Loads `file`. On any error everything stays as it is and the log says why. `started` is what the
/// daemon began with. Called by one thread at a time.
void reload(const std::string& file, const MilterSettings& started, CurrentConfig& current,
            Log& log);

}  // namespace forcetls
