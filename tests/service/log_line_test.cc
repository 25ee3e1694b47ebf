// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/log_line.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <string>

#include "wire/ip_text.h"

namespace forcetls {
namespace {

Session given_session() {
  Session session;
  session.client_address = parse_ip_address("192.0.2.1").value();
  session.client_name = std::string("mail.contoso.com");
  session.helo = "mail.contoso.com";
  session.sender = "<a@contoso.com>";
  return session;
}

const Connector& connector(const std::string& name) {
  static std::deque<Connector> connectors;
  for (const Connector& known : connectors) {
    if (known.name == name) return known;
  }
  connectors.emplace_back().name = name;
  return connectors.back();
}

Judgement judgement(const std::string& name, Action action, std::vector<Finding> findings = {},
                    Standing standing = Standing::Deciding) {
  Judgement made;
  made.connector = &connector(name);
  made.standing = standing;
  made.action = action;
  made.findings = std::move(findings);
  return made;
}

Finding failed(Violation violation) {
  Finding finding;
  finding.outcome = Outcome::Failed;
  finding.violation = violation;
  return finding;
}

Finding missing(std::string_view requirement) {
  Finding finding;
  finding.outcome = Outcome::Missing;
  finding.violation = Violation::EvidenceMissing;
  finding.requirement = requirement;
  return finding;
}

BOOST_AUTO_TEST_SUITE(log_line)

BOOST_AUTO_TEST_CASE(a_refusal_in_plaintext) {
  Verdict verdict;
  verdict.action = Action::Reject;
  verdict.reply = Reply{"530", "5.7.0", "Must issue \"x\" [contoso]"};
  verdict.rulings.emplace_back().decision =
      judgement("contoso", Action::Reject, {failed(Violation::TlsAbsent)});
  BOOST_TEST(format_log_line(given_session(), verdict, "") ==
             "stage=mail client=192.0.2.1 client_name=mail.contoso.com helo=mail.contoso.com "
             "sender=<a@contoso.com> tls=none connector=contoso mode=enforce action=reject "
             "violations=tls-absent reply=\"530 5.7.0 Must issue \\\"x\\\" [contoso]\"");
}

BOOST_AUTO_TEST_CASE(all_facts_of_an_encrypted_session) {
  Session session = given_session();
  session.tls = Tls{"TLSv1.2", TlsVersion::Tls12, "ECDHE-RSA-AES128-SHA", 128U};
  session.certificate.state = Certificate::State::Verified;
  session.certificate.subject_cn = std::string("mail.contoso.com");
  session.certificate.issuer_cn = std::string("Test CA");
  session.auth_user = std::string("u1@lab");
  session.authors = {{"contoso.com", false}, {"fabrikam.com", false}};
  Verdict verdict;
  verdict.stage = Stage::EndOfHeaders;
  verdict.rulings.emplace_back().decision = judgement(
      "contoso", Action::Quarantine,
      {failed(Violation::Cipher), failed(Violation::Cipher), missing("require-certificate")});
  BOOST_TEST(format_log_line(session, verdict, "4XyZ") ==
             "stage=eoh client=192.0.2.1 client_name=mail.contoso.com helo=mail.contoso.com "
             "sender=<a@contoso.com> from=contoso.com,fabrikam.com auth=u1@lab tls=TLSv1.2 "
             "cipher=ECDHE-RSA-AES128-SHA bits=128 certificate=verified "
             "subject_cn=mail.contoso.com issuer_cn=\"Test CA\" connector=contoso mode=enforce "
             "action=quarantine violations=cipher missing=require-certificate queue_id=4XyZ");
}

BOOST_AUTO_TEST_CASE(what_is_known_of_a_certificate) {
  Session session = given_session();
  session.tls = Tls{"TLSv1.3", TlsVersion::Tls13, "TLS_AES_256_GCM_SHA384", 256U};
  session.certificate.state = Certificate::State::Unknown;
  session.certificate.sha256 = Digest{0x3e, 0x0b};
  const std::string head =
      "stage=mail client=192.0.2.1 client_name=mail.contoso.com helo=mail.contoso.com "
      "sender=<a@contoso.com> tls=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 ";
  const std::string zeros(58, '0');
  BOOST_TEST(format_log_line(session, {}, "") ==
             head + "certificate=unknown cert_sha256=3e0b00" + zeros + " action=pass");

  session.certificate.state = Certificate::State::Expired;
  session.certificate.subject_cn = std::string("mail.contoso.com");
  session.certificate.key_sha256 = Digest{0xff, 0, 1};
  session.certificate.known_as = "/etc/forcetls/known.d/a b.pem";
  session.certificate.problem = "the certificate of \"x\" expired";
  session.certificate.revoked = true;
  BOOST_TEST(format_log_line(session, {}, "") ==
             head + "certificate=expired subject_cn=mail.contoso.com cert_sha256=3e0b00" + zeros +
                 " key_sha256=ff0001" + zeros +
                 " certificate_source=\"/etc/forcetls/known.d/a b.pem\" "
                 "certificate_problem=\"the certificate of \\\"x\\\" expired\" revoked=yes "
                 "action=pass");
  session.certificate.revoked = false;
  BOOST_TEST(format_log_line(session, {}, "").find(" revoked=no ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(unknown_facts_and_an_exempt_session) {
  Session session;
  session.sender = "<>";
  session.tls = Unknown{};
  Verdict verdict;
  verdict.exemption = Exemption::Authenticated;
  BOOST_TEST(format_log_line(session, verdict, "") ==
             "stage=mail client=unknown sender=<> tls=unknown action=pass exempt=authenticated");
  for (const auto& [state, word] : {std::pair(Certificate::State::Absent, "absent"),
                                    std::pair(Certificate::State::Silent, "silent"),
                                    std::pair(Certificate::State::Untrusted, "untrusted"),
                                    std::pair(Certificate::State::Expired, "expired"),
                                    std::pair(Certificate::State::Unknown, "unknown")}) {
    session.tls = Tls{"TLSv9", std::nullopt, "", std::nullopt};
    session.certificate.state = state;
    BOOST_TEST(format_log_line(session, verdict, "") ==
               std::string("stage=mail client=unknown sender=<> tls=TLSv9 certificate=") + word +
                   " action=pass exempt=authenticated");
  }
}

BOOST_AUTO_TEST_CASE(shadows_come_after_what_decides_and_say_would) {
  Verdict verdict;
  Ruling& ruling = verdict.rulings.emplace_back();
  ruling.shadows = {judgement("trial", Action::Reject, {failed(Violation::TlsVersion)},
                              Standing::Monitor)};
  const std::string shadow = "connector=trial mode=monitor would=reject violations=tls-version";
  const std::string head =
      "stage=mail client=192.0.2.1 client_name=mail.contoso.com helo=mail.contoso.com "
      "sender=<a@contoso.com> tls=none ";
  BOOST_TEST(format_log_line(given_session(), verdict, "") == head + "action=pass " + shadow);
  ruling.decision = judgement("contoso", Action::Pass);
  BOOST_TEST(format_log_line(given_session(), verdict, "") ==
             head + "connector=contoso mode=enforce action=pass " + shadow);
  ruling.decision = judgement("contoso", Action::Tag, {failed(Violation::TlsAbsent)},
                              Standing::Suspended);
  BOOST_TEST(format_log_line(given_session(), verdict, "") ==
             head + "action=pass " + shadow +
                 " connector=contoso mode=suspended would=tag violations=tls-absent");
}

BOOST_AUTO_TEST_CASE(refused_recipients_are_counted_and_equal_judgements_named_once) {
  Verdict verdict;
  verdict.stage = Stage::Rcpt;
  verdict.refused_recipients = 500;
  verdict.reply = Reply{"451", "4.7.0", "later"};
  for (int i = 0; i < 500; ++i) {
    Ruling& accepted = verdict.rulings.emplace_back();
    accepted.recipient = "<open@example.org>";
    accepted.decision = judgement("open", Action::Pass);
    Ruling& refused = verdict.rulings.emplace_back();
    refused.recipient = "<u" + std::to_string(i) + "@example.org>";
    refused.refused = true;
    refused.decision = judgement("secure", Action::Defer, {missing("require-client")});
  }
  const std::string line = format_log_line(given_session(), verdict, "");
  BOOST_TEST(line.substr(line.find("tls=")) ==
             "tls=none connector=secure mode=enforce action=defer missing=require-client "
             "connector=open mode=enforce action=pass recipient=<u0@example.org> "
             "refused_recipients=500 reply=\"451 4.7.0 later\"");
}

BOOST_AUTO_TEST_CASE(a_line_is_bounded) {
  Session session = given_session();
  session.helo = std::string(5000, 'h');
  session.sender = std::string(5000, '\n');
  session.authors.assign(5000, {"contoso.com", false});
  Verdict verdict;
  for (int i = 0; i < 200; ++i) {
    verdict.rulings.emplace_back().decision = judgement("c" + std::to_string(i), Action::Tag);
  }
  const std::string line = format_log_line(session, verdict, std::string(5000, 'q'));
  BOOST_TEST(line.size() < 3000U);
  BOOST_TEST(line.find(" more=192") != std::string::npos);
  BOOST_TEST(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
