// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/outbound_explanation.h"

#include <utility>

#include "core/tls_policy.h"
#include "wire/mail_path.h"
#include "wire/next_hop.h"
#include "wire/printable.h"

namespace forcetls {

namespace {

constexpr std::size_t kMostOfText = 200;

/// The text behind the last `@`, or all of it; without brackets around the whole.
std::string_view domain_text(std::string_view to) {
  if (to.starts_with('<') && to.ends_with('>')) to = to.substr(1, to.size() - 2);
  const auto at = to.rfind('@');
  return at == std::string_view::npos ? to : to.substr(at + 1);
}

std::optional<NextHop> next_hop_of(const std::string& to) {
  const auto domain = domain_text(to);
  // u@[192.0.2.1]: the next hop is that host.
  if (!host_in_brackets(domain).empty()) return parse_next_hop(domain);
  const auto path = parse_mail_path(to);
  if (!path.damaged && path.domains.size() == 1) return parse_next_hop(path.domains.front());
  auto next_hop = parse_next_hop(domain);
  if (to.find('@') != std::string::npos || next_hop.domain.empty() || next_hop.parent)
    return std::nullopt;
  return next_hop;
}

void look_up(OutboundExplanation& explanation, const Config& config) {
  std::string_view rest = explanation.next_hop.text;
  const bool has_parents = rest == explanation.next_hop.domain;
  for (;;) {
    const NextHop key = parse_next_hop(rest);
    auto ruling = config.policy.outbound(key, explanation.time);
    const OutboundConnector* demanding = ruling.demanding();
    if (explanation.keys.empty()) explanation.ruling = std::move(ruling);
    explanation.keys.emplace_back(rest);
    if (demanding) {
      auto policy =
          format_tls_policy(demanding->terms, explanation.time, config.postfix_version());
      using Result = OutboundExplanation::Result;
      explanation.connector = demanding;
      explanation.result = policy ? Result::Policy : Result::Wait;
      explanation.policy = std::move(policy).value_or("");
      return;
    }
    const auto dot = has_parents ? rest.find('.', 1) : std::string_view::npos;
    if (dot == std::string_view::npos) return;
    rest.remove_prefix(dot);
  }
}

}  // namespace

std::variant<OutboundExplanation, std::string> explain_outbound(
    const Config& config, const std::string& to, const std::optional<std::string>& relay,
    Time time) {
  const auto own = next_hop_of(to);
  if (!own)
    return "--to '" + clean_text(to, kMostOfText) + "': expected an address with a domain";
  OutboundExplanation explanation{.recipient = to, .time = time, .next_hop = *own};
  if (relay) {
    if (!parse_smart_host(*relay))
      return "--relay '" + clean_text(*relay, kMostOfText) +
             "': expected [HOST], [HOST]:PORT, DOMAIN or DOMAIN:PORT";
    explanation.next_hop = parse_next_hop(*relay);
    explanation.relayed = explanation.next_hop.text != own->text;
  }
  look_up(explanation, config);
  if (explanation.relayed) {
    const auto direct = config.policy.outbound(*own, time);
    const auto* hidden = direct.connector;
    if (hidden && hidden != explanation.connector &&
        hidden->smart_host != explanation.next_hop.text)
      explanation.hidden = hidden;
  }
  return explanation;
}

}  // namespace forcetls
