// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/lint_outbound.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "config/time_text.h"
#include "wire/ip_text.h"
#include "wire/next_hop.h"

namespace forcetls {

namespace {

bool is_address(std::string_view host) {
  if (host.starts_with("ipv6:")) host.remove_prefix(5);
  return parse_ip_address(host).has_value();
}

/// That the server must prove the name of the next hop itself.
bool demands_own_name(const OutboundTerms& terms) {
  if (terms.certificate == OutboundTerms::Certificate::Verified) return terms.names.empty();
  return std::any_of(terms.rules.begin(), terms.rules.end(), [](const OutboundRule& one) {
    return one.rule.names.empty() && !one.rule.is_pinned();
  });
}

}  // namespace

void lint_outbound(const std::vector<OutboundConnector>& connectors, Time now,
                   DiagnosticList& diagnostics) {
  for (const auto& connector : connectors) {
    const auto warn = [&](const std::string& text) {
      diagnostics.warning(connector.where, fmt::format("[outbound {}] {}", connector.name, text));
    };
    const auto& suspended = connector.particulars.suspend_until;
    if (suspended && now < *suspended)
      warn(fmt::format("is suspended until {}: its mail is sent whatever the server is",
                       format_time(*suspended)));
    if (demands_own_name(connector.terms) && is_address(host_in_brackets(connector.smart_host)))
      warn(fmt::format("never delivers to 'smart-host' {}: certificates have names, not addresses; "
                       "give 'require-certificate-name'",
                       connector.smart_host));
  }
}

}  // namespace forcetls
