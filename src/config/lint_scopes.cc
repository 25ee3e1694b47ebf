// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/lint_scopes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "config/domain_pattern.h"

namespace forcetls {

namespace {

using Kind = DomainPattern::Kind;

/// Networks of which none lies in another, for looking up by search.
class DisjointNetworks {
 public:
  explicit DisjointNetworks(std::vector<Network> networks) {
    std::sort(networks.begin(), networks.end());
    for (const auto& network : networks)
      if (networks_.empty() || !covers(networks_.back(), network)) networks_.push_back(network);
  }

  bool cover(const Network& network) const {
    const auto next = std::upper_bound(networks_.begin(), networks_.end(), network);
    return next != networks_.begin() && covers(*(next - 1), network);
  }

 private:
  static bool covers(const Network& outer, const Network& inner) {
    return outer.prefix <= inner.prefix && outer.contains(inner.base);
  }

  std::vector<Network> networks_;
};

bool is_null_sender(const DomainPattern& pattern) { return pattern.kind == Kind::NullSender; }

bool is_domain(const DomainPattern& pattern) {
  return pattern.kind == Kind::Exact || pattern.kind == Kind::Subtree;
}

bool looks_at(const Scope& scope, SenderPlace place) {
  return scope.match_sender_in == place || scope.match_sender_in == SenderPlace::Either;
}

/// The sender patterns of connectors that judge them from any client, to any recipient.
class OpenSenders {
 public:
  OpenSenders(const std::vector<Connector>& connectors, const std::vector<Terms>& terms,
              SenderPlace place) {
    for (const auto& connector : connectors) {
      const Scope& scope = connector.scope;
      if (!scope.match_client.empty() || !scope.match_client_name.empty() ||
          !scope.match_recipient.empty())
        continue;
      if (terms[connector.terms].mode == Mode::Monitor || !looks_at(scope, place)) continue;
      for (const auto& pattern : scope.match_sender)
        hashes_.push_back(hash(pattern.kind, pattern.domain));
    }
    std::sort(hashes_.begin(), hashes_.end());
  }

  bool cover(const DomainPattern& pattern) const {
    if (has(Kind::Any, {}) || has(pattern.kind, pattern.domain)) return true;
    std::string_view domain = pattern.domain;
    while (true) {
      if (has(Kind::Subtree, domain)) return true;
      const auto dot = domain.find('.');
      if (dot == std::string_view::npos) return false;
      domain.remove_prefix(dot + 1);
    }
  }

 private:
  static std::uint64_t hash(Kind kind, std::string_view domain) {
    return std::hash<std::string_view>{}(domain)*4 + static_cast<unsigned>(kind);
  }

  bool has(Kind kind, std::string_view domain) const {
    return std::binary_search(hashes_.begin(), hashes_.end(), hash(kind, domain));
  }

  // A million strings would be too many; two that collide cost a warning.
  std::vector<std::uint64_t> hashes_;
};

bool is_bound_to_clients(const Scope& scope) {
  return (!scope.match_client.empty() || !scope.match_client_name.empty()) &&
         std::any_of(scope.match_sender.begin(), scope.match_sender.end(), is_domain);
}

void report_uncovered(const Connector& connector, const std::vector<std::string>& domains,
                      DiagnosticList& diagnostics) {
  constexpr std::size_t kNamed = 3;
  std::string list;
  for (std::size_t i = 0; i < std::min(domains.size(), kNamed); ++i)
    list.append(i ? ", " : "").append(domains[i]);
  if (domains.size() > kNamed) list += fmt::format(" and {} more", domains.size() - kNamed);
  const bool by_address = !connector.scope.match_client.empty();
  diagnostics.warning(
      connector.where,
      fmt::format(
          "mail from {} that falls outside '{}' of [inbound {}] is judged by no connector{}", list,
          by_address ? "match-client" : "match-client-name", connector.name,
          by_address ? "; 'require-client' demands the address" : ""));
}

}  // namespace

void lint_dead_scopes(const std::vector<Connector>& connectors,
                      const std::vector<Network>& exempt_clients, DiagnosticList& diagnostics) {
  const DisjointNetworks exempt(exempt_clients);
  for (const auto& connector : connectors) {
    const Scope& scope = connector.scope;
    const auto& clients = scope.match_client;
    if (!clients.empty() &&
        std::all_of(clients.begin(), clients.end(),
                    [&](const Network& network) { return exempt.cover(network); }))
      diagnostics.warning(
          connector.where,
          fmt::format("[inbound {}] can never match: 'exempt-clients' holds all of its "
                      "'match-client'",
                      connector.name));
    if (scope.match_sender_in == SenderPlace::Envelope) continue;
    if (scope.match_sender.empty())
      diagnostics.warning(connector.where,
                          fmt::format("'match-sender-in' in [inbound {}] has no effect without "
                                      "'match-sender'",
                                      connector.name));
    else if (scope.match_sender_in == SenderPlace::Header &&
             std::all_of(scope.match_sender.begin(), scope.match_sender.end(), is_null_sender))
      diagnostics.warning(
          connector.where,
          fmt::format("[inbound {}] can never match: no From: header holds the null "
                      "sender <>",
                      connector.name));
  }
}

void lint_uncovered_senders(const std::vector<Connector>& connectors,
                            const std::vector<Terms>& terms, DiagnosticList& diagnostics) {
  if (std::none_of(connectors.begin(), connectors.end(),
                   [](const Connector& connector) { return is_bound_to_clients(connector.scope); }))
    return;
  const OpenSenders envelope(connectors, terms, SenderPlace::Envelope);
  const OpenSenders header(connectors, terms, SenderPlace::Header);
  for (const auto& connector : connectors) {
    const Scope& scope = connector.scope;
    if (!is_bound_to_clients(scope)) continue;
    std::vector<std::string> domains;
    for (const auto& pattern : scope.match_sender) {
      const bool covered = (!looks_at(scope, SenderPlace::Envelope) || envelope.cover(pattern)) &&
                           (!looks_at(scope, SenderPlace::Header) || header.cover(pattern));
      if (is_domain(pattern) && !covered) domains.push_back(format_domain_pattern(pattern));
    }
    if (!domains.empty()) report_uncovered(connector, domains, diagnostics);
  }
}

}  // namespace forcetls
