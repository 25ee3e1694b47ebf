// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/reload.h"

#include "config/loader.h"
#include "service/anchor_files.h"
#include "service/clock.h"

namespace forcetls {

namespace {

bool is_same_socket(const std::optional<OutboundMapSettings>& a,
                    const std::optional<OutboundMapSettings>& b) {
  if (!a || !b) return !a && !b;
  return a->socket == b->socket && a->socket_mode == b->socket_mode &&
         a->socket_group == b->socket_group;
}

}  // namespace

std::vector<std::string_view> find_restart_keys(const StartSettings& started,
                                                const StartSettings& loaded) {
  const MilterSettings& before = started.milter;
  const MilterSettings& after = loaded.milter;
  std::vector<std::string_view> keys;
  if (before.socket != after.socket) keys.push_back("socket");
  if (before.socket_mode != after.socket_mode) keys.push_back("socket-mode");
  if (before.socket_group != after.socket_group) keys.push_back("socket-group");
  if (before.user != after.user) keys.push_back("user");
  if (before.state_directory != after.state_directory) keys.push_back("state-directory");
  if (started.evidence != loaded.evidence) keys.push_back("[postfix-evidence]");
  if (!is_same_socket(started.outbound_map, loaded.outbound_map)) keys.push_back("[outbound-map]");
  return keys;
}

std::string count_connectors(const Policy& policy) {
  const auto outbound = policy.outbound().connectors().size();
  return "connectors: " + std::to_string(policy.connectors().size()) +
         (outbound > 0 ? ", outbound: " + std::to_string(outbound) : "");
}

bool reload(const std::string& file, const StartSettings& started, CurrentConfig& current,
            Log& log) {
  const LoadResult loaded = load_config(file, now());
  for (const Diagnostic& diagnostic : loaded.diagnostics) log.note(diagnostic);
  if (!loaded.config) {
    log.error("reload failed: the running configuration stays in force");
    return false;
  }
  if (const std::string problem = write_anchor_files(*loaded.config); !problem.empty()) {
    log.error(problem);
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
  log.info("reload: the configuration of " + file + " is in force, " +
           count_connectors(loaded.config->policy));
  return true;
}

}  // namespace forcetls
