// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/transaction.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "core/given.h"

namespace forcetls {
namespace {

using namespace given;

std::string told(const Step& step) {
  switch (step.kind) {
    case Step::Kind::Wait: return "wait";
    case Step::Kind::Done: return "done";
    case Step::Kind::Refuse: break;
  }
  return step.reply.code + " " + step.reply.enhanced;
}

Terms tls_or(Action action) {
  Terms terms;
  terms.on_violation = action;
  return terms;
}

Scope header(Scope scope, SenderPlace place) {
  scope.match_sender_in = place;
  return scope;
}

Scope to(Scope scope, std::string_view text) {
  scope.match_recipient = {pattern(text)};
  return scope;
}

/// One mail: what is told at MAIL, each RCPT and the end of headers; and the verdict in the end.
struct Run {
  Policy policy;
  Transaction transaction;

  Run(const PolicyOf& rules, Session session)
      : policy(rules.make()), transaction(policy, std::move(session)) {}

  std::string mail() { return told(transaction.mail()); }
  std::string rcpt(std::string domain) { return told(transaction.rcpt(recipient(std::move(domain)))); }
  std::string headers(std::vector<std::string> domains) {
    std::vector<SenderAddress> authors;
    for (auto& domain : domains) authors.push_back(address(std::move(domain)));
    return told(transaction.end_of_headers(std::move(authors)));
  }
  std::string action() const { return std::string(format_action(transaction.verdict().action)); }
  std::string result() const {
    return std::string(format_tls_result(transaction.verdict().tls_result()));
  }
};

BOOST_AUTO_TEST_SUITE(transaction)

BOOST_AUTO_TEST_CASE(all_is_decided_at_mail_where_it_can_be) {
  PolicyOf rules;
  rules.add("contoso", from_sender({"contoso.com"}), tls_or(Action::Reject));
  {
    Run run(rules, plain_mail("contoso.com"));
    BOOST_TEST(run.mail() == "530 5.7.0");
    BOOST_TEST(run.action() == "reject");
    BOOST_TEST(run.transaction.verdict().reply.has_value());
  }
  {
    Run run(rules, tls_mail("contoso.com"));
    BOOST_TEST(run.mail() == "done");
    BOOST_TEST(run.result() == "pass");
    BOOST_TEST(run.transaction.verdict().was_judged());
  }
  {
    Run run(rules, plain_mail("other.example"));
    BOOST_TEST(run.mail() == "done");
    BOOST_TEST(run.result() == "none");
    BOOST_TEST(!run.transaction.verdict().was_judged());
  }
}

BOOST_AUTO_TEST_CASE(the_gravest_of_several_sender_addresses_holds) {
  PolicyOf rules;
  rules.add("tags", from_sender({"a.example"}), tls_or(Action::Tag));
  rules.add("defers", from_sender({"b.example"}), tls_or(Action::Defer));
  rules.add("rejects", from_sender({"c.example"}), tls_or(Action::Reject));
  Session session = plain_mail("a.example");
  session.sender_addresses = {address("a.example"), address("d.example")};
  {
    Run run(rules, session);
    BOOST_TEST(run.mail() == "done");
    BOOST_TEST(run.action() == "tag");
    BOOST_TEST(run.result() == "fail");
  }
  session.sender_addresses = {address("a.example"), address("b.example"), address("c.example")};
  Run run(rules, session);
  BOOST_TEST(run.mail() == "530 5.7.0");
}

BOOST_AUTO_TEST_CASE(exempt_mail_is_done_at_once_and_stays_so) {
  PolicyOf rules;
  rules.settings().exempt_clients = {{v4(192, 0, 2, 0), 24}};
  rules.add("contoso", header(from_sender({"contoso.com"}), SenderPlace::Either),
            tls_or(Action::Reject));
  Run run(rules, plain_mail("contoso.com"));
  BOOST_TEST(run.mail() == "done");
  BOOST_TEST(run.rcpt("to.example") == "done");
  BOOST_TEST(run.headers({"contoso.com"}) == "done");
  BOOST_TEST((run.transaction.verdict().exemption == Exemption::Client));
  BOOST_TEST(run.result() == "none");
}

Terms verified_or(Action on_violation, Action on_missing) {
  Terms terms;
  terms.require_certificate = Terms::CertificateDemand::Verified;
  terms.on_violation = on_violation;
  terms.on_missing_evidence = on_missing;
  return terms;
}

Certificate in_state(Certificate::State state) {
  Certificate certificate;
  certificate.state = state;
  return certificate;
}

/// At MAIL, before the policy service was asked.
Session pending_mail(std::string domain) {
  Session session = tls_mail(std::move(domain));
  session.certificate = in_state(Certificate::State::Silent);
  session.evidence_pending = true;
  return session;
}

using State = Certificate::State;

BOOST_AUTO_TEST_CASE(what_a_certificate_must_be_waits_for_evidence) {
  PolicyOf rules;
  rules.add("contoso", from_sender({"contoso.com"}), verified_or(Action::Reject, Action::Defer));
  {
    Run run(rules, pending_mail("contoso.com"));
    BOOST_TEST(run.mail() == "wait");
    run.transaction.learn(in_state(State::Verified));
    BOOST_TEST(run.rcpt("to.example") == "wait");
    BOOST_TEST(run.headers({}) == "done");
    BOOST_TEST(run.result() == "pass");
    BOOST_TEST(run.transaction.verdict().rulings.size() == 1);
  }
  {
    Run run(rules, pending_mail("contoso.com"));
    BOOST_TEST(run.mail() == "wait");
    run.transaction.learn(in_state(State::Untrusted));
    BOOST_TEST(run.rcpt("to.example") == "550 5.7.5");
    BOOST_TEST(run.rcpt("to.example") == "550 5.7.5");
    BOOST_TEST(run.transaction.verdict().refused_recipients == 2);
  }
  {  // the next message of the session has it at MAIL
    Session session = pending_mail("contoso.com");
    session.evidence_pending = false;
    Run run(rules, session);
    BOOST_TEST(run.mail() == "550 5.7.5");
  }
  {  // without TLS there is nothing to wait for
    Session session = plain_mail("contoso.com");
    session.evidence_pending = true;
    Run run(rules, session);
    BOOST_TEST(run.mail() == "530 5.7.0");
  }
}

BOOST_AUTO_TEST_CASE(mail_that_needs_no_certificate_does_not_wait) {
  PolicyOf rules;
  rules.add("contoso", from_sender({"contoso.com"}), tls_or(Action::Reject));
  Run run(rules, pending_mail("contoso.com"));
  BOOST_TEST(run.mail() == "done");
}

BOOST_AUTO_TEST_CASE(a_monitor_connector_waits_for_evidence_too) {
  PolicyOf rules;
  Terms monitor = verified_or(Action::Reject, Action::Defer);
  monitor.mode = Mode::Monitor;
  rules.add("shadow", from_sender({"contoso.com"}), monitor);
  Run run(rules, pending_mail("contoso.com"));
  BOOST_TEST(run.mail() == "wait");
  run.transaction.learn(in_state(State::Verified));
  BOOST_TEST(run.rcpt("to.example") == "wait");
  const auto& rulings = run.transaction.verdict().rulings;
  BOOST_TEST_REQUIRE(rulings.size() == 1);
  BOOST_TEST((rulings[0].shadows.at(0).outcome == Outcome::Passed));
}

// Postfix asks no policy service for a bare `postmaster`; for the recipient after it it does.
BOOST_AUTO_TEST_CASE(evidence_may_come_with_a_later_recipient) {
  PolicyOf rules;
  rules.add("contoso", from_sender({"contoso.com"}), verified_or(Action::Reject, Action::Defer));
  Run run(rules, pending_mail("contoso.com"));
  BOOST_TEST(run.mail() == "wait");
  run.transaction.learn(in_state(State::Unknown));
  BOOST_TEST(run.rcpt("to.example") == "451 4.7.0");
  run.transaction.learn(in_state(State::Verified));
  BOOST_TEST(run.rcpt("to.example") == "wait");
  BOOST_TEST(run.headers({}) == "done");
  BOOST_TEST(run.action() == "pass");
  BOOST_TEST(run.transaction.verdict().refused_recipients == 1);
}

BOOST_AUTO_TEST_CASE(recipients_that_evidence_divides_are_sent_apart) {
  PolicyOf rules;
  rules.add("contoso", from_sender({"contoso.com"}), verified_or(Action::Reject, Action::Tag));
  Run run(rules, pending_mail("contoso.com"));
  BOOST_TEST(run.mail() == "wait");
  run.transaction.learn(in_state(State::Unknown));
  BOOST_TEST(run.rcpt("to.example") == "wait");
  run.transaction.learn(in_state(State::Verified));
  BOOST_TEST(run.rcpt("to.example") == "451 4.5.3");
  BOOST_TEST(run.headers({}) == "done");
  BOOST_TEST(run.action() == "tag");
}

BOOST_AUTO_TEST_CASE(authors_are_judged_with_what_was_learnt) {
  PolicyOf rules;
  rules.add("contoso", header(from_sender({"contoso.com"}), SenderPlace::Header),
            verified_or(Action::Reject, Action::Defer));
  for (const auto& [state, expected] :
       {std::pair{State::Verified, "done"}, std::pair{State::Expired, "550 5.7.5"}}) {
    Run run(rules, pending_mail("other.example"));
    BOOST_TEST(run.mail() == "wait");
    run.transaction.learn(in_state(state));
    BOOST_TEST(run.rcpt("to.example") == "wait");
    BOOST_TEST(run.headers({"contoso.com"}) == expected);
  }
}

BOOST_AUTO_TEST_CASE(authors_are_judged_at_the_end_of_headers) {
  PolicyOf rules;
  rules.add("contoso", header(from_sender({"contoso.com"}), SenderPlace::Either),
            tls_or(Action::Reject));
  {
    Run run(rules, plain_mail("contoso.com"));
    BOOST_TEST(run.mail() == "530 5.7.0");
  }
  {
    Run run(rules, plain_mail("evil.example"));
    BOOST_TEST(run.mail() == "wait");
    BOOST_TEST(run.rcpt("to.example") == "wait");
    BOOST_TEST(run.headers({"evil.example", "contoso.com"}) == "530 5.7.0");
    BOOST_TEST(run.action() == "reject");
    BOOST_TEST((run.transaction.verdict().stage == Stage::EndOfHeaders));
    BOOST_TEST(run.transaction.session().authors.size() == 2);
  }
  Run run(rules, plain_mail("evil.example"));
  run.mail();
  BOOST_TEST(run.headers({"evil.example"}) == "done");
  BOOST_TEST(run.headers({"contoso.com"}) == "done", "only once");
}

BOOST_AUTO_TEST_CASE(a_lax_envelope_does_not_help_a_strict_author_and_the_gravest_holds) {
  PolicyOf rules;
  rules.add("strict", header(from_sender({"contoso.com"}), SenderPlace::Header),
            tls_or(Action::Quarantine));
  rules.add("lax", from_sender({"lax.example"}), tls_or(Action::Tag));
  Run run(rules, plain_mail("lax.example"));
  BOOST_TEST(run.mail() == "wait");
  BOOST_TEST(run.headers({"contoso.com"}) == "done");
  BOOST_TEST(run.action() == "quarantine");
}

BOOST_AUTO_TEST_CASE(a_recipient_is_refused_alone) {
  PolicyOf rules;
  rules.add("secure", to(from_sender({"contoso.com"}), "secure.example"), tls_or(Action::Reject));
  Run run(rules, plain_mail("contoso.com"));
  BOOST_TEST(run.mail() == "wait");
  BOOST_TEST(run.rcpt("open.example") == "wait");
  BOOST_TEST(run.rcpt("secure.example") == "530 5.7.0");
  BOOST_TEST(run.rcpt("secure.example") == "530 5.7.0");
  BOOST_TEST(run.rcpt("open.example") == "wait");
  BOOST_TEST(run.headers({}) == "done");
  BOOST_TEST(run.action() == "pass");
  BOOST_TEST(run.result() == "none", "a refused recipient says nothing of the mail that goes on");
  const Verdict& verdict = run.transaction.verdict();
  BOOST_TEST(verdict.refused_recipients == 2);
  BOOST_TEST(verdict.rulings.size() == 2, "one for each recipient domain");
  BOOST_TEST(verdict.rulings[1].recipient == "<u@secure.example>");
  BOOST_TEST(verdict.rulings[1].refused);
}

BOOST_AUTO_TEST_CASE(the_first_accepted_recipient_fixes_the_action) {
  PolicyOf rules;
  rules.add("tags", to(from_sender({"contoso.com"}), "tag.example"), tls_or(Action::Tag));
  rules.add("holds", to(from_sender({"contoso.com"}), "hold.example"), tls_or(Action::Quarantine));
  rules.add("rejects", to(from_sender({"contoso.com"}), "no.example"), tls_or(Action::Reject));
  {
    Run run(rules, plain_mail("contoso.com"));
    BOOST_TEST(run.mail() == "wait");
    BOOST_TEST(run.rcpt("no.example") == "530 5.7.0");
    BOOST_TEST(run.rcpt("tag.example") == "wait");
    BOOST_TEST(run.rcpt("hold.example") == "451 4.5.3");
    BOOST_TEST(run.rcpt("open.example") == "451 4.5.3");
    BOOST_TEST(run.rcpt("tag.example") == "wait");
    BOOST_TEST(run.headers({}) == "done");
    BOOST_TEST(run.action() == "tag");
    BOOST_TEST(run.result() == "fail");
  }
  Run run(rules, plain_mail("contoso.com"));
  run.mail();
  BOOST_TEST(run.rcpt("open.example") == "wait");
  BOOST_TEST(run.rcpt("tag.example") == "451 4.5.3");
  BOOST_TEST(run.action() == "pass");
}

BOOST_AUTO_TEST_CASE(recipients_and_authors_together) {
  PolicyOf rules;
  rules.add("both", to(header(from_sender({"contoso.com"}), SenderPlace::Header), "secure.example"),
            tls_or(Action::Reject));
  rules.add("other", to(from_sender({"x.example"}), "no.example"), tls_or(Action::Reject));
  {
    Run run(rules, plain_mail("x.example"));
    BOOST_TEST(run.mail() == "wait");
    BOOST_TEST(run.rcpt("no.example") == "530 5.7.0");
    BOOST_TEST(run.rcpt("open.example") == "wait");
    BOOST_TEST(run.headers({"contoso.com"}) == "done");
  }
  {
    Run run(rules, plain_mail("y.example"));
    BOOST_TEST(run.mail() == "wait");
    BOOST_TEST(run.rcpt("open.example") == "wait");
    BOOST_TEST(run.rcpt("secure.example") == "wait");
    BOOST_TEST(run.headers({"contoso.com"}) == "530 5.7.0");
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_waits_for_what_is_more_specific_only) {
  PolicyOf rules;
  Terms strict = tls_or(Action::Reject);
  strict.require_tls = Terms::TlsDemand::Tls13;
  rules.add("wide", from_sender({"contoso.com"}), strict);
  rules.add("narrow", to(from_sender({"contoso.com"}), "open.example"), tls_or(Action::Reject));
  rules.add("elsewhere", to(Scope{}, "*"), tls_or(Action::Reject));
  Session session = tls_mail("contoso.com");
  session.tls = Tls{"TLSv1.2", TlsVersion::Tls12, "ECDHE-RSA-AES256-GCM-SHA384", 256};
  Run run(rules, session);
  BOOST_TEST(run.mail() == "wait");
  BOOST_TEST(run.rcpt("open.example") == "wait");
  BOOST_TEST(run.rcpt("other.example") == "550 5.7.4");

  PolicyOf without_narrow;
  without_narrow.add("wide", from_sender({"contoso.com"}), strict);
  without_narrow.add("elsewhere", to(Scope{}, "*"), tls_or(Action::Reject));
  Run early(without_narrow, session);
  BOOST_TEST(early.mail() == "550 5.7.4", "less specific candidates do not delay");
}

BOOST_AUTO_TEST_CASE(monitor_and_suspended_let_mail_through_and_are_told) {
  PolicyOf rules;
  Terms watch = tls_or(Action::Reject);
  watch.mode = Mode::Monitor;
  rules.add("watched", from_sender({"watched.example"}), watch);
  rules.add("paused", from_sender({"paused.example"}), tls_or(Action::Tag));
  rules.with(std::nullopt, at(10));
  rules.add("all", from_sender({"*"}), [] {
    Terms terms = tls_or(Action::Reject);
    terms.require_tls = Terms::TlsDemand::No;
    return terms;
  }());
  {
    Run run(rules, plain_mail("watched.example"));
    BOOST_TEST(run.mail() == "done");
    BOOST_TEST(run.action() == "pass");
    BOOST_TEST(run.result() == "fail (monitor)");
  }
  {
    Run run(rules, tls_mail("watched.example"));
    run.mail();
    BOOST_TEST(run.result() == "pass");
  }
  {
    Run run(rules, tls_mail("paused.example"));
    run.mail();
    BOOST_TEST(run.result() == "pass");
  }
  Run run(rules, plain_mail("paused.example"));
  BOOST_TEST(run.mail() == "done");
  BOOST_TEST(run.action() == "pass");
  BOOST_TEST(run.result() == "none");
  BOOST_TEST(run.transaction.verdict().was_judged());
}

BOOST_AUTO_TEST_CASE(what_one_message_can_make_us_do_is_bounded) {
  PolicyOf rules;
  rules.add("both", to(header(from_sender({"*"}), SenderPlace::Either), "*"), tls_or(Action::Tag));
  Run run(rules, plain_mail("contoso.com"));
  BOOST_TEST(run.mail() == "wait");
  const auto numbered = [](int i) { return "d" + std::to_string(i) + ".example"; };
  for (int i = 0; i < 1000; ++i) BOOST_TEST_REQUIRE(run.rcpt(numbered(i)) == "wait");
  BOOST_TEST(run.rcpt(numbered(1000)) == "452 4.5.3");
  BOOST_TEST(run.rcpt(numbered(999)) == "wait", "a domain that is known already");
  std::vector<std::string> authors;
  for (int i = 0; i < 100; ++i) authors.push_back(numbered(i));
  BOOST_TEST(run.headers(authors) == "done");
  BOOST_TEST(run.action() == "tag");
  BOOST_TEST(run.result() == "fail");
  BOOST_TEST(run.transaction.verdict().rulings.size() <= 2000);
}

BOOST_AUTO_TEST_CASE(words_of_values) {
  BOOST_TEST(format_violation(Violation::None) == "none");
  BOOST_TEST(format_violation(Violation::TlsVersion) == "tls-version");
  BOOST_TEST(format_violation(Violation::Cipher) == "cipher");
  BOOST_TEST(format_violation(Violation::CipherBits) == "cipher-bits");
  BOOST_TEST(format_violation(Violation::ForwardSecrecy) == "forward-secrecy");
  BOOST_TEST(format_violation(Violation::CertificateKey) == "certificate-key");
  BOOST_TEST(format_violation(Violation::ClientAddress) == "client-address");
  BOOST_TEST(format_outcome(Outcome::Passed) == "passed");
  BOOST_TEST(format_outcome(Outcome::Failed) == "failed");
  BOOST_TEST(format_outcome(Outcome::Missing) == "missing");
  BOOST_TEST(format_action(Action::Discard) == "discard");
  BOOST_TEST(format_standing(Standing::Deciding) == "enforce");
  BOOST_TEST(format_standing(Standing::Suspended) == "suspended");
  BOOST_TEST(format_standing(Standing::Monitor) == "monitor");
  BOOST_TEST(format_stage(Stage::Mail) == "mail");
  BOOST_TEST(format_stage(Stage::Rcpt) == "rcpt");
  BOOST_TEST(format_stage(Stage::EndOfHeaders) == "eoh");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
