// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/reply.h"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/given.h"

namespace forcetls {
namespace {

using namespace given;

Finding failed(Violation violation, std::string seen, std::string wanted) {
  Finding finding;
  finding.outcome = Outcome::Failed;
  finding.violation = violation;
  finding.public_seen = std::move(seen);
  finding.public_wanted = std::move(wanted);
  return finding;
}

Finding missing(std::string what) {
  Finding finding;
  finding.outcome = Outcome::Missing;
  finding.violation = Violation::EvidenceMissing;
  finding.public_seen = std::move(what);
  return finding;
}

/// A refusal of mail from contoso.com by a connector named contoso.
struct Refusal {
  Connector connector;
  Judgement judgement;
  Session session = plain_mail("contoso.com");
  ReplySettings settings;

  Refusal(Action action, std::vector<Finding> findings) {
    connector.name = "contoso";
    judgement.connector = &connector;
    judgement.action = action;
    judgement.address = session.sender_addresses.front();
    judgement.outcome = findings.front().outcome;
    for (const auto& finding : findings)
      if (finding.outcome == Outcome::Failed) judgement.outcome = Outcome::Failed;
    judgement.findings = std::move(findings);
  }
  void own_text(std::string text) {
    Particulars particulars;
    particulars.reply = std::move(text);
    connector.own_particulars = std::make_shared<const Particulars>(std::move(particulars));
  }
  std::string text() const { return format_reply(form_reply(settings, session, judgement)); }
};

const Finding kNoTls = failed(Violation::TlsAbsent, "no TLS", "TLS 1.2 or newer");

BOOST_AUTO_TEST_SUITE(reply)

BOOST_AUTO_TEST_CASE(codes_follow_the_table) {
  struct Case {
    Violation violation;
    const char* reject;
    const char* defer;
  };
  const Case cases[] = {
      {Violation::TlsVersion, "550 5.7.4", "451 4.7.4"},
      {Violation::Cipher, "550 5.7.4", "451 4.7.4"},
      {Violation::CipherBits, "550 5.7.4", "451 4.7.4"},
      {Violation::ForwardSecrecy, "550 5.7.4", "451 4.7.4"},
      {Violation::CertificateAbsent, "550 5.7.5", "451 4.7.5"},
      {Violation::CertificateUntrusted, "550 5.7.5", "451 4.7.5"},
      {Violation::CertificateExpired, "550 5.7.5", "451 4.7.5"},
      {Violation::CertificateRevoked, "550 5.7.5", "451 4.7.5"},
      {Violation::CertificateKey, "550 5.7.5", "451 4.7.5"},
      {Violation::CertificateName, "550 5.7.1", "451 4.7.1"},
      {Violation::CertificateSubject, "550 5.7.1", "451 4.7.1"},
      {Violation::CertificateIssuer, "550 5.7.1", "451 4.7.1"},
      {Violation::CertificatePin, "550 5.7.1", "451 4.7.1"},
      {Violation::CertificateRuleDates, "550 5.7.1", "451 4.7.1"},
      {Violation::ClientAddress, "550 5.7.1", "451 4.7.1"},
  };
  const std::string text = " this seen, that required for mail from contoso.com [contoso]";
  for (const auto& [violation, reject, defer] : cases) {
    BOOST_TEST(Refusal(Action::Reject, {failed(violation, "this", "that")}).text() ==
               reject + text);
    BOOST_TEST(Refusal(Action::Defer, {failed(violation, "this", "that")}).text() == defer + text);
  }
}

BOOST_AUTO_TEST_CASE(the_example_of_the_design) {
  Refusal refusal(Action::Reject, {kNoTls});
  refusal.settings.contact = "https://postmaster.example/tls";
  BOOST_TEST(refusal.text() ==
             "530 5.7.0 Must issue a STARTTLS command first: mail from contoso.com requires TLS "
             "1.2 or newer [contoso]; https://postmaster.example/tls");
  refusal.judgement.action = Action::Defer;
  refusal.settings.reveal_connector = false;
  refusal.settings.contact = "";
  BOOST_TEST(refusal.text() ==
             "451 4.7.0 Must issue a STARTTLS command first: mail from contoso.com requires TLS "
             "1.2 or newer");
}

BOOST_AUTO_TEST_CASE(several_faults_are_joined_and_the_first_gives_the_codes) {
  const Refusal refusal(Action::Reject,
                        {failed(Violation::ClientAddress, "192.0.2.1", "another client address"),
                         failed(Violation::TlsVersion, "TLSv1.1", "TLS 1.2 or newer"),
                         missing("the cipher")});
  BOOST_TEST(refusal.text() ==
             "550 5.7.4 TLSv1.1 seen, TLS 1.2 or newer required for mail from contoso.com; "
             "192.0.2.1 seen, another client address required for mail from contoso.com "
             "[contoso]");
}

BOOST_AUTO_TEST_CASE(mail_in_the_clear_is_one_fault) {
  const Refusal refusal(
      Action::Reject,
      {kNoTls, failed(Violation::TlsAbsent, "no TLS", "256 bits"),
       failed(Violation::ClientAddress, "192.0.2.1", "another client address")});
  BOOST_TEST(refusal.text() ==
             "530 5.7.0 Must issue a STARTTLS command first: mail from contoso.com requires TLS "
             "1.2 or newer; 192.0.2.1 seen, another client address required for mail from "
             "contoso.com [contoso]");
}

BOOST_AUTO_TEST_CASE(missing_evidence_names_each_fact_once) {
  Refusal refusal(Action::Defer, {missing("the cipher"), missing("the name of the certificate"),
                                  missing("the cipher")});
  const std::string text =
      " Cannot verify the cipher, the name of the certificate for mail from contoso.com, try "
      "again later [contoso]";
  BOOST_TEST(refusal.text() == "451 4.7.0" + text);
  refusal.judgement.action = Action::Reject;
  BOOST_TEST(refusal.text() == "550 5.7.0" + text);
}

BOOST_AUTO_TEST_CASE(own_text_is_filled_in_and_keeps_the_codes) {
  Refusal refusal(Action::Reject, {failed(Violation::TlsVersion, "TLSv1.1", "TLS 1.2 or newer"),
                                   failed(Violation::CipherBits, "128 bits", "256 bits")});
  refusal.own_text("100% no: %{domain} wants %{wanted}, sent %{seen} %{other} %{domain");
  BOOST_TEST(refusal.text() ==
             "550 5.7.4 100% no: contoso.com wants TLS 1.2 or newer, 256 bits, sent TLSv1.1, 128 "
             "bits %{other} %{domain [contoso]");
  Refusal unknown(Action::Defer, {missing("the cipher")});
  unknown.own_text("%{wanted} is %{seen}");
  BOOST_TEST(unknown.text() == "451 4.7.0 the cipher is unknown [contoso]");
}

BOOST_AUTO_TEST_CASE(the_judged_domain) {
  Refusal refusal(Action::Reject, {kNoTls});
  refusal.own_text("%{domain}");
  refusal.settings.reveal_connector = false;
  const auto text = [&] { return refusal.text().substr(10); };
  refusal.judgement.address = address("xn--mller-kva.example");
  BOOST_TEST(text() == "xn--mller-kva.example");
  refusal.judgement.address = address("");
  BOOST_TEST(text() == "this sender");
  refusal.judgement.address = null_sender();
  BOOST_TEST(text() == "client.example");
  refusal.session.helo_domain = "";
  refusal.session.helo = "[192.0.2.1]\r\n250 \xc3\xbc";
  BOOST_TEST(text() == "[192.0.2.1]??250 ??");
  refusal.session.helo = "";
  BOOST_TEST(text() == "<>");
}

BOOST_AUTO_TEST_CASE(peer_text_is_cut_and_the_reply_fits_a_line) {
  Refusal refusal(Action::Reject, {failed(Violation::Cipher, std::string(500, 'C'), "another")});
  refusal.judgement.address = address(std::string(200, 'd'));
  BOOST_TEST(refusal.text() == "550 5.7.4 " + std::string(80, 'C') +
                                   " seen, another required for mail from " +
                                   std::string(80, 'd') + " [contoso]");
  std::vector<Finding> many(20, failed(Violation::Cipher, std::string(80, 'C'), "another"));
  Refusal longest(Action::Reject, std::move(many));
  longest.settings.contact = "https://postmaster.example/tls";
  const std::string text = longest.text();
  BOOST_TEST(text.size() == 10 + 480);
  BOOST_TEST(text.ends_with(" [contoso]; https://postmaster.example/tls"));
}

BOOST_AUTO_TEST_CASE(recipients_that_differ) {
  BOOST_TEST(format_reply(separate_recipients_reply()) ==
             "451 4.5.3 Send separately to this recipient");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
