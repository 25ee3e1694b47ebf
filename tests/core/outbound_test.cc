// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/outbound.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/given.h"

namespace forcetls {
namespace {

using namespace given;

using Patterns = std::initializer_list<std::string_view>;

/// Collects connectors; each step changes the one added last.
class OutboundOf {
 public:
  OutboundOf& add(std::string name, Patterns recipients = {}) {
    OutboundConnector& connector = connectors_.emplace_back();
    connector.name = std::move(name);
    connector.match_recipient = patterns(recipients);
    return *this;
  }
  OutboundOf& via(std::string smart_host) {
    connectors_.back().smart_host = std::move(smart_host);
    return *this;
  }
  OutboundOf& monitor() {
    connectors_.back().mode = Mode::Monitor;
    return *this;
  }
  OutboundOf& from(long seconds) {
    connectors_.back().particulars.enforce_from = at(seconds);
    return *this;
  }
  OutboundOf& suspended_until(long seconds) {
    connectors_.back().particulars.suspend_until = at(seconds);
    return *this;
  }
  OutboundIndex make() const { return OutboundIndex(connectors_); }
  /// In every order: that of the file must not matter, but for those behind one smart host.
  OutboundIndex reversed() const {
    auto connectors = connectors_;
    std::reverse(connectors.begin(), connectors.end());
    return OutboundIndex(connectors);
  }

