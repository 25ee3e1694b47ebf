// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/scope_index.h"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <vector>

#include "core/given.h"

namespace forcetls {
namespace {

using namespace given;

struct Rule {
  std::string name;
  Scope scope;
};

/// Enough connectors that have nothing to do with the query to make every level of the index split.
std::vector<Connector> with_crowd(const std::vector<Rule>& rules, bool crowded) {
  std::vector<Connector> connectors;
  const auto add = [&](std::string name, Scope scope) {
    Connector& connector = connectors.emplace_back();
    connector.name = std::move(name);
    connector.scope = std::move(scope);
  };
  for (const auto& rule : rules) add(rule.name, rule.scope);
  if (!crowded) return connectors;
  for (std::uint8_t i = 0; i < 20; ++i) {
    const std::string n = std::to_string(i);
    for (auto base : {Scope{}, from_sender({"contoso.com"}), from_sender({"*.contoso.com"}),
                      from_sender({"other.example"}), from_sender({"<>"}), from_sender({"*"})}) {
      Scope by_client = base;
      by_client.match_client = {{v4(10, i, 0, 0), 16}};
      add("crowd-client-" + n, by_client);
      by_client.match_client_name = patterns({"*.crowd.example"});
      add("crowd-client-name-" + n, by_client);
      Scope by_name = base;
      by_name.match_client_name = {pattern("c" + n + ".crowd.example")};
      add("crowd-name-" + n, by_name);
      Scope by_recipient = base;
      by_recipient.match_recipient = {pattern("r" + n + ".crowd.example")};
      add("crowd-recipient-" + n, by_recipient);
    }
  }
  return connectors;
}

const ScopeRanking kNoneIsLeftOut = {[](const Connector&) { return 0; },
                                     [](const Connector&) { return false; }};

std::string found(const std::vector<Rule>& rules, const ScopeQuery& query, bool crowded) {
  const ScopeIndex index(with_crowd(rules, crowded), kNoneIsLeftOut);
  std::string names;
  for (const auto& candidate : index.find(query)) {
    if (candidate.connector->name.starts_with("crowd")) continue;
    names += (names.empty() ? "" : " ") + candidate.connector->name;
  }
  return names;
}

/// The same answer from a list that is looked through and from an index that is split.
void check_found(const std::vector<Rule>& rules, const Session& session,
                 const SenderAddress& sender, const std::string& expected,
                 SenderPlace place = SenderPlace::Envelope, const Recipient* to = nullptr,
                 bool by_helo = true) {
  const ScopeQuery query{session, sender, place, to, by_helo};
  BOOST_TEST(found(rules, query, false) == expected);
  BOOST_TEST(found(rules, query, true) == expected);
}

Scope clients(Scope scope, std::vector<Network> networks) {
  scope.match_client = std::move(networks);
  return scope;
}
Scope names(Scope scope, std::initializer_list<std::string_view> texts) {
  scope.match_client_name = patterns(texts);
  return scope;
}
Scope recipients(Scope scope, std::initializer_list<std::string_view> texts) {
  scope.match_recipient = patterns(texts);
  return scope;
}
Scope placed(Scope scope, SenderPlace place) {
  scope.match_sender_in = place;
  return scope;
}

BOOST_AUTO_TEST_SUITE(scope_index)

BOOST_AUTO_TEST_CASE(sender_goes_from_exact_to_none) {
  const std::vector<Rule> rules = {
      {"none", clients({}, {{v4(192, 0, 2, 0), 24}})}, {"any", from_sender({"*"})},
      {"tld", from_sender({"*.com"})},                 {"tree", from_sender({"*.contoso.com"})},
      {"exact", from_sender({"contoso.com"})},         {"null", from_sender({"<>"})},
      {"sub", from_sender({"mail.contoso.com"})}};
  const Session session = plain_mail("");
  check_found(rules, session, address("contoso.com"), "exact tree tld any none");
  check_found(rules, session, address("mail.contoso.com"), "sub tree tld any none");
  check_found(rules, session, address("notcontoso.com"), "tld any none");
  check_found(rules, session, address("contoso.com.evil.example"), "any none");
  check_found(rules, session, address(""), "any none");
}

BOOST_AUTO_TEST_CASE(null_sender_counts_by_helo_and_exactly) {
  const std::vector<Rule> rules = {
      {"any", from_sender({"*"})},           {"null", from_sender({"<>"})},
      {"exact", from_sender({"contoso.com"})}, {"tree", from_sender({"*.contoso.com"})},
      {"host", from_sender({"mail.contoso.com"})}, {"client", clients({}, {{v4(192, 0, 2, 1), 32}})}};
  Session session = plain_mail("");
  session.helo_domain = "mail.contoso.com";
  check_found(rules, session, null_sender(), "null host exact tree any client");
  session.helo_domain = "contoso.com";
  check_found(rules, session, null_sender(), "null exact tree any client");
  session.helo_domain = "";
  check_found(rules, session, null_sender(), "null any client");
  session.helo_domain = "contoso.com";
  check_found(rules, session, null_sender(), "null any client", SenderPlace::Envelope, nullptr,
              false);
}

BOOST_AUTO_TEST_CASE(place_limits_where_a_sender_is_looked_for) {
  const std::vector<Rule> rules = {
      {"envelope", from_sender({"contoso.com"})},
      {"header", placed(from_sender({"contoso.com", "*.com"}), SenderPlace::Header)},
      {"either", placed(from_sender({"*.contoso.com"}), SenderPlace::Either)},
      {"none", placed(clients({}, {{v4(192, 0, 2, 1), 32}}), SenderPlace::Header)}};
  const Session session = plain_mail("");
  check_found(rules, session, address("contoso.com"), "envelope either none");
  check_found(rules, session, address("contoso.com"), "header either", SenderPlace::Header);
}

BOOST_AUTO_TEST_CASE(longer_prefix_then_name_then_recipient) {
  const auto sender = from_sender({"contoso.com"});
  const std::vector<Rule> rules = {
      {"plain", sender},
      {"net8", clients(sender, {{v4(192, 0, 0, 0), 8}})},
      {"net24", clients(sender, {{v4(192, 0, 2, 0), 24}})},
      {"elsewhere", clients(sender, {{v4(198, 0, 0, 0), 8}})},
      {"named", names(sender, {"*.branch.example"})},
      {"named-exactly", names(sender, {"mx.branch.example"})},
      {"named-other", names(sender, {"mx.other.example"})},
      {"to", recipients(sender, {"secure.example"})},
      {"to-any", recipients(sender, {"*"})},
      {"to-other", recipients(sender, {"other.example"})},
      {"named-to", recipients(names(sender, {"mx.branch.example"}), {"*.example"})}};
  Session session = plain_mail("");
  session.client_name = std::string("mx.branch.example");
  const Recipient to = recipient("secure.example");
  check_found(rules, session, address("contoso.com"),
              "net24 net8 named-to named-exactly named to to-any plain", SenderPlace::Envelope,
              &to);
  session.client_name = Absent{};
  session.client_address = v4(203, 0, 113, 1);
  check_found(rules, session, address("contoso.com"), "to to-any plain", SenderPlace::Envelope,
              &to);
  const Recipient bare{{}, "<postmaster>"};
  check_found(rules, session, address("contoso.com"), "to-any plain", SenderPlace::Envelope,
              &bare);
}

BOOST_AUTO_TEST_CASE(unknown_facts_count_as_held) {
  const auto sender = from_sender({"contoso.com"});
  const std::vector<Rule> rules = {{"plain", sender},
                                   {"client", clients(sender, {{v4(198, 51, 100, 0), 24}})},
                                   {"name", names(sender, {"mx.branch.example"})}};
  Session session = plain_mail("");
  session.client_address = Unknown{};
  check_found(rules, session, address("contoso.com"), "client plain");
  session.client_name = Unknown{};
  check_found(rules, session, address("contoso.com"), "client name plain");
  session.client_address = Absent{};
  check_found(rules, session, address("contoso.com"), "client name plain");
}

BOOST_AUTO_TEST_CASE(families_do_not_mix) {
  const std::vector<Rule> rules = {{"all-v4", clients({}, {{v4(0, 0, 0, 0), 0}})},
                                   {"all-v6", clients({}, {{IpAddress{}, 0}})}};
  Session session = plain_mail("");
  check_found(rules, session, address("x.example"), "all-v4");
  session.client_address = IpAddress{{0x20, 0x01, 0x0d, 0xb8}, false};
  check_found(rules, session, address("x.example"), "all-v6");
}

BOOST_AUTO_TEST_CASE(several_elements_find_a_connector_once) {
  const std::vector<Rule> rules = {
      {"many", clients(from_sender({"contoso.com", "*.contoso.com", "*.com", "*"}),
                       {{v4(192, 0, 2, 0), 24}, {v4(192, 0, 0, 0), 8}})}};
  check_found(rules, plain_mail(""), address("contoso.com"), "many");
}

BOOST_AUTO_TEST_CASE(many_that_wait_for_a_recipient_are_represented_by_the_lowest_rank) {
  std::vector<Connector> connectors(100);
  for (std::size_t i = 0; i < connectors.size(); ++i) {
    connectors[i].name = "c" + std::to_string(i);
    connectors[i].scope = from_sender({"contoso.com"});
    connectors[i].scope.match_recipient = {pattern("r" + std::to_string(i) + ".example")};
  }
  connectors[99].scope.match_recipient.clear();
  const auto rank = [](const Connector& connector) {
    if (connector.scope.match_recipient.empty()) return 3;
    return connector.name == "c57" ? 1 : 2;
  };
  const ScopeIndex index(connectors, {rank, [](const Connector&) { return false; }});
  const Session session = plain_mail("");
  const SenderAddress sender = address("contoso.com");
  const auto waiting = index.find({session, sender, SenderPlace::Envelope, nullptr, true});
  BOOST_TEST_REQUIRE(waiting.size() == 2);
  BOOST_TEST(waiting[0].connector->name == "c57");
  BOOST_TEST(waiting[0].awaits_recipient);
  BOOST_TEST(waiting[1].connector->name == "c99");
  const Recipient to = recipient("r12.example");
  const auto known = index.find({session, sender, SenderPlace::Envelope, &to, true});
  BOOST_TEST_REQUIRE(known.size() == 2);
  BOOST_TEST(known[0].connector->name == "c12");
}

BOOST_AUTO_TEST_CASE(behind_an_unknown_fact_the_first_that_always_decides_is_the_last) {
  std::vector<Connector> connectors(100);
  for (std::size_t i = 0; i < connectors.size(); ++i) {
    connectors[i].name = "c" + std::to_string(i);
    connectors[i].scope.match_client_name = {pattern("*." + std::string(1 + i % 50, 'x'))};
  }
  const ScopeIndex index(connectors, {[](const Connector&) { return 3; },
                                      [](const Connector& c) { return c.name != "c49"; }});
  Session session = plain_mail("");
  session.client_name = Unknown{};
  const SenderAddress sender = address("contoso.com");
  const auto candidates = index.find({session, sender, SenderPlace::Envelope, nullptr, true});
  BOOST_TEST_REQUIRE(candidates.size() == 2, "c49 and c99 are the narrowest");
  BOOST_TEST(candidates[0].connector->name == "c49");
  BOOST_TEST(candidates[1].connector->name == "c99");
}

/// A small world in which patterns, networks and names meet often.
class RandomWorld {
 public:
  std::vector<Connector> connectors() {
    std::vector<Connector> result(static_cast<std::size_t>(below(80)) + 1);
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i].name = "c" + std::to_string(i);
      Scope& scope = result[i].scope;
      scope.match_sender_in = static_cast<SenderPlace>(below(3));
      if (below(4)) fill(scope.match_sender, [&] { return some_pattern(true); });
      if (!below(3)) fill(scope.match_client, [&] { return some_network(); });
      if (!below(4)) fill(scope.match_client_name, [&] { return some_pattern(false); });
      if (!below(3)) fill(scope.match_recipient, [&] { return some_pattern(false); });
    }
    return result;
  }
  Session session() {
    Session session;
    if (below(4)) session.client_address = some_address();
    if (below(3)) session.helo_domain = some_domain();
    if (below(3)) session.client_name = Absent{};
    else if (below(2)) session.client_name = Unknown{};
    else session.client_name = some_domain();
    return session;
  }
  SenderAddress sender() { return below(4) ? address(some_domain()) : null_sender(); }
  Recipient to() { return recipient(some_domain()); }
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

