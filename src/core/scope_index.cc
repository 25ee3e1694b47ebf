// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/scope_index.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <utility>

namespace forcetls {

namespace {

/// A node with no more connectors is looked through instead of split.
constexpr std::size_t kFew = 8;

}  // namespace

/// One element of a key. Two are the same only if they make the same mails fit: `d` and `*.d`, or
/// one domain looked for in the envelope and in headers, are not.
struct ScopeIndex::Element {
  enum Kind : std::uint8_t { Without, Any, NullSender, Exact, Subtree, Net, InHeader = 8 };

  std::uint8_t kind = Without;
  std::string text{};
  std::string_view view{};  // in place of text, where that lives long enough

  std::string_view content() const { return view.empty() ? std::string_view(text) : view; }
  Element in(SenderPlace place) const {
    Element placed = *this;
    if (place == SenderPlace::Header) placed.kind |= InHeader;
    return placed;
  }
};

struct ScopeIndex::Search {
  const ScopeQuery& query;
  std::vector<Candidate> found;
};

ScopeIndex::Element ScopeIndex::element_of(const DomainPattern& pattern) {
  switch (pattern.kind) {
    case DomainPattern::Kind::Any: return {Element::Any};
    case DomainPattern::Kind::NullSender: return {Element::NullSender};
    case DomainPattern::Kind::Subtree: return {Element::Subtree, {}, pattern.domain};
    case DomainPattern::Kind::Exact: break;
  }
  return {Element::Exact, {}, pattern.domain};
}

ScopeIndex::Element ScopeIndex::element_of(const Network& network) {
  std::string text(network.base.bytes.begin(), network.base.bytes.end());
  text.push_back(static_cast<char>(network.prefix));
  text.push_back(network.base.is_v4 ? '4' : '6');
  return {Element::Net, std::move(text)};
}

std::uint64_t ScopeIndex::hash_child(Id parent, const Element& element) {
  const std::uint64_t hash = std::hash<std::string_view>{}(element.content());
  return (hash ^ (16ULL * (parent + 1ULL) + element.kind)) * 0x9e3779b97f4a7c15ULL;
}

ScopeIndex::ScopeIndex(std::vector<Connector> connectors, const ScopeRanking& ranking)
    : connectors_(std::move(connectors)) {
  std::vector<Id> all(connectors_.size());
  for (Id id = 0; id < all.size(); ++id) {
    all[id] = id;
    const Connector& connector = connectors_[id];
    always_decides_.push_back(ranking.always_decides(connector));
    stands_alone_.push_back(ranking.waiting_rank(connector) == 0);
    for (const auto& network : connector.scope.match_client)
      (network.base.is_v4 ? prefixes_v4_ : prefixes_v6_).push_back(network.prefix);
  }
  for (auto* prefixes : {&prefixes_v4_, &prefixes_v6_}) {
    std::sort(prefixes->begin(), prefixes->end());
    prefixes->erase(std::unique(prefixes->begin(), prefixes->end()), prefixes->end());
    prefixes->shrink_to_fit();
  }
  std::vector<Child> children;
  build(std::move(all), Key::Sender, ranking, children);
  lay_out(children);
}

ScopeIndex::Id ScopeIndex::build(std::vector<Id> members, Key key, const ScopeRanking& ranking,
                                 std::vector<Child>& children) {
  const auto self = static_cast<Id>(nodes_.size());
  const Key split_by = members.size() > kFew ? key : Key::End;
  order(members, split_by, ranking);
  nodes_.push_back({static_cast<Id>(ids_.size()), static_cast<Id>(members.size()), split_by});
  ids_.insert(ids_.end(), members.begin(), members.end());
  if (split_by == Key::End) return self;

  const auto groups = group(self, members, split_by);
  members = {};
  const Key next = static_cast<Key>(static_cast<std::uint8_t>(split_by) + 1);
  for (auto run = groups.begin(); run != groups.end();) {
    const auto hash = run->hash;
    std::vector<Id> child;
    for (; run != groups.end() && run->hash == hash; ++run) child.push_back(run->id);
    const Id id = child.size() == 1 ? child.front()
                                    : kNode | build(std::move(child), next, ranking, children);
    children.push_back({hash, id});
  }
  return self;
}

/// The order in which collect_unknown() and collect_waiting() look through a node.
void ScopeIndex::order(std::vector<Id>& members, Key split_by, const ScopeRanking& ranking) const {
  if (split_by == Key::Recipient) {
    std::stable_sort(members.begin(), members.end(), [&](Id a, Id b) {
      return ranking.waiting_rank(connectors_[a]) < ranking.waiting_rank(connectors_[b]);
    });
  } else if (split_by == Key::Client || split_by == Key::ClientName) {
    std::stable_sort(members.begin(), members.end(), [&](Id a, Id b) {
      return narrowest(connectors_[a].scope) > narrowest(connectors_[b].scope);
    });
  }
}

/// Which members belong to which element; sorted, each element's members are a run.
std::vector<ScopeIndex::Child> ScopeIndex::group(Id self, const std::vector<Id>& members,
                                                 Key split_by) const {
  std::vector<Child> groups;
  const auto add = [&](const Element& element, Id id) {
    groups.push_back({hash_child(self, element), id});
  };
  const auto add_all = [&](const auto& values, Id id) {
    for (const auto& value : values) add(element_of(value), id);
    if (values.empty()) add({}, id);
  };
  for (const Id id : members) {
    const Scope& scope = connectors_[id].scope;
    switch (split_by) {
      case Key::Sender:
        for (const auto place : {SenderPlace::Envelope, SenderPlace::Header})
          for (const auto& pattern : scope.match_sender)
            if (scope.match_sender_in == place || scope.match_sender_in == SenderPlace::Either)
              add(element_of(pattern).in(place), id);
        if (scope.match_sender.empty()) add({}, id);
        break;
      case Key::Client: add_all(scope.match_client, id); break;
      case Key::ClientName: add_all(scope.match_client_name, id); break;
      case Key::Recipient: add_all(scope.match_recipient, id); break;
      case Key::End: break;
    }
  }
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
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

void ScopeIndex::collect_child(const Node& parent, const Element& element, Search& search) const {
  const auto hash = hash_child(static_cast<Id>(&parent - nodes_.data()), element);
  for (auto at = (hash >> 32) & (table_.size() - 1); table_[at].id != kFree;
       at = (at + 1) & (table_.size() - 1)) {
    const Slot slot = table_[at];
    if (slot.tag != static_cast<std::uint32_t>(hash)) continue;
    if (slot.id & kNode) {
      collect(nodes_[slot.id & ~kNode], search);
    } else {
      consider(slot.id, search);
    }
  }
}

/// The domain itself, and it and all domains above it as wildcards. For the null sender, whose HELO
/// name this is, d counts as *.d.
void ScopeIndex::collect_domain(const Node& parent, std::string_view domain,
                                Search& search) const {
  const bool of_sender = parent.split_by == Key::Sender;
  const bool by_helo = of_sender && search.query.address.null_sender;
  const auto place = of_sender ? search.query.place : SenderPlace::Envelope;
  for (bool whole = true; !domain.empty(); whole = false) {
    if (whole || by_helo)
      collect_child(parent, Element{Element::Exact, {}, domain}.in(place), search);
    collect_child(parent, Element{Element::Subtree, {}, domain}.in(place), search);
    const auto dot = domain.find('.');
    domain = dot == domain.npos ? std::string_view() : domain.substr(dot + 1);
  }
}

void ScopeIndex::collect_sender(const Node& node, Search& search) const {
  const ScopeQuery& query = search.query;
  if (!query.address.null_sender) {
    collect_domain(node, query.address.domain, search);
  } else {
    collect_child(node, Element{Element::NullSender}.in(query.place), search);
    if (query.null_sender_by_helo) collect_domain(node, query.session.helo_domain, search);
  }
  collect_child(node, Element{Element::Any}.in(query.place), search);
  collect_child(node, {}, search);
}

/// All hold, most specific first; behind one that always decides none matters.
void ScopeIndex::collect_unknown(const Node& node, Search& search) const {
  for (Id i = node.first; i < node.first + node.count; ++i)
    if (consider(ids_[i], search) && always_decides_[ids_[i]]) return;
}

void ScopeIndex::collect_waiting(const Node& node, Search& search) const {
  for (Id i = node.first; i < node.first + node.count; ++i)
    if (consider(ids_[i], search) && !stands_alone_[ids_[i]]) break;
  collect_child(node, {}, search);
}

void ScopeIndex::collect(const Node& node, Search& search) const {
  const ScopeQuery& query = search.query;
  const Session& session = query.session;
  switch (node.split_by) {
    case Key::End:
      for (Id i = node.first; i < node.first + node.count; ++i) consider(ids_[i], search);
      return;
    case Key::Sender: return collect_sender(node, search);
    case Key::Client: {
      if (!session.client_address.is_present()) return collect_unknown(node, search);
      const IpAddress& address = *session.client_address;
      for (const auto prefix : address.is_v4 ? prefixes_v4_ : prefixes_v6_)
        collect_child(node, element_of(Network{address.masked(prefix), prefix}), search);
      return collect_child(node, {}, search);
    }
    case Key::ClientName:
      if (session.client_name.is_unknown()) return collect_unknown(node, search);
      if (session.client_name.is_present()) {
        collect_domain(node, *session.client_name, search);
        collect_child(node, {Element::Any}, search);
      }
      return collect_child(node, {}, search);
    case Key::Recipient:
      if (query.recipient == nullptr) return collect_waiting(node, search);
      for (const auto& domain : query.recipient->domains) collect_domain(node, domain, search);
      collect_child(node, {Element::Any}, search);
      return collect_child(node, {}, search);
  }
}

/// Whether the connector fits.
bool ScopeIndex::consider(Id id, Search& search) const {
  auto candidate = fit(connectors_[id], search.query);
  if (candidate) search.found.push_back(*candidate);
  return candidate.has_value();
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
