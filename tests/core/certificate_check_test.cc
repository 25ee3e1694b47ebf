// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/certificate_check.h"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>
#include <vector>

#include "core/given.h"

namespace forcetls {
namespace {

using namespace given;
using Texts = std::vector<std::string>;

Digest digest_of(std::uint8_t first) { return {first}; }

/// As a known certificate shows it: everything is there.
Certificate full_certificate() {
  Certificate certificate;
  certificate.state = Certificate::State::Verified;
  certificate.subject_cn = std::string("Mail.Contoso.com");
  certificate.cn_dns_name = "mail.contoso.com";
  certificate.issuer_cn = std::string("Issuing CA 1");
  certificate.dns_names = Texts{};
  certificate.organizations = Texts{"Contoso  Ltd"};
  certificate.organizational_units = Texts{"Mail", "Gateway"};
  certificate.issuer_organizations = Texts{"DigiCert, Inc."};
  certificate.root_cns = Texts{"GlobalSign Root CA", "Old Root"};
  certificate.key_bits = 2048U;
  certificate.sha256 = digest_of(1);
  certificate.key_sha256 = digest_of(2);
  return certificate;
}

/// As macros show it, with nothing but CNs.
Certificate macro_certificate() {
  Certificate certificate;
  certificate.state = Certificate::State::Verified;
  certificate.subject_cn = std::string("mail.contoso.com");
  certificate.cn_dns_name = "mail.contoso.com";
  certificate.issuer_cn = std::string("Issuing CA 1");
  certificate.organizations = Unknown{};
  certificate.organizational_units = Unknown{};
  certificate.issuer_organizations = Unknown{};
  return certificate;
}

Terms with_rules(std::vector<CertificateRule> rules) {
  Terms terms;
  terms.require_certificate = Terms::CertificateDemand::Rules;
  terms.certificate_rules = std::move(rules);
  return terms;
}

CertificateRule rule_named(std::string section,
                           const std::function<void(CertificateRule&)>& fill = {}) {
  CertificateRule rule;
  rule.section = std::move(section);
  if (fill) fill(rule);
  return rule;
}

std::vector<Finding> check(const Terms& terms, Certificate certificate, Time time = at(0)) {
  Session session = tls_mail("contoso.com");
  session.certificate = std::move(certificate);
  session.time = time;
  return check_certificate(terms, session);
}

/// `rule key:outcome(violation)` of each finding that is not Passed, or `passed`.
std::string summary(const std::vector<Finding>& findings) {
  std::string text;
  for (const auto& finding : findings) {
    if (finding.outcome == Outcome::Passed) continue;
    text += (text.empty() ? "" : "; ") + std::string(finding.key) + ":" +
            std::string(format_violation(finding.violation));
  }
  return text.empty() ? "passed" : text;
}

BOOST_AUTO_TEST_SUITE(certificate_check)

BOOST_AUTO_TEST_CASE(verified_is_enough_without_rules) {
  Terms terms;
  terms.require_certificate = Terms::CertificateDemand::Verified;
  Certificate certificate;
  using State = Certificate::State;
  const std::pair<State, const char*> cases[] = {{State::Verified, "passed"},
                                                 {State::Absent, ":certificate-absent"},
                                                 {State::Silent, ":certificate-absent"},
                                                 {State::Untrusted, ":certificate-untrusted"},
                                                 {State::Expired, ":certificate-expired"},
                                                 {State::Unknown, ":evidence-missing"}};
  for (const auto& [state, expected] : cases) {
    certificate.state = state;
    BOOST_TEST(summary(check(terms, certificate)) == expected);
  }
}

BOOST_AUTO_TEST_CASE(each_key_of_a_rule) {
  struct Case {
    const char* what;
    std::function<void(CertificateRule&)> rule;
    const char* known;   // outcome with all facts
    const char* macros;  // outcome with CNs only
  };
  const Case cases[] = {
      {"name", [](auto& r) { r.names = {pattern("mail.contoso.com")}; }, "passed", "passed"},
      {"other name", [](auto& r) { r.names = {pattern("mx.contoso.com")}; },
       "name:certificate-name", "name:evidence-missing"},
      {"any of two names",
       [](auto& r) { r.names = patterns({"mx.contoso.com", "*.contoso.com"}); }, "passed",
       "passed"},
      {"organization", [](auto& r) { r.organizations = {"contoso ltd"}; }, "passed",
       "organization:evidence-missing"},
      {"part of an organization", [](auto& r) { r.organizations = {"Contoso"}; },
       "organization:certificate-subject", "organization:evidence-missing"},
      {"unit", [](auto& r) { r.organizational_units = {"Sales", "gateway"}; }, "passed",
       "organizational-unit:evidence-missing"},
      {"other unit", [](auto& r) { r.organizational_units = {"Sales"}; },
       "organizational-unit:certificate-subject", "organizational-unit:evidence-missing"},
      {"issuer", [](auto& r) { r.issuers = {"Issuing CA 1"}; }, "passed", "passed"},
      {"other issuer", [](auto& r) { r.issuers = {"Issuing CA 2"}; }, "issuer:certificate-issuer",
       "issuer:certificate-issuer"},
      {"issuer organization", [](auto& r) { r.issuer_organizations = {"DigiCert, Inc."}; },
       "passed", "issuer-organization:evidence-missing"},
      {"other issuer organization", [](auto& r) { r.issuer_organizations = {"DigiCert"}; },
       "issuer-organization:certificate-issuer", "issuer-organization:evidence-missing"},
      {"root", [](auto& r) { r.roots = {"globalsign root ca"}; }, "passed",
       "root:evidence-missing"},
      {"other root", [](auto& r) { r.roots = {"GlobalSign"}; }, "root:certificate-issuer",
       "root:evidence-missing"},
      {"pin", [](auto& r) { r.sha256 = {digest_of(9), digest_of(1)}; }, "passed",
       "sha256:evidence-missing"},
      {"other pin", [](auto& r) { r.sha256 = {digest_of(9)}; }, "sha256:certificate-pin",
       "sha256:evidence-missing"},
      {"key pin", [](auto& r) { r.key_sha256 = {digest_of(2)}; }, "passed",
       "key-sha256:evidence-missing"},
      {"other key pin", [](auto& r) { r.key_sha256 = {digest_of(1)}; },
       "key-sha256:certificate-pin", "key-sha256:evidence-missing"},
      {"either pin",
       [](auto& r) {
         r.sha256 = {digest_of(9)};
         r.key_sha256 = {digest_of(2)};
       },
       "passed", "sha256:evidence-missing"},
      {"pin and larger key",
       [](auto& r) {
         r.sha256 = {digest_of(1)};
         r.min_key_bits = 3072;
       },
       "min-key-bits:certificate-key",
       "min-key-bits:evidence-missing; sha256:evidence-missing"},
      {"key size", [](auto& r) { r.min_key_bits = 2048; }, "passed",
       "min-key-bits:evidence-missing"},
      {"larger key", [](auto& r) { r.min_key_bits = 3072; }, "min-key-bits:certificate-key",
       "min-key-bits:evidence-missing"},
  };
  for (const auto& c : cases) {
    const Terms terms = with_rules({rule_named("contoso", c.rule)});
    BOOST_TEST(summary(check(terms, full_certificate())) == c.known, c.what);
    BOOST_TEST(summary(check(terms, macro_certificate())) == c.macros, c.what);
  }
}

BOOST_AUTO_TEST_CASE(sans_replace_the_cn_and_no_cn_is_no_name) {
  const Terms terms =
      with_rules({rule_named("contoso", [](auto& r) { r.names = {pattern("mail.contoso.com")}; })});
  Certificate certificate = full_certificate();
  certificate.dns_names = Texts{"mx.contoso.com", "mail.contoso.com"};
  BOOST_TEST(summary(check(terms, certificate)) == "passed");
  certificate.dns_names = Texts{"mx.contoso.com"};
  BOOST_TEST(summary(check(terms, certificate)) == "name:certificate-name");

  certificate = macro_certificate();
  certificate.cn_dns_name = "";
  certificate.subject_cn = std::string();  // trusted without CN
  BOOST_TEST(summary(check(terms, certificate)) == "name:evidence-missing");
  certificate.subject_cn = Unknown{};
  BOOST_TEST(summary(check(terms, certificate)) == "name:evidence-missing");
  certificate.subject_cn = Absent{};
  certificate.dns_names = Absent{};
  BOOST_TEST(summary(check(terms, certificate)) == "name:certificate-name");
}

BOOST_AUTO_TEST_CASE(an_absent_attribute_is_another_one) {
  Certificate certificate = full_certificate();
  certificate.organizations = Absent{};
  certificate.issuer_cn = Absent{};
  const Terms terms = with_rules({rule_named("contoso", [](auto& r) {
    r.organizations = {"Contoso Ltd"};
    r.issuers = {"Issuing CA 1"};
  })});
  BOOST_TEST(summary(check(terms, certificate)) ==
             "organization:certificate-subject; issuer:certificate-issuer");
  certificate.issuer_cn = Unknown{};
  BOOST_TEST(summary(check(terms, certificate)) ==
             "organization:certificate-subject; issuer:evidence-missing");
}

BOOST_AUTO_TEST_CASE(an_untrusted_certificate_is_examined_and_an_absent_one_is_not) {
  const Terms terms =
      with_rules({rule_named("contoso", [](auto& r) { r.issuers = {"Issuing CA 2"}; })});
  Certificate certificate = full_certificate();
  certificate.state = Certificate::State::Untrusted;
  BOOST_TEST(summary(check(terms, certificate)) ==
             ":certificate-untrusted; issuer:certificate-issuer");
  BOOST_TEST(summary(check(terms, Certificate{})) == ":certificate-absent");
  certificate.state = Certificate::State::Unknown;
  BOOST_TEST(summary(check(terms, certificate)) == ":evidence-missing");
}

BOOST_AUTO_TEST_CASE(a_pin_stands_for_trust_names_and_dates) {
  const Terms pinned = with_rules({rule_named("pinned", [](auto& r) {
    r.sha256 = {digest_of(1)};
    r.names = {pattern("other.example")};
    r.roots = {"Another Root"};
  })});
  Certificate certificate = full_certificate();
  for (const auto state : {Certificate::State::Verified, Certificate::State::Untrusted,
                           Certificate::State::Expired, Certificate::State::Unknown}) {
    certificate.state = state;
    BOOST_TEST(summary(check(pinned, certificate)) == "passed", format_certificate_state(state));
  }
  certificate.state = Certificate::State::Untrusted;
  certificate.sha256 = digest_of(3);
  BOOST_TEST(summary(check(pinned, certificate)) ==
             ":certificate-untrusted; name:certificate-name; root:certificate-issuer; "
             "sha256:certificate-pin");
  // While the digest is unknown it may be the pinned one: what else is wrong does not count.
  certificate.sha256 = Unknown{};
  BOOST_TEST(summary(check(pinned, certificate)) == "sha256:evidence-missing");
}

BOOST_AUTO_TEST_CASE(a_pin_alone_demands_no_trust) {
  const Terms pinned =
      with_rules({rule_named("pinned", [](auto& r) { r.sha256 = {digest_of(1)}; })});
  Certificate certificate = macro_certificate();
  certificate.state = Certificate::State::Untrusted;
  certificate.sha256 = digest_of(3);
  const auto findings = check(pinned, certificate);
  BOOST_TEST(summary(findings) == "sha256:certificate-pin");
  BOOST_TEST(findings.front().public_seen == "another certificate");
  BOOST_TEST(findings.front().public_wanted == "the agreed certificate");
  BOOST_TEST(findings.front().wanted == format_digest(digest_of(1)));
  BOOST_TEST(findings.front().seen == format_digest(digest_of(3)));
}

BOOST_AUTO_TEST_CASE(silence_says_less_to_a_pin) {
  Certificate silent = macro_certificate();
  silent.state = Certificate::State::Silent;
  const Terms pinned =
      with_rules({rule_named("pinned", [](auto& r) { r.key_sha256 = {digest_of(2)}; })});
  BOOST_TEST(summary(check(pinned, silent)) == ":evidence-missing");
  const Terms named =
      with_rules({rule_named("named", [](auto& r) { r.issuers = {"Issuing CA 1"}; })});
  BOOST_TEST(summary(check(named, silent)) == ":certificate-absent");
  silent.state = Certificate::State::Absent;
  BOOST_TEST(summary(check(pinned, silent)) == ":certificate-absent");
}

BOOST_AUTO_TEST_CASE(why_it_is_not_trusted_is_for_the_administrator) {
  Terms terms;
  terms.require_certificate = Terms::CertificateDemand::Verified;
  Certificate certificate = full_certificate();
  certificate.state = Certificate::State::Expired;
  certificate.problem = "not valid after 2026-01-01T00:00:00Z";
  const auto findings = check(terms, certificate);
  BOOST_TEST(findings.front().public_seen == "an expired or not yet valid certificate");
  BOOST_TEST(findings.front().seen ==
             "an expired or not yet valid certificate: not valid after 2026-01-01T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(revocation_is_checked_or_required) {
  struct Case {
    Revocation demand;
    Fact<bool> revoked;
    const char* trusted;
    const char* pinned;
  };
  const Case cases[] = {
      {Revocation::Off, true, "passed", "passed"},
      {Revocation::Check, true, "revocation:certificate-revoked",
       "revocation:certificate-revoked"},
      {Revocation::Check, false, "passed", "passed"},
      {Revocation::Check, Unknown{}, "passed", "passed"},
      {Revocation::Require, true, "revocation:certificate-revoked",
       "revocation:certificate-revoked"},
      {Revocation::Require, false, "passed", "passed"},
      {Revocation::Require, Unknown{}, "revocation:evidence-missing", "passed"},
  };
  for (const auto& c : cases) {
    Certificate certificate = full_certificate();
    certificate.revoked = c.revoked;
    Terms verified;
    verified.require_certificate = Terms::CertificateDemand::Verified;
    verified.revocation = c.demand;
    BOOST_TEST(summary(check(verified, certificate)) == c.trusted);
    Terms pinned = with_rules({rule_named("pinned", [](auto& r) { r.sha256 = {digest_of(1)}; })});
    pinned.revocation = c.demand;
    BOOST_TEST(summary(check(pinned, certificate)) == c.pinned);
  }
}

BOOST_AUTO_TEST_CASE(of_alternatives_the_best_decides) {
  const auto passes = rule_named("passes", [](auto& r) { r.issuers = {"Issuing CA 1"}; });
  const auto misses = rule_named("misses", [](auto& r) { r.organizations = {"Contoso Ltd"}; });
  const auto fails = rule_named("fails", [](auto& r) { r.issuers = {"Issuing CA 2"}; });
  const auto nearly = rule_named("nearly", [](auto& r) {
    r.names = {pattern("mail.contoso.com")};
    r.issuers = {"Issuing CA 2"};
  });
  struct Case {
    std::vector<CertificateRule> rules;
    const char* rule;
    const char* expected;
  };
  const Case cases[] = {
      {{fails, passes}, "passes", "passed"},
      {{misses, passes}, "passes", "passed"},
      {{fails, misses}, "misses", "organization:evidence-missing"},
      {{misses, fails}, "misses", "organization:evidence-missing"},
      {{fails, nearly}, "nearly", "issuer:certificate-issuer"},
      {{nearly, fails}, "nearly", "issuer:certificate-issuer"},
  };
  for (const auto& c : cases) {
    const auto findings = check(with_rules(c.rules), macro_certificate());
    BOOST_TEST(findings.front().rule == c.rule);
    BOOST_TEST(summary(findings) == c.expected);
  }
}

BOOST_AUTO_TEST_CASE(a_rule_counts_from_its_first_instant_to_before_its_last) {
  const auto old_rule = rule_named("old", [](auto& r) { r.valid_until = at(100); });
  const auto new_rule = rule_named("new", [](auto& r) { r.valid_from = at(200); });
  const Terms terms = with_rules({old_rule, new_rule});
  const std::pair<long, const char*> cases[] = {{99, "passed"},
                                                {100, ":certificate-rule-dates"},
                                                {199, ":certificate-rule-dates"},
                                                {200, "passed"}};
  for (const auto& [time, expected] : cases)
    BOOST_TEST(summary(check(terms, macro_certificate(), at(time))) == expected, time);
  const auto findings = check(terms, macro_certificate(), at(150));
  BOOST_TEST(findings.front().wanted == "old or new");
  BOOST_TEST(findings.front().public_wanted == "a current certificate rule");
}

BOOST_AUTO_TEST_CASE(findings_tell_the_administrator_more_than_the_peer) {
  const Terms terms = with_rules({rule_named("contoso", [](auto& r) {
    r.names = patterns({"mx.contoso.com", "*.contoso.net"});
  })});
  const auto findings = check(terms, full_certificate());
  BOOST_TEST_REQUIRE(findings.size() == 2);
  BOOST_TEST(findings[0].wanted == "a verified certificate");
  BOOST_TEST(findings[0].seen == "a verified certificate");
  BOOST_TEST(findings[1].wanted == "mx.contoso.com or *.contoso.net");
  BOOST_TEST(findings[1].seen == "Mail.Contoso.com");
  BOOST_TEST(findings[1].public_seen == "another name");
  BOOST_TEST(findings[1].public_wanted == "the agreed name");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