 private:
  template <typename Values, typename Make>
  void fill(Values& values, Make make) {
    for (int i = below(2); i >= 0; --i) values.push_back(make());
  }
  std::string some_domain() {
    static const char* const kDomains[] = {"a.x", "b.x", "x", "m.a.x", "z.b.x", "q"};
    return kDomains[below(6)];
  }
  DomainPattern some_pattern(bool of_sender) {
    const int kind = below(8);
    if (kind == 0) return pattern("*");
    if (kind == 1 && of_sender) return pattern("<>");
    return pattern((kind % 2 ? "*." : "") + some_domain());
  }
  IpAddress some_address() {
    return v4(10, static_cast<std::uint8_t>(below(2)), 0, static_cast<std::uint8_t>(below(2)));
  }
  Network some_network() {
    const auto prefix = static_cast<std::uint8_t>(8 * below(4));
    return {some_address().masked(prefix), prefix};
  }

  std::mt19937 random_{4711};
};

std::string names_of(const std::vector<Candidate>& candidates) {
  std::string names;
  for (const auto& candidate : candidates) names += candidate.connector->name + " ";
  return names;
}

/// Whether a candidate that waits for its recipient is ahead of all that do not.
bool one_waits_ahead(const std::vector<Candidate>& candidates) {
  return !candidates.empty() && candidates.front().awaits_recipient;
}

