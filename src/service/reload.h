// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Loading the configuration anew while the daemon runs: all of it takes effect, or nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "service/current_config.h"
#include "service/log.h"

namespace forcetls {

/// What a running daemon cannot change.
struct StartSettings {
  explicit StartSettings(const Config& config)
      : milter(config.milter), evidence(config.evidence), outbound_map(config.outbound_map) {}

  MilterSettings milter;
  std::optional<EvidenceSettings> evidence;
  std::optional<OutboundMapSettings> outbound_map;
};

/// The keys of [milter], and the sections, in which `loaded` differs from `started` and that a
/// running daemon cannot change.
std::vector<std::string_view> find_restart_keys(const StartSettings& started,
                                                const StartSettings& loaded);

/// `connectors: 3, outbound: 2`, for the log.
std::string count_connectors(const Policy& policy);

/// Loads `file`. On any error everything stays as it is and the log says why. `started` is what the
/// daemon began with. Gives whether what was loaded is in force. Called by one thread at a time.
bool reload(const std::string& file, const StartSettings& started, CurrentConfig& current,
            Log& log);

}  // namespace forcetls
