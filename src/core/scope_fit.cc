// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/scope_fit.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace forcetls {

namespace {

/// Exact before wildcard, longer wildcard before shorter, `*` last.
constexpr std::uint32_t kRankAny = 1;
constexpr std::uint32_t kRankExact = 0x10000;
constexpr std::uint32_t kRankNullSender = 0x20000;

std::uint32_t rank_subtree(std::string_view domain) {
  return kRankAny + 1 + 2 * static_cast<std::uint32_t>(domain.size());
}

std::uint32_t rank(const DomainPattern& pattern) {
  switch (pattern.kind) {
    case DomainPattern::Kind::Any: return kRankAny;
    case DomainPattern::Kind::Subtree: return rank_subtree(pattern.domain);
    case DomainPattern::Kind::Exact: return kRankExact;
    case DomainPattern::Kind::NullSender: break;
  }
  return kRankNullSender;
}

/// The best rank among the patterns that `covers`; 0 if none does.
template <typename Covers>
std::uint32_t best_rank(const std::vector<DomainPattern>& patterns, Covers covers) {
  std::uint32_t best = 0;
  for (const auto& pattern : patterns)
    if (covers(pattern)) best = std::max(best, rank(pattern));
  return best;
}

/// For the null sender a pattern d means the HELO name d or any subdomain of d, so it ranks as a
/// wildcard unless it is the HELO name itself; of d and *.d, d goes first.
std::uint32_t null_sender_rank(const DomainPattern& pattern, const ScopeQuery& query) {
  if (pattern.kind == DomainPattern::Kind::Any || pattern.kind == DomainPattern::Kind::NullSender)
    return rank(pattern);
  const std::string& helo = query.session.helo_domain;
  if (!query.null_sender_by_helo || helo.empty() || !is_in_domain(helo, pattern.domain)) return 0;
  if (pattern.kind == DomainPattern::Kind::Subtree) return rank(pattern);
  return helo == pattern.domain ? kRankExact : rank_subtree(pattern.domain) + 1;
}

std::optional<std::uint32_t> fit_sender(const Scope& scope, const ScopeQuery& query) {
  // Without match-sender there is nothing to look for in a header.
  if (scope.match_sender.empty())
    return query.place == SenderPlace::Envelope ? std::optional(0U) : std::nullopt;
  if (scope.match_sender_in != SenderPlace::Either && scope.match_sender_in != query.place)
    return std::nullopt;
  std::uint32_t best = 0;
  for (const auto& pattern : scope.match_sender) {
    if (query.address.null_sender)
      best = std::max(best, null_sender_rank(pattern, query));
    else if (pattern.matches(query.address.domain))
      best = std::max(best, rank(pattern));
  }
  return best ? std::optional(best) : std::nullopt;
}

std::optional<std::uint32_t> fit_client(const Scope& scope, const Session& session, bool& unknown) {
  if (scope.match_client.empty()) return 0;
  unknown = !session.client_address.is_present();
  std::uint32_t best = 0;
  for (const auto& network : scope.match_client)
    if (unknown || network.contains(*session.client_address))
      best = std::max(best, network.prefix + 1U);
  return best ? std::optional(best) : std::nullopt;
}

std::optional<std::uint32_t> fit_client_name(const Scope& scope, const Session& session,
                                             bool& unknown) {
  if (scope.match_client_name.empty()) return 0;
  if (session.client_name.is_absent()) return std::nullopt;
  unknown = session.client_name.is_unknown();
  const auto best = best_rank(scope.match_client_name, [&](const DomainPattern& pattern) {
    return unknown || pattern.matches(*session.client_name);
  });
  return best ? std::optional(best) : std::nullopt;
}

std::optional<std::uint32_t> fit_recipient(const Scope& scope, const Recipient* recipient,
                                           bool& awaits) {
  if (scope.match_recipient.empty()) return 0;
  awaits = recipient == nullptr;
  const auto best = best_rank(scope.match_recipient, [&](const DomainPattern& pattern) {
    return awaits || pattern.kind == DomainPattern::Kind::Any ||
           std::any_of(recipient->domains.begin(), recipient->domains.end(),
                       [&](const std::string& domain) { return pattern.matches(domain); });
  });
  return best ? std::optional(best) : std::nullopt;
}

}  // namespace

std::optional<Candidate> fit(const Connector& connector, const ScopeQuery& query) {
  Candidate candidate;
  candidate.connector = &connector;
  const Scope& scope = connector.scope;
  const auto sender = fit_sender(scope, query);
  if (!sender) return std::nullopt;
  const auto client = fit_client(scope, query.session, candidate.client_unknown);
  if (!client) return std::nullopt;
  const auto name = fit_client_name(scope, query.session, candidate.client_name_unknown);
  if (!name) return std::nullopt;
  const auto recipient = fit_recipient(scope, query.recipient, candidate.awaits_recipient);
  if (!recipient) return std::nullopt;
  candidate.specificity = {*sender, *client, *name, *recipient};
  return candidate;
}

Specificity narrowest(const Scope& scope) {
  const auto all = [](const DomainPattern&) { return true; };
  Specificity specificity;
  for (const auto& network : scope.match_client)
    specificity.client = std::max(specificity.client, network.prefix + 1U);
  specificity.client_name = best_rank(scope.match_client_name, all);
  specificity.recipient = best_rank(scope.match_recipient, all);
  return specificity;
}

}  // namespace forcetls