 private:
  std::vector<OutboundConnector> connectors_;
};

NextHop domain(std::string name) { return {name, name, false}; }
NextHop parent(std::string name) { return {"." + name, name, true}; }
NextHop host(std::string text) { return {std::move(text), "", false}; }
NextHop with_port(std::string name, const std::string& port) {
  return {name + ":" + port, name, false};
}

/// `winner`, `winner(suspended)` or `none`, then `~shadow` for each.
std::string summary(const OutboundRuling& ruling) {
  std::string text = ruling.connector ? ruling.connector->name : "none";
  if (ruling.standing == Standing::Suspended) text += "(suspended)";
  const auto* expected = ruling.standing == Standing::Suspended ? nullptr : ruling.connector;
  if (ruling.demanding() != expected) text += " demanding is wrong";
  for (const auto* shadow : ruling.shadows) text += " ~" + shadow->name;
  return text;
}

/// The same in whatever order the connectors come.
std::string found(const OutboundOf& rules, const NextHop& next_hop, long time = 0) {
  const auto index = rules.make();
  const auto reversed = rules.reversed();
  const auto text = summary(index.find(next_hop, at(time)));
  BOOST_TEST(summary(reversed.find(next_hop, at(time))) == text);
  return text;
}

std::string route(const OutboundOf& rules, const NextHop& next_hop, long time = 0) {
  return rules.make().find_route(next_hop, at(time)).value_or("none");
}

struct Case {
  NextHop next_hop;
  const char* expected;
};

BOOST_AUTO_TEST_SUITE(outbound)

BOOST_AUTO_TEST_CASE(without_connectors_nothing_is_said) {
  const OutboundOf rules;
  BOOST_TEST(rules.make().connectors().empty());
  for (const auto& next_hop : {domain("contoso.com"), parent("com"), host("[mx]"), host("*"),
                               host(""), host("/run/lmtp")}) {
    BOOST_TEST(found(rules, next_hop) == "none");
    BOOST_TEST(route(rules, next_hop) == "none");
  }
}

BOOST_AUTO_TEST_CASE(the_most_specific_answers) {
  OutboundOf rules;
  rules.add("exact", {"contoso.com"})
      .add("tree", {"*.contoso.com"})
      .add("deep", {"*.a.contoso.com", "other.example"})
      .add("top", {"*.com"})
      .add("any", {"*"});
  const Case cases[] = {
      {domain("contoso.com"), "exact"},
      {domain("x.contoso.com"), "tree"},
      {domain("a.contoso.com"), "deep"},
      {domain("x.y.a.contoso.com"), "deep"},
      {domain("xcontoso.com"), "top"},
      {domain("com"), "top"},
      {domain("other.example"), "deep"},
      {domain("x.other.example"), "any"},
      {domain("example"), "any"},
      {with_port("contoso.com", "2525"), "exact"},
      {with_port("x.a.contoso.com", "smtp"), "deep"},
      {host("[mx.contoso.com]:25"), "any"},
      {host("[192.0.2.1]"), "any"},
      {host("/run/lmtp"), "any"},
      {host(""), "any"},
  };
  for (const auto& [next_hop, expected] : cases) BOOST_TEST_CONTEXT(next_hop.text) {
      BOOST_TEST(found(rules, next_hop) == expected);
    }
}

// Postfix asks for them after `x.contoso.com` itself; an answer to `contoso.com` only, or to all,
// is no answer to these.
BOOST_AUTO_TEST_CASE(parents_are_answered_by_wildcards_only) {
  OutboundOf rules;
  rules.add("exact", {"contoso.com", "com", "exact.example"})
      .add("tree", {"*.contoso.com"})
      .add("deep", {"*.a.b.contoso.com"})
      .add("any", {"*"});
  const Case cases[] = {
      {parent("contoso.com"), "tree"},
      {parent("b.contoso.com"), "tree"},
      {parent("a.b.contoso.com"), "deep"},
      {parent("x.a.b.contoso.com"), "deep"},
      {parent("com"), "none"},
      {parent("exact.example"), "none"},
      {parent("other.example"), "none"},
  };
  for (const auto& [next_hop, expected] : cases) BOOST_TEST_CONTEXT(next_hop.text) {
      BOOST_TEST(found(rules, next_hop) == expected);
    }
}

BOOST_AUTO_TEST_CASE(a_monitor_connector_stands_ahead_and_weakens_nothing) {
  OutboundOf rules;
  rules.add("exact", {"contoso.com"})
      .monitor()
      .add("tree", {"*.contoso.com"})
      .monitor()
      .add("top", {"*.com"})
      .add("any", {"*"})
      .monitor();
  const Case cases[] = {
      {domain("contoso.com"), "top ~exact ~tree"},
      {domain("x.contoso.com"), "top ~tree"},
      {parent("contoso.com"), "top ~tree"},
      {domain("x.example"), "none ~any"},
      {host("[mx]"), "none ~any"},
      {parent("example"), "none"},
  };
  for (const auto& [next_hop, expected] : cases) BOOST_TEST_CONTEXT(next_hop.text) {
      BOOST_TEST(found(rules, next_hop) == expected);
    }
}

BOOST_AUTO_TEST_CASE(a_shadow_of_several_patterns_is_told_once) {
  OutboundOf rules;
  rules.add("all", {"contoso.com", "*.contoso.com", "*.com", "*"}).via("contoso.com").monitor();
  BOOST_TEST(found(rules, domain("contoso.com")) == "none ~all");
  BOOST_TEST(found(rules, domain("x.contoso.com")) == "none ~all");
}

BOOST_AUTO_TEST_CASE(enforce_from_and_suspend_until_take_effect_on_the_second) {
  OutboundOf rules;
  rules.add("contoso", {"contoso.com"}).from(100).suspended_until(200).add("any", {"*"});
  const std::pair<long, const char*> cases[] = {{0, "any ~contoso"},
                                                {99, "any ~contoso"},
                                                {100, "contoso(suspended)"},
                                                {199, "contoso(suspended)"},
                                                {200, "contoso"}};
  for (const auto& [time, expected] : cases)
    BOOST_TEST(found(rules, domain("contoso.com"), time) == expected);
}

// What is judged in the shadow is not in force, suspended or not.
BOOST_AUTO_TEST_CASE(a_suspended_monitor_connector_is_a_monitor_connector) {
  OutboundOf rules;
  rules.add("contoso", {"contoso.com"}).monitor().suspended_until(100).add("any", {"*"});
  BOOST_TEST(found(rules, domain("contoso.com")) == "any ~contoso");
}

BOOST_AUTO_TEST_CASE(a_suspended_one_keeps_less_specific_ones_away) {
  OutboundOf rules;
  rules.add("exact", {"contoso.com"}).suspended_until(100).add("tree", {"*.contoso.com"});
  BOOST_TEST(found(rules, domain("contoso.com")) == "exact(suspended)");
  BOOST_TEST(found(rules, domain("x.contoso.com")) == "tree");
  // As Postfix goes on to ask.
  BOOST_TEST(found(rules, parent("contoso.com")) == "tree");
}

// A suspended partner's smart host may be another partner's domain, or in it.
BOOST_AUTO_TEST_CASE(a_suspended_smart_host_suspends_nobody_else) {
  OutboundOf rules;
  rules.add("fabrikam", {"fabrikam.com"})
      .via("contoso.com")
      .suspended_until(100)
      .add("contoso", {"contoso.com"})
      .add("relayed", {"relayed.com"})
      .via("mx.contoso.com:2525")
      .suspended_until(100)
      .add("tree", {"*.contoso.com"})
      .add("alone", {"alone.com"})
      .via("relay.example")
      .suspended_until(100)
      .add("any", {"*"});
  BOOST_TEST(found(rules, domain("contoso.com")) == "contoso");
  BOOST_TEST(found(rules, with_port("mx.contoso.com", "2525")) == "tree");
  BOOST_TEST(found(rules, domain("fabrikam.com")) == "fabrikam(suspended)");
  BOOST_TEST(found(rules, domain("relay.example")) == "alone(suspended)");
  BOOST_TEST(found(rules, domain("relay.example"), 100) == "alone");
}

BOOST_AUTO_TEST_CASE(a_smart_host_is_answered_by_its_connector) {
  OutboundOf rules;
  rules.add("contoso", {"contoso.com"})
      .via("[mx.contoso.com]:25")
      .add("relay", {"fabrikam.com"})
      .via("relay.example")
      .add("only", {})
      .via("[192.0.2.1]")
      .add("exact", {"relay.example.net"})
      .add("tree", {"*.relay.example"})
      .add("any", {"*"});
  const Case cases[] = {
      {host("[mx.contoso.com]:25"), "contoso"},
      {domain("contoso.com"), "contoso"},
      {host("[mx.contoso.com]"), "any"},
      {host("[mx.contoso.com]:587"), "any"},
      {with_port("mx.contoso.com", "25"), "any"},
      // Ahead of a domain's own connector: mail to the host is that partner's mail.
      {domain("relay.example"), "relay"},
      {with_port("relay.example", "25"), "tree"},
      {parent("relay.example"), "tree"},
      {host("[192.0.2.1]"), "only"},
      {domain("192.0.2.1"), "any"},
  };
  for (const auto& [next_hop, expected] : cases) BOOST_TEST_CONTEXT(next_hop.text) {
      BOOST_TEST(found(rules, next_hop) == expected);
    }
}

BOOST_AUTO_TEST_CASE(one_in_force_is_enough_behind_one_smart_host) {
  const std::string relay = "[relay.example]";
  OutboundOf rules;
  rules.add("a", {"a.example"}).via(relay).suspended_until(100);
  rules.add("b", {"b.example"}).via(relay).from(50);
  rules.add("any", {"*"});
  BOOST_TEST(found(rules, host(relay), 0) == "a(suspended) ~b");
  BOOST_TEST(found(rules, domain("a.example"), 0) == "a(suspended)");
  BOOST_TEST(found(rules, host(relay), 50) == "b");
  BOOST_TEST(found(rules, domain("a.example"), 50) == "a(suspended)");

  OutboundOf monitors;
  monitors.add("a", {"a.example"}).via(relay).monitor();
  monitors.add("any", {"*"});
  BOOST_TEST(found(monitors, host(relay)) == "any ~a");
  monitors.add("b", {}).via(relay).suspended_until(100);
  BOOST_TEST(found(monitors, host(relay)) == "b(suspended) ~a");
}

// The null sender is no recipient's domain.
BOOST_AUTO_TEST_CASE(a_null_sender_covers_no_next_hop) {
  OutboundOf rules;
  rules.add("null", {"<>"});
  BOOST_TEST(found(rules, domain("contoso.com")) == "none");
  BOOST_TEST(found(rules, host("")) == "none");
}

BOOST_AUTO_TEST_CASE(a_monitor_is_told_once) {
  OutboundOf rules;
  rules.add("trial", {"contoso.com", "*.contoso.com", "*"}).via("contoso.com").monitor();
  BOOST_TEST(found(rules, domain("contoso.com")) == "none ~trial");
}

BOOST_AUTO_TEST_CASE(suspended_twice) {
  OutboundOf rules;
  rules.add("a", {"a.example"}).via("relay.example").suspended_until(100);
  rules.add("tree", {"*.example"}).suspended_until(100).add("any", {"*"});
  BOOST_TEST(found(rules, domain("relay.example")) == "a(suspended)");
}

// A relay that everything goes through, tried out for every partner.
BOOST_AUTO_TEST_CASE(a_crowd_in_the_shadow_costs_no_more_than_its_size) {
  OutboundOf rules;
  for (int i = 0; i < 20'000; ++i)
    rules.add(std::to_string(i), {std::to_string(i) + ".example"}).via("[relay]").monitor();
  rules.add("any", {"*"});
  const auto index = rules.make();
  const auto ruling = index.find(host("[relay]"), at(0));
  BOOST_TEST(ruling.shadows.size() == 20'000U);
  BOOST_TEST(ruling.connector->name == "any");
}

BOOST_AUTO_TEST_CASE(routes) {
  OutboundOf rules;
  rules.add("contoso", {"contoso.com"})
      .via("[mx.contoso.com]:25")
      .add("direct", {"direct.contoso.com", "direct.example"})
      .add("tree", {"*.contoso.com", "*.fabrikam.com"})
      .via("relay.example:2525")
      .add("deep", {"*.deep.fabrikam.com"})
      .add("only", {})
      .via("[other]");
  const Case cases[] = {
      {domain("contoso.com"), "smtp:[mx.contoso.com]:25"},
      {domain("x.contoso.com"), "smtp:relay.example:2525"},
      {parent("contoso.com"), "smtp:relay.example:2525"},
      // The less specific one would route it elsewhere.
      {domain("direct.contoso.com"), "none"},
      {domain("x.direct.contoso.com"), "smtp:relay.example:2525"},
      {domain("deep.fabrikam.com"), "none"},
      {parent("deep.fabrikam.com"), "none"},
      {parent("fabrikam.com"), "smtp:relay.example:2525"},
      // Nobody would.
      {domain("direct.example"), "none"},
      {domain("other.example"), "none"},
      {parent("example"), "none"},
      // No domains: relays, a user's address, and what Postfix asks last.
      {host("[mx.contoso.com]:25"), "none"},
      {host("[other]"), "none"},
      {host("user@contoso.com"), "none"},
      {host("*"), "none"},
      {host(""), "none"},
  };
  for (const auto& [next_hop, expected] : cases) BOOST_TEST_CONTEXT(next_hop.text) {
      BOOST_TEST(route(rules, next_hop) == expected);
    }
}

// It would be that of one's own users' mail, too.
BOOST_AUTO_TEST_CASE(everything_is_not_routed) {
  OutboundOf rules;
  rules.add("any", {"*"})
      .via("[relay]")
      .add("direct", {"contoso.com", "*.fabrikam.com"})
      .add("own", {"own.example"})
      .via("[own]");
  const Case cases[] = {
      {host("*"), "none"},
      {domain("other.example"), "none"},
      {parent("example"), "none"},
      {domain("contoso.com"), "none"},
      {domain("own.example"), "smtp:[own]"},
  };
  for (const auto& [next_hop, expected] : cases) BOOST_TEST_CONTEXT(next_hop.text) {
      BOOST_TEST(route(rules, next_hop) == expected);
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_in_force_routes_nothing) {
  OutboundOf rules;
  rules.add("monitor", {"m.example"})
      .via("[m]")
      .monitor()
      .add("early", {"e.example"})
      .via("[e]")
      .from(100)
      .add("suspended", {"s.example"})
      .via("[s]")
      .suspended_until(100)
      .add("tree", {"*.example"})
      .via("[t]");
  struct TimedCase {
    NextHop next_hop;
    const char* before;
    const char* after;
  };
  const TimedCase cases[] = {
      {domain("m.example"), "smtp:[t]", "smtp:[t]"},
      {domain("e.example"), "smtp:[t]", "smtp:[e]"},
      {domain("s.example"), "none", "smtp:[s]"},
      {domain("x.example"), "smtp:[t]", "smtp:[t]"},
      {domain("x.test"), "none", "none"},
  };
  for (const auto& [next_hop, before, after] : cases) BOOST_TEST_CONTEXT(next_hop.text) {
      BOOST_TEST(route(rules, next_hop, 99) == before);
      BOOST_TEST(route(rules, next_hop, 100) == after);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
