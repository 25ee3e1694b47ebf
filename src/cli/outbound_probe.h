// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Whether a partner's mail server is what outbound connectors demand of it, as far as a probe can
/// tell. Judges with what also judges inbound sessions.
#pragma once

#include <string>
#include <vector>

#include "cli/starttls.h"
#include "cli/typed_host.h"
#include "core/outbound.h"
#include "core/policy.h"

namespace forcetls {

/// An outbound connector for mail to the probed domain or host, and its part in that.
struct OutboundDemand {
  const OutboundConnector* connector;
  Standing standing;
  std::string next_hop;  // the domain, or the host; an address is nobody's name
};

/// Monitor connectors first, then the one that decides, if any.
std::vector<OutboundDemand> find_demands(const Policy& policy, const TypedHost& target, Time time);

/// The findings of one server; `facts` is what is known of its certificate at `time`.
std::vector<Finding> check_server(const OutboundDemand& demand, const TlsServer& server,
                                  const Certificate& facts, Time time);

}  // namespace forcetls