BOOST_AUTO_TEST_CASE(an_index_answers_as_a_look_at_each_connector) {
  RandomWorld world;
  const ScopeRanking one_for_all = {
      [](const Connector& connector) { return connector.scope.match_recipient.empty() ? 4 : 2; },
      [](const Connector&) { return false; }};
  for (int round = 0; round < 500; ++round) {
    const auto connectors = world.connectors();
    const ScopeIndex complete(connectors, kNoneIsLeftOut);
    const ScopeIndex index(connectors, one_for_all);
    for (int i = 0; i < 20; ++i) {
      const Session session = world.session();
      const SenderAddress sender = world.sender();
      const Recipient to = world.to();
      const auto place = world.below(2) ? SenderPlace::Header : SenderPlace::Envelope;
      const bool by_helo = world.below(2) != 0;
      std::vector<std::string> fitting;
      for (const auto& connector : connectors)
        if (fit(connector, {session, sender, place, &to, by_helo}))
          fitting.push_back(connector.name);
      const auto with = index.find({session, sender, place, &to, by_helo});
      BOOST_TEST_REQUIRE(with.size() == fitting.size(), names_of(with));
      const auto at_mail = index.find({session, sender, place, nullptr, by_helo});
      const auto all_at_mail = complete.find({session, sender, place, nullptr, by_helo});
      BOOST_TEST_REQUIRE(one_waits_ahead(at_mail) == one_waits_ahead(all_at_mail),
                         names_of(at_mail) << "against " << names_of(all_at_mail));
    }
  }
}

BOOST_AUTO_TEST_CASE(an_empty_index_finds_nothing) {
  const ScopeIndex index({}, kNoneIsLeftOut);
  const Session session = plain_mail("");
  const SenderAddress sender = address("contoso.com");
  BOOST_TEST(index.find({session, sender, SenderPlace::Envelope, nullptr, true}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
