// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Finds the connectors whose scope covers a mail, most specific first, by look-up: the work grows
/// with the labels of a domain and the prefix lengths in use, not with the number of connectors.
/// Immutable after construction; any number of threads may ask at once.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "core/connector.h"
#include "core/scope_fit.h"

namespace forcetls {

/// What the index is told of connectors, so that where very many fit it need not look at each.
struct ScopeRanking {
  /// How much a connector that waits for its recipient holds up a decision. Of many that fit alike,
  /// those of rank 0 are all looked at, and of the others the lowest stands for the rest.
  std::function<int(const Connector&)> waiting_rank;
  /// Whether it decides at any time, so that less specific ones cannot.
  std::function<bool(const Connector&)> always_decides;
};

class ScopeIndex {
 public:
  ScopeIndex(std::vector<Connector> connectors, const ScopeRanking& ranking);

  const std::vector<Connector>& connectors() const { return connectors_; }

  /// The connectors that cover the mail, most specific first, then by name. Left out, where there
  /// are more than a handful: those that wait for a recipient and are stood for by another, and
  /// those behind one that always decides where an unknown fact made very many hold.
  std::vector<Candidate> find(const ScopeQuery& query) const;

 private:
  using Id = std::uint32_t;  // of a connector or a node
  enum class Key : std::uint8_t { Sender, Client, ClientName, Recipient, End };

  /// A set of connectors that fit alike in the keys before split_by. A small one is looked through;
  /// a large one is split by the next key, each child found under (this node, one element).
  struct Node {
    Id first = 0;  // its connectors: ids_[first, first + count)
    Id count = 0;
    Key split_by = Key::End;
  };
  /// What belongs to one (node, element). A child of one connector, as nearly all are, needs no node.
  struct Child {
    std::uint64_t hash;
    Id id;  // of a connector, or with kNode of a node
    auto operator<=>(const Child&) const = default;
  };
  static constexpr Id kNode = 0x80000000;
  struct Slot {
    std::uint32_t tag = 0;
    Id id = kFree;  // as Child's
  };
  static constexpr Id kFree = kNode;  // the root, which is nobody's child
  struct Element;
  struct Search;

  Id build(std::vector<Id> members, Key key, const ScopeRanking& ranking,
           std::vector<Child>& children);
  void order(std::vector<Id>& members, Key split_by, const ScopeRanking& ranking) const;
  std::vector<Child> group(Id self, const std::vector<Id>& members, Key split_by) const;
  void lay_out(const std::vector<Child>& children);

  static std::uint64_t hash_child(Id parent, const Element& element);
  static Element element_of(const DomainPattern& pattern);
  static Element element_of(const Network& network);

  void collect(const Node& node, Search& search) const;
  void collect_sender(const Node& node, Search& search) const;
  void collect_child(const Node& parent, const Element& element, Search& search) const;
  void collect_domain(const Node& parent, std::string_view domain, Search& search) const;
  void collect_unknown(const Node& node, Search& search) const;
  void collect_waiting(const Node& node, Search& search) const;
  bool consider(Id id, Search& search) const;

  std::vector<Connector> connectors_;
  std::vector<Node> nodes_;
  std::vector<Id> ids_;
  std::vector<bool> always_decides_;  // by connector
  std::vector<bool> stands_alone_;    // by connector: waiting_rank 0
  std::vector<Slot> table_;
  std::vector<std::uint8_t> prefixes_v4_;  // prefix lengths in use
  std::vector<std::uint8_t> prefixes_v6_;
};

}  // namespace forcetls
