// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/policy.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "core/given.h"
#include "core/reply.h"

namespace forcetls {
namespace {

using namespace given;

Terms require(Terms::TlsDemand tls, Action on_violation = Action::Reject) {
  Terms terms;
  terms.require_tls = tls;
  terms.on_violation = on_violation;
  return terms;
}
const Terms kTls = require(Terms::TlsDemand::Tls12);
const Terms kLax = require(Terms::TlsDemand::No);

Terms monitored(Terms terms) {
  terms.mode = Mode::Monitor;
  return terms;
}

Scope to_recipient(Scope scope, std::string_view text) {
  scope.match_recipient = {pattern(text)};
  return scope;
}

/// `decider:action`, then `~shadow:action`, `!waits` and `final`.
std::string summary(const Ruling& ruling) {
  std::string text = ruling.decision ? ruling.decision->connector->name + ":" +
                                           std::string(format_action(ruling.decision->action))
                                     : "none";
  if (ruling.decision && ruling.decision->standing == Standing::Suspended) text += "(suspended)";
  for (const auto& shadow : ruling.shadows)
    text += " ~" + shadow.connector->name + ":" + std::string(format_action(shadow.action));
  for (const auto& loser : ruling.passed_over) text += " -" + loser.connector->name;
  if (ruling.awaits_recipient) text += " waits";
  return text + (ruling.final ? " final" : "");
}

std::string judge(const PolicyOf& rules, const Session& session,
                  const Recipient* recipient = nullptr) {
  const Policy policy = rules.make();
  return summary(policy.judge(session, session.sender_addresses.front(), SenderPlace::Envelope,
                              recipient));
}

BOOST_AUTO_TEST_SUITE(policy)

BOOST_AUTO_TEST_CASE(the_most_specific_decides_and_the_others_are_told_why_not) {
  PolicyOf rules;
  rules.add("tree", from_sender({"*.contoso.com"}), kTls);
  rules.add("exact", from_sender({"contoso.com"}), kLax);
  rules.add("any", from_sender({"*"}), kTls);
  const Policy policy = rules.make();
  const Session session = plain_mail("contoso.com");
  const auto ruling =
      policy.judge(session, session.sender_addresses.front(), SenderPlace::Envelope, nullptr);
  BOOST_TEST(summary(ruling) == "exact:pass -tree -any final");
  BOOST_TEST(ruling.passed_over.front().reason == "its match-sender is less specific");
  BOOST_TEST(judge(rules, plain_mail("other.example")) == "any:reject final");
}

BOOST_AUTO_TEST_CASE(each_key_can_be_the_one_that_loses) {
  struct Case {
    void (*narrow)(Scope&);
    const char* reason;
  };
  const Case cases[] = {
      {[](Scope& scope) { scope.match_client = {{v4(192, 0, 2, 0), 24}}; },
       "its match-client is less specific"},
      {[](Scope& scope) { scope.match_client_name = {pattern("mx.example")}; },
       "its match-client-name is less specific"},
      {[](Scope& scope) { scope.match_recipient = {pattern("to.example")}; },
       "its match-recipient is less specific"}};
  for (const auto& [narrow, reason] : cases) {
    PolicyOf rules;
    rules.add("wide", from_sender({"contoso.com"}));
    Scope scope = from_sender({"contoso.com"});
    narrow(scope);
    rules.add("narrow", scope);
    Session session = tls_mail("contoso.com");
    session.client_name = std::string("mx.example");
    const Recipient to = recipient("to.example");
    const auto ruling = rules.make().judge(session, session.sender_addresses.front(),
                                           SenderPlace::Envelope, &to);
    BOOST_TEST_REQUIRE(ruling.passed_over.size() == 1);
    BOOST_TEST(ruling.passed_over.front().reason == reason);
  }
}

BOOST_AUTO_TEST_CASE(a_monitor_connector_judges_in_the_shadow_and_weakens_nothing) {
  PolicyOf rules;
  rules.add("exact", from_sender({"contoso.com"}), monitored(kLax));
  rules.add("sub", from_sender({"*.contoso.com"}), monitored(kTls));
  rules.add("tree", from_sender({"*.com"}), kTls);
  rules.add("any", from_sender({"*"}), monitored(kTls));
  BOOST_TEST(judge(rules, plain_mail("contoso.com")) ==
             "tree:reject ~exact:pass ~sub:reject -any final");
  BOOST_TEST(judge(rules, plain_mail("x.example")) == "none ~any:reject final");
}

BOOST_AUTO_TEST_CASE(enforce_from_and_suspend_until_take_effect_on_the_second) {
  PolicyOf rules;
  rules.add("contoso", from_sender({"contoso.com"}), kTls);
  rules.with(at(100), at(200));
  const std::pair<long, const char*> cases[] = {{99, "none ~contoso:reject final"},
                                                {100, "contoso:reject(suspended) final"},
                                                {199, "contoso:reject(suspended) final"},
                                                {200, "contoso:reject final"}};
  for (const auto& [time, expected] : cases) {
    Session session = plain_mail("contoso.com");
    session.time = at(time);
    BOOST_TEST(judge(rules, session) == expected);
  }
}

BOOST_AUTO_TEST_CASE(actions_of_violation_and_of_missing_evidence) {
  Terms terms = require(Terms::TlsDemand::Tls12, Action::Quarantine);
  terms.on_missing_evidence = Action::Tag;
  terms.require_cipher_bits = 128;
  PolicyOf rules;
  rules.add("contoso", from_sender({"contoso.com"}), terms);
  Session session = tls_mail("contoso.com");
  BOOST_TEST(judge(rules, session) == "contoso:pass final");
  session.tls = Tls{"TLSv1.2", TlsVersion::Tls12, "", std::nullopt};
  BOOST_TEST(judge(rules, session) == "contoso:tag final");
  session.tls = Tls{"TLSv1.1", TlsVersion::Tls11, "", std::nullopt};
  BOOST_TEST(judge(rules, session) == "contoso:quarantine final");
}

BOOST_AUTO_TEST_CASE(an_unknown_match_is_held_and_missing) {
  PolicyOf rules;
  Scope scope = from_sender({"contoso.com"});
  scope.match_client = {{v4(192, 0, 2, 0), 24}};
  scope.match_client_name = {pattern("*.contoso.com")};
  rules.add("contoso", scope, kTls);
  Session session = tls_mail("contoso.com");
  session.client_address = Unknown{};
  session.client_name = Unknown{};
  const Policy policy = rules.make();
  const auto ruling =
      policy.judge(session, session.sender_addresses.front(), SenderPlace::Envelope, nullptr);
  BOOST_TEST(summary(ruling) == "contoso:defer final");
  BOOST_TEST_REQUIRE(ruling.decision->findings.size() == 3);
  BOOST_TEST(ruling.decision->findings[1].requirement == "match-client");
  BOOST_TEST(ruling.decision->findings[1].public_seen == "the client's address");
  BOOST_TEST(ruling.decision->findings[2].requirement == "match-client-name");
  session.client_name = std::string("mx.contoso.com");
  BOOST_TEST(judge(rules, session) == "contoso:defer final");
  session.client_address = v4(192, 0, 2, 1);
  BOOST_TEST(judge(rules, session) == "contoso:pass final");
  session.client_name = Absent{};
  BOOST_TEST(judge(rules, session) == "none final");
}

BOOST_AUTO_TEST_CASE(a_candidate_that_waits_for_its_recipient_delays_what_is_less_specific) {
  PolicyOf rules;
  rules.add("wide", from_sender({"contoso.com"}), require(Terms::TlsDemand::Tls13));
  rules.add("narrow", to_recipient(from_sender({"contoso.com"}), "to.example"), kTls);
  Session session = tls_mail("contoso.com");
  session.tls = tls11();
  BOOST_TEST(judge(rules, session) == "wide:reject waits");
  const Recipient to = recipient("to.example");
  BOOST_TEST(judge(rules, session, &to) == "narrow:reject -wide final");
  const Recipient other = recipient("other.example");
  BOOST_TEST(judge(rules, session, &other) == "wide:reject final");
}

BOOST_AUTO_TEST_CASE(without_tls_the_wait_ends_at_mail_unless_a_candidate_is_lenient) {
  const auto ruling = [](const Terms& narrow, std::optional<Time> suspended) {
    PolicyOf rules;
    rules.add("wide", from_sender({"contoso.com"}), kTls);
    rules.add("narrow", to_recipient(from_sender({"contoso.com"}), "to.example"), narrow);
    rules.with(std::nullopt, suspended);
    return judge(rules, plain_mail("contoso.com"));
  };
  BOOST_TEST(ruling(kTls, std::nullopt) == "wide:reject waits final");
  BOOST_TEST(ruling(kLax, std::nullopt) == "wide:reject waits");
  BOOST_TEST(ruling(kTls, at(100)) == "wide:reject waits");
  BOOST_TEST(ruling(kTls, at(0)) == "wide:reject waits final");
  BOOST_TEST(ruling(monitored(kLax), std::nullopt) == "wide:reject waits final");

  PolicyOf rules;
  rules.add("narrow", to_recipient(from_sender({"contoso.com"}), "to.example"), kTls);
  BOOST_TEST(judge(rules, plain_mail("contoso.com")) == "none waits");
}

BOOST_AUTO_TEST_CASE(a_crowd_of_waiting_connectors_behaves_as_a_few) {
  const auto ruling = [](const Terms& last) {
    PolicyOf rules;
    rules.add("wide", from_sender({"contoso.com"}), kTls);
    for (int i = 0; i < 50; ++i)
      rules.add("narrow-" + std::to_string(i),
                to_recipient(from_sender({"contoso.com"}), "r" + std::to_string(i) + ".example"),
                i == 49 ? last : kTls);
    return judge(rules, plain_mail("contoso.com"));
  };
  BOOST_TEST(ruling(kTls) == "wide:reject waits final");
  BOOST_TEST(ruling(kLax) == "wide:reject waits");
  BOOST_TEST(ruling(monitored(kLax)) == "wide:reject waits final");
}

BOOST_AUTO_TEST_CASE(in_a_crowd_one_whose_suspension_is_over_hides_nobody) {
  PolicyOf rules;
  rules.add("wide", from_sender({"contoso.com"}), kTls);
  for (int i = 0; i < 50; ++i) {
    rules.add("narrow-" + std::to_string(i),
              to_recipient(from_sender({"contoso.com"}), "r" + std::to_string(i) + ".example"),
              i == 20 ? kLax : kTls);
    if (i == 30) rules.with(std::nullopt, at(0));
  }
  BOOST_TEST(judge(rules, plain_mail("contoso.com")) == "wide:reject waits");
}

BOOST_AUTO_TEST_CASE(in_a_crowd_a_subdomain_is_not_forgotten) {
  PolicyOf rules;
  for (int i = 0; i < 12; ++i) {
    const std::string to = "r" + std::to_string(i) + ".example";
    rules.add("exact-" + std::to_string(i), to_recipient(from_sender({"contoso.com"}), to), kTls);
    rules.add("tree-" + std::to_string(i), to_recipient(from_sender({"*.contoso.com"}), to), kTls);
  }
  BOOST_TEST(judge(rules, plain_mail("sub.contoso.com")) == "none waits");
}

BOOST_AUTO_TEST_CASE(exemptions) {
  PolicyOf rules;
  rules.settings().exempt_clients = {{v4(198, 51, 100, 0), 24}};
  const auto exemption = [&](const Session& session) {
    return std::string(format_exemption(rules.make().exemption(session)));
  };
  Session session = tls_mail("contoso.com");
  BOOST_TEST(exemption(session) == "none");
  session.auth_user = std::string("u");
  BOOST_TEST(exemption(session) == "authenticated");
  session.tls = Absent{};
  BOOST_TEST(exemption(session) == "none", "AUTH in the clear");
  session.tls = Tls{"TLSv1.2", TlsVersion::Tls12, "NULL-SHA256", 0};
  BOOST_TEST(exemption(session) == "none", "AUTH under a NULL cipher");
  session = tls_mail("contoso.com");
  session.auth_user = std::string("u");
  rules.settings().exempt_authenticated = false;
  BOOST_TEST(exemption(session) == "none");

  session = plain_mail("contoso.com");
  session.client_address = v4(198, 51, 100, 7);
  BOOST_TEST(exemption(session) == "client");
  session.client_address = v4(127, 0, 0, 1);
  BOOST_TEST(exemption(session) == "none", "loopback with a port is a client");
  session.client_port = std::nullopt;
  BOOST_TEST(exemption(session) == "none", "loopback without a port is not local");
  session.client_port = 0;
  BOOST_TEST(exemption(session) == "local-submission");
  session.client_address = v4(192, 0, 2, 1);
  BOOST_TEST(exemption(session) == "none", "port 0 from elsewhere");
  session.client_address = Unknown{};
  BOOST_TEST(exemption(session) == "none", "no address is not local");
}

BOOST_AUTO_TEST_CASE(what_the_rules_look_at) {
  struct Case {
    void (*fill)(PolicyOf&);
    bool recipients, headers, helo;
  };
  const Case cases[] = {
      {[](PolicyOf&) {}, false, false, false},
      {[](PolicyOf& rules) { rules.add("a", from_sender({"contoso.com"})); }, false, false, true},
      {[](PolicyOf& rules) {
         rules.settings().null_sender_by_helo = false;
         rules.add("a", from_sender({"contoso.com"}));
       },
       false, false, false},
      {[](PolicyOf& rules) {
         rules.settings().null_sender_by_helo = false;
         rules.add("a", from_sender({"contoso.com", "*"}));
       },
       false, false, true},
      {[](PolicyOf& rules) {
         Scope scope = from_sender({"contoso.com"});
         scope.match_sender_in = SenderPlace::Header;
         rules.add("a", scope);
       },
       false, true, false},
      {[](PolicyOf& rules) {
         Scope scope = from_sender({"contoso.com"});
         scope.match_sender_in = SenderPlace::Either;
         rules.add("a", to_recipient(scope, "*"));
       },
       true, true, true},
      {[](PolicyOf& rules) {
         Scope scope;
         scope.match_client = {{v4(10, 0, 0, 0), 8}};
         scope.match_sender_in = SenderPlace::Header;  // no effect without match-sender
         rules.add("a", scope);
       },
       false, false, true},
  };
  for (const auto& c : cases) {
    PolicyOf rules;
    c.fill(rules);
    const Policy policy = rules.make();
    BOOST_TEST(policy.looks_at_recipients() == c.recipients);
    BOOST_TEST(policy.looks_at_headers() == c.headers);
    BOOST_TEST(policy.looks_at_helo() == c.helo);
  }
}

BOOST_AUTO_TEST_CASE(actions_that_may_be_taken) {
  Terms tags = kTls;
  tags.on_missing_evidence = Action::Tag;
  PolicyOf rules;
  rules.add("a", from_sender({"a.example"}), require(Terms::TlsDemand::Tls12, Action::Discard));
  rules.add("b", from_sender({"b.example"}),
            monitored(require(Terms::TlsDemand::Tls12, Action::Quarantine)));
  BOOST_TEST(!rules.make().may_take(Action::Tag));
  rules.add("c", from_sender({"c.example"}), tags);
  BOOST_TEST(rules.make().may_take(Action::Tag));
  BOOST_TEST(rules.make().may_take(Action::Discard));
  BOOST_TEST(!rules.make().may_take(Action::Quarantine));
}

BOOST_AUTO_TEST_CASE(replies_carry_the_settings) {
  PolicyOf rules;
  rules.settings().contact = "postmaster@example.org";
  rules.add("contoso", from_sender({"contoso.com"}), kTls);
  const Policy policy = rules.make();
  const Session session = plain_mail("contoso.com");
  const auto ruling =
      policy.judge(session, session.sender_addresses.front(), SenderPlace::Envelope, nullptr);
  BOOST_TEST(format_reply(policy.reply_for(session, *ruling.decision)) ==
             "530 5.7.0 Must issue a STARTTLS command first: mail from contoso.com requires TLS "
             "1.2 or newer [contoso]; postmaster@example.org");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
