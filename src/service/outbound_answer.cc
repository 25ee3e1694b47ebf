// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/outbound_answer.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "wire/next_hop.h"
#include "wire/sendmail_query.h"

namespace forcetls {
namespace {

using Kind = SocketmapReply::Kind;

std::optional<std::string> format_terms(const OutboundConnector& connector,
                                        const OutboundContext& context) {
  return format_tls_policy(connector.terms, context.time, context.version);
}

SocketmapReply demand(const OutboundConnector& connector, const OutboundContext& context) {
  if (auto terms = format_terms(connector, context)) return {Kind::Ok, *std::move(terms)};
  return {Kind::Temp, "none of the [certificate] sections of [outbound " + connector.name +
                          "] counts at this time"};
}

/// Mail to one's own machine, as to a content filter, is on no way to a partner.
bool is_own_machine(std::string_view host) {
  return host.starts_with("127.") || host == "localhost" || host == "::1" || host == "ipv6:::1";
}

/// `[host]`, `[host]:port` or `domain:port`.
bool names_relay(const NextHop& next_hop) {
  return next_hop.text != next_hop.domain && parse_smart_host(next_hop.text) &&
         !is_own_machine(host_in_brackets(next_hop.text));
}

/// smtp_tls_policy_maps
OutboundAnswer answer_tls(std::string_view key, const OutboundContext& context) {
  OutboundAnswer answer{.next_hop = parse_next_hop(key)};
  answer.ruling = context.policy.outbound(answer.next_hop, context.time);
  const auto& ruling = answer.ruling;
  if (const auto* connector = ruling.demanding()) answer.reply = demand(*connector, context);
  const auto is_its_smart_host = [&](const OutboundConnector* connector) {
    return connector->smart_host == answer.next_hop.text;
  };
  answer.hides_recipients = !ruling.connector &&
                            std::none_of(ruling.shadows.begin(), ruling.shadows.end(),
                                         is_its_smart_host) &&
                            !context.policy.outbound().connectors().empty() &&
                            names_relay(answer.next_hop);
  return answer;
}

/// transport_maps. Of a socketmap Postfix asks for whole addresses and for `*`, never for a domain
/// (dict_sockmap.c: DICT_FLAG_PATTERN; transport.c: PARTIAL).
OutboundAnswer answer_transport(std::string_view key, const OutboundContext& context) {
  if (const auto at = key.rfind('@'); at != key.npos) key.remove_prefix(at + 1);
  OutboundAnswer answer{.next_hop = parse_next_hop(key)};
  auto route = context.policy.outbound().find_route(answer.next_hop, context.time);
  if (route) answer.reply = {Kind::Ok, *std::move(route)};
  return answer;
}

/// The rulesets of contrib/sendmail/forcetls-outbound.m4. Never NotFound: they take that for no
/// answer, as Sendmail shows them one that it did not understand.
OutboundAnswer answer_sendmail(std::string_view key, const OutboundContext& context) {
  const auto query = parse_sendmail_query(key);
  if (!query) return {.reply = {Kind::Temp, "not a query of forcetls-outbound.m4"}};
  OutboundAnswer answer{.next_hop = {query->domain, query->domain, false}};
  // The way to a recipient, and with it any smart host, is another matter: Sendmail always asks by
  // recipient.
  answer.ruling = context.policy.outbound({"", query->domain, false}, context.time);
  SendmailRuling ruling;
  if (const auto* connector = answer.ruling.demanding()) {
    ruling = judge_for_sendmail(connector->terms, query->domain, query->connection, context.time);
    ruling.reason += " [outbound " + connector->name + "]";
  }
  answer.reply = {Kind::Ok, format_sendmail_ruling(ruling)};
  return answer;
}

struct OutboundMap {
  std::string_view name;  // letters, digits and `_` in Sendmail's
  OutboundAnswer (*answer)(std::string_view key, const OutboundContext& context);
};

constexpr OutboundMap kMaps[] = {
    {"postfix-tls", answer_tls},
    {"postfix-transport", answer_transport},
    {"sendmail_tls", answer_sendmail},
};

std::string list_maps() {
  std::string list;
  for (const auto& map : kMaps) (list += list.empty() ? "" : ", ") += map.name;
  return list;
}

}  // namespace

OutboundAnswer answer_outbound(const SocketmapQuery& query, const OutboundContext& context) {
  const auto* map = std::find_if(std::begin(kMaps), std::end(kMaps),
                                 [&](const OutboundMap& one) { return one.name == query.map; });
  if (map != std::end(kMaps)) return map->answer(query.key, context);
  return {.reply = {Kind::Temp, "no such map; there are: " + list_maps()}, .known_map = false};
}

std::string format_would(const OutboundConnector& connector, const OutboundContext& context) {
  return format_terms(connector, context).value_or("defer");
}

}  // namespace forcetls
