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
#include "core/session.h"

namespace forcetls {

/// How closely a scope fits; compared key by key in DESIGN.md section 4's order. 0: no such key.
struct Specificity {
  std::uint32_t sender = 0;
  std::uint32_t client = 0;
  std::uint32_t client_name = 0;
  std::uint32_t recipient = 0;

  auto operator<=>(const Specificity&) const = default;
};

struct Candidate {
  const Connector* connector = nullptr;
  Specificity specificity;
  bool client_unknown = false;       // match-client counted as held
  bool client_name_unknown = false;  // match-client-name counted as held
  bool awaits_recipient = false;     // match-recipient holds or not, at RCPT
};

/// What scopes are compared with.
struct ScopeQuery {
  const Session& session;
  const SenderAddress& address;
  SenderPlace place;           // where `address` stands: Envelope or Header
  const Recipient* recipient;  // nullptr: not known yet
  bool null_sender_by_helo;
};

class ScopeIndex {
 public:
  /// How much a connector that still waits for a recipient holds up a decision; of many, the one
  /// with the lowest rank stands for all.
  using WaitingRank = std::function<int(const Connector&)>;

  ScopeIndex(std::vector<Connector> connectors, const WaitingRank& waiting_rank);

  const std::vector<Connector>& connectors() const { return connectors_; }

  /// All connectors that cover the mail, most specific first, then by name. Of more than a handful
  /// that differ only in match-recipient and wait for it, one is returned.
  std::vector<Candidate> find(const ScopeQuery& query) const;

 private:
  using Id = std::uint32_t;  // of a connector or a node
  enum class Key : std::uint8_t { Sender, Client, ClientName, Recipient, End };

  /// A set of connectors. A small one is looked through; a large one is split by the next key, each
  /// child found under (this node, one element of the key).
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
  struct Search;

  Id build(std::vector<Id> members, Key key, const WaitingRank& waiting_rank,
           std::vector<Child>& children);
  void lay_out(const std::vector<Child>& children);
  void collect(const Node& node, Search& search) const;
  void collect_child(const Node& parent, std::string_view element, Search& search) const;
  void collect_domain(const Node& parent, std::string_view domain, Search& search) const;
  void collect_client(const Node& parent, Search& search) const;
  void consider(Id id, Search& search) const;

  std::vector<Connector> connectors_;
  std::vector<Node> nodes_;
  std::vector<Id> ids_;
  std::vector<Slot> table_;
  std::vector<std::uint8_t> prefixes_v4_;  // prefix lengths in use
  std::vector<std::uint8_t> prefixes_v6_;
};

}  // namespace forcetls
