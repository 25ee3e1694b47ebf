// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What an MTA is told that asks [outbound-map] (DESIGN.md section 7), and why: the maps by their
/// names. Pure and thread-safe; sockets and log lines are others' business.
#pragma once

#include <string>

#include "core/outbound.h"
#include "core/policy.h"
#include "core/tls_policy.h"
#include "wire/socketmap.h"

namespace forcetls {

/// What answers depend on beside the query.
struct OutboundContext {
  const Policy& policy;
  Time time;
  PostfixVersion version;
};

struct OutboundAnswer {
  SocketmapReply reply{};
  bool known_map = true;
  NextHop next_hop{};
  OutboundRuling ruling{};  // where the map asks for terms; points into the policy
  /// A relay that no connector governs: those of the domains of its mail do not come to bear.
  bool hides_recipients = false;
};

OutboundAnswer answer_outbound(const SocketmapQuery& query, const OutboundContext& context);

/// What mail would be sent with if the connector were in force: a TLS policy, or `defer`.
std::string format_would(const OutboundConnector& connector, const OutboundContext& context);

}  // namespace forcetls
