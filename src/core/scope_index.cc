// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/scope_index.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

namespace forcetls {

namespace {

/// A node with no more connectors is looked through instead of split.
constexpr std::size_t kFew = 8;

/// Elements of a key as text, for hashing. No domain is empty, `*` or `<>`.
constexpr std::string_view kWithout = "";
constexpr std::string_view kAny = "*";
constexpr std::string_view kNullSender = "<>";

std::string_view element_of(const DomainPattern& pattern) {
  switch (pattern.kind) {
    case DomainPattern::Kind::Any: return kAny;
    case DomainPattern::Kind::NullSender: return kNullSender;
    case DomainPattern::Kind::Subtree:
    case DomainPattern::Kind::Exact: break;
  }
  return pattern.domain;
}

std::string element_of(const Network& network) {
  std::string text(network.base.bytes.begin(), network.base.bytes.end());
  text.push_back(static_cast<char>(network.prefix));
  text.push_back(network.base.is_v4 ? '4' : '6');
  return text;
}

std::uint64_t hash_child(std::uint32_t parent, std::string_view element) {
  const std::uint64_t hash = std::hash<std::string_view>{}(element);
  return (hash ^ (parent + 1ULL)) * 0x9e3779b97f4a7c15ULL;
}

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

}  // namespace

struct ScopeIndex::Search {
  const ScopeQuery& query;
  std::vector<Candidate> found;
};

ScopeIndex::ScopeIndex(std::vector<Connector> connectors, const WaitingRank& waiting_rank)
    : connectors_(std::move(connectors)) {
  std::vector<Id> all(connectors_.size());
  for (Id id = 0; id < all.size(); ++id) {
    all[id] = id;
    for (const auto& network : connectors_[id].scope.match_client)
      (network.base.is_v4 ? prefixes_v4_ : prefixes_v6_).push_back(network.prefix);
  }
  for (auto* prefixes : {&prefixes_v4_, &prefixes_v6_}) {
    std::sort(prefixes->begin(), prefixes->end());
    prefixes->erase(std::unique(prefixes->begin(), prefixes->end()), prefixes->end());
    prefixes->shrink_to_fit();
  }
  std::vector<Child> children;
  build(std::move(all), Key::Sender, waiting_rank, children);
  lay_out(children);
}

ScopeIndex::Id ScopeIndex::build(std::vector<Id> members, Key key, const WaitingRank& waiting_rank,
                                 std::vector<Child>& children) {
  const auto self = static_cast<Id>(nodes_.size());
  const Key split_by = members.size() > kFew ? key : Key::End;
  if (split_by == Key::Recipient)
    std::stable_sort(members.begin(), members.end(), [&](Id a, Id b) {
      return waiting_rank(connectors_[a]) < waiting_rank(connectors_[b]);
    });
  nodes_.push_back({static_cast<Id>(ids_.size()), static_cast<Id>(members.size()), split_by});
  ids_.insert(ids_.end(), members.begin(), members.end());
  if (split_by == Key::End) return self;

  std::vector<Child> groups;  // one a member and element; sorted, each child's members are a run
  const auto add_all = [&](const auto& elements, Id id) {
    for (const auto& element : elements)
      groups.push_back({hash_child(self, element_of(element)), id});
    if (elements.empty()) groups.push_back({hash_child(self, kWithout), id});
  };
  for (const Id id : members) {
    const Scope& scope = connectors_[id].scope;
    switch (split_by) {
      case Key::Sender: add_all(scope.match_sender, id); break;
      case Key::Client: add_all(scope.match_client, id); break;
      case Key::ClientName: add_all(scope.match_client_name, id); break;
      case Key::Recipient: add_all(scope.match_recipient, id); break;
      case Key::End: break;
    }
  }
  members = {};
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  const Key next = static_cast<Key>(static_cast<std::uint8_t>(split_by) + 1);
  for (auto run = groups.begin(); run != groups.end();) {
    const auto hash = run->hash;
    std::vector<Id> group;
    for (; run != groups.end() && run->hash == hash; ++run) group.push_back(run->id);
    const Id child = group.size() == 1
                         ? group.front()
                         : kNode | build(std::move(group), next, waiting_rank, children);
    children.push_back({hash, child});
  }
  return self;
}

// Linear probing in a table at most half full. Only hashes are compared: a false hit yields
// connectors whose scope then does not fit.
void ScopeIndex::lay_out(const std::vector<Child>& children) {
  table_.assign(std::bit_ceil(2 * children.size() + 2), Slot{});
  for (const auto& child : children) {
    auto at = (child.hash >> 32) & (table_.size() - 1);
    while (table_[at].id != kFree) at = (at + 1) & (table_.size() - 1);
    table_[at] = {static_cast<std::uint32_t>(child.hash), child.id};
  }
}

void ScopeIndex::collect_child(const Node& parent, std::string_view element,
                               Search& search) const {
  const auto parent_id = static_cast<Id>(&parent - nodes_.data());
  const auto hash = hash_child(parent_id, element);
  for (auto at = (hash >> 32) & (table_.size() - 1); table_[at].id != kFree;
       at = (at + 1) & (table_.size() - 1)) {
    const Slot slot = table_[at];
    if (slot.tag != static_cast<std::uint32_t>(hash)) continue;
    if (slot.id & kNode)
      collect(nodes_[slot.id & ~kNode], search);
    else
      consider(slot.id, search);
  }
}

/// The domain and all domains above it.
void ScopeIndex::collect_domain(const Node& parent, std::string_view domain,
                                Search& search) const {
  while (!domain.empty()) {
    collect_child(parent, domain, search);
    const auto dot = domain.find('.');
    domain = dot == domain.npos ? std::string_view() : domain.substr(dot + 1);
  }
}

void ScopeIndex::collect_client(const Node& parent, Search& search) const {
  const IpAddress& address = *search.query.session.client_address;
  for (const auto prefix : address.is_v4 ? prefixes_v4_ : prefixes_v6_)
    collect_child(parent, element_of(Network{address.masked(prefix), prefix}), search);
  collect_child(parent, kWithout, search);
}

void ScopeIndex::collect(const Node& node, Search& search) const {
  const auto consider_all = [&] {
    for (Id i = 0; i < node.count; ++i) consider(ids_[node.first + i], search);
  };
  const ScopeQuery& query = search.query;
  const Session& session = query.session;
  switch (node.split_by) {
    case Key::End: consider_all(); return;
    case Key::Sender:
      if (query.address.null_sender) {
        collect_child(node, kNullSender, search);
        if (query.null_sender_by_helo) collect_domain(node, session.helo_domain, search);
      } else {
        collect_domain(node, query.address.domain, search);
      }
      break;
    case Key::Client:
      if (!session.client_address.is_present()) return consider_all();
      return collect_client(node, search);
    case Key::ClientName:
      if (session.client_name.is_unknown()) return consider_all();
      if (session.client_name.is_absent()) return collect_child(node, kWithout, search);
      collect_domain(node, *session.client_name, search);
      break;
    case Key::Recipient:
      if (query.recipient == nullptr) {
        consider(ids_[node.first], search);
        return collect_child(node, kWithout, search);
      }
      for (const auto& domain : query.recipient->domains) collect_domain(node, domain, search);
      break;
  }
  collect_child(node, kAny, search);
  collect_child(node, kWithout, search);
}

void ScopeIndex::consider(Id id, Search& search) const {
  if (auto candidate = fit(connectors_[id], search.query))
    search.found.push_back(std::move(*candidate));
}

std::vector<Candidate> ScopeIndex::find(const ScopeQuery& query) const {
  Search search{query, {}};
  collect(nodes_.front(), search);
  auto& found = search.found;
  std::sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    if (a.specificity != b.specificity) return a.specificity > b.specificity;
    return a.connector->name < b.connector->name;
  });
  // One connector can be found under several of its elements.
  found.erase(std::unique(found.begin(), found.end(),
                          [](const Candidate& a, const Candidate& b) {
                            return a.connector == b.connector;
                          }),
              found.end());
  return std::move(found);
}

}  // namespace forcetls
