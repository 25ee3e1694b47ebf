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

using Demand = OutboundTerms::Certificate;

/// That the server may prove the name of the next hop itself. Where that is an address, OpenSSL
/// wants it of every certificate, and `.ADDRESS` is in none.
bool demands_own_name(const OutboundTerms& terms) {
  if (terms.certificate == Demand::Verified) return terms.names.empty();
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
      warn(fmt::format("is suspended until {}: the MTA's own default holds for its mail",
                       format_time(*suspended)));
    const OutboundTerms& terms = connector.terms;
    const bool is_dane = terms.certificate == Demand::Dane;
    if (parse_ip_address(host_in_brackets(connector.smart_host))) {
      if (demands_own_name(terms))
        warn(
            fmt::format("never delivers to 'smart-host' {}: certificates have names, not "
                        "addresses; give {}",
                        connector.smart_host,
                        terms.certificate == Demand::Verified ? "'require-certificate-name'"
                                                              : "each [certificate] a 'name'"));
      if (is_dane)
        warn(fmt::format("never delivers to 'smart-host' {}: DANE is for names, not addresses",
                         connector.smart_host));
    }
    const auto& patterns = connector.match_recipient;
    if (!connector.smart_host.empty() &&
        std::find(patterns.begin(), patterns.end(), DomainPattern{}) != patterns.end())
      warn(fmt::format("routes nothing to 'smart-host' for 'match-recipient = *': Postfix would send "
                       "mail for its own domains there, too; set relayhost = {}",
                       connector.smart_host));
    if (is_dane && !terms.server_name.empty())
      warn(
          "has a 'server-name' without effect: with 'dane' Postfix asks for the name that has the "
          "TLSA record");
  }
}

}  // namespace forcetls
