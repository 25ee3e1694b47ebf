// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/reload.h"

#include <chrono>

#include "config/loader.h"

namespace forcetls {

std::vector<std::string_view> find_restart_keys(const StartSettings& before,
                                                const StartSettings& after) {
  const MilterSettings& started = before.milter;
  const MilterSettings& loaded = after.milter;
  std::vector<std::string_view> keys;
  if (started.socket != loaded.socket) keys.push_back("socket");
  if (started.socket_mode != loaded.socket_mode) keys.push_back("socket-mode");
  if (started.socket_group != loaded.socket_group) keys.push_back("socket-group");
  if (started.user != loaded.user) keys.push_back("user");
  if (started.state_directory != loaded.state_directory) keys.push_back("state-directory");
  if (before.evidence != after.evidence) keys.push_back("[postfix-evidence]");
  return keys;
}

bool reload(const std::string& file, const StartSettings& started, CurrentConfig& current,
            Log& log) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const LoadResult loaded = load_config(file, now);
  for (const Diagnostic& diagnostic : loaded.diagnostics) log.note(diagnostic);
  if (!loaded.config) {
    log.error("reload failed: the running configuration stays in force");
    return false;
  }
  current.set(loaded.config);
  log.configure(loaded.config->milter);
  std::string keys;
  for (const std::string_view key : find_restart_keys(started, StartSettings(*loaded.config))) {
    keys += keys.empty() ? "" : ", ";
    keys += key;
  }
  if (!keys.empty()) log.warning("reload: a change of these settings needs a restart: " + keys);
  log.info("reload: the configuration of " + file + " is in force, connectors: " +
           std::to_string(loaded.config->policy.connectors().size()));
  return true;
}

}  // namespace forcetls
