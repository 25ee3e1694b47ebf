// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/mail_facts.h"

#include <boost/test/unit_test.hpp>

#include "config/loader.h"
#include "config/time_text.h"

namespace forcetls {

namespace {

const Time kNow = *parse_time("2026-12-01T08:00:00Z", DateMeans::ItsBeginning);

MailOptions from_someone() {
  MailOptions options;
  options.from = "<a@contoso.com>";
  return options;
}

std::shared_ptr<const Config> config_for(Mta mta) {
  const std::string word = mta == Mta::Postfix    ? "postfix"
                           : mta == Mta::Sendmail ? "sendmail"
                                                  : "auto";
  return load_config_text("f", "[milter]\nmta = " + word + "\n", kNow).config;
}

ExplainedMail read(const MailOptions& options, Mta mta = Mta::Unknown) {
  auto mail = read_mail_options(options, *config_for(mta), kNow);
  if (const auto* problem = std::get_if<std::string>(&mail)) BOOST_FAIL(*problem);
  return std::get<ExplainedMail>(std::move(mail));
}

std::string problem_of(const MailOptions& options) {
  const auto mail = read_mail_options(options, *config_for(Mta::Unknown), kNow);
  const auto* problem = std::get_if<std::string>(&mail);
  return problem ? *problem : "none";
}

MailOptions with_certificate(bool verified) {
  auto options = from_someone();
  options.tls = "1.2";
  options.verified = verified;
  options.cert_subject = "*.Contoso.com";
  options.cert_organization = {"Contoso Ltd"};
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mail_facts)

BOOST_AUTO_TEST_CASE(what_is_not_given_is_absent) {
  const Session session = read(from_someone()).session;
  BOOST_TEST(session.client_address.is_unknown());
  BOOST_TEST(session.client_name.is_absent());
  BOOST_TEST(session.tls.is_absent());
  BOOST_TEST(session.auth_user.is_absent());
  BOOST_TEST((session.certificate.state == Certificate::State::Absent));
  BOOST_TEST((session.time == kNow));
  BOOST_TEST(session.sender_addresses.front().domain == "contoso.com");
}

BOOST_AUTO_TEST_CASE(versions_as_people_write_them) {
  const std::pair<const char*, const char*> table[] = {
      {"1.0", "TLSv1"},       {"1", "TLSv1"},       {"TLSv1.0", "TLSv1"}, {"tls 1.1", "TLSv1.1"},
      {"TLSv1.2", "TLSv1.2"}, {"1.3", "TLSv1.3"}, {"SSLv3", "SSLv3"},   {"sslv2", "SSLv2"}};
  for (const auto& [typed, word] : table) {
    auto options = from_someone();
    options.tls = typed;
    BOOST_TEST(read(options).session.tls->version_text == word);
  }
}

BOOST_AUTO_TEST_CASE(parts_of_tls_that_are_not_given_are_unknown) {
  auto options = from_someone();
  options.unknown = {"tls-version"};
  options.bits = 128;
  const Session session = read(options).session;
  BOOST_TEST(session.tls->version_text == "");
  BOOST_TEST(!session.tls->version.has_value());
  BOOST_TEST(session.tls->cipher == "");
  BOOST_TEST(*session.tls->bits == 128U);
}

BOOST_AUTO_TEST_CASE(none_is_no_tls) {
  auto options = from_someone();
  options.tls = "none";
  BOOST_TEST(read(options).session.tls.is_absent());
}

BOOST_AUTO_TEST_CASE(every_fact_can_be_unknown) {
  auto options = from_someone();
  options.tls = "1.2";
  options.unknown = {"client", "client-name", "cipher", "bits", "certificate"};
  Session session = read(options).session;
  BOOST_TEST(session.client_address.is_unknown());
  BOOST_TEST(session.client_name.is_unknown());
  BOOST_TEST(session.tls->version_text == "TLSv1.2");
  BOOST_TEST((session.certificate.state == Certificate::State::Unknown));
  BOOST_TEST(session.certificate.issuer_cn.is_unknown());

  options = from_someone();
  options.tls = "1.2";
  options.verified = true;
  options.unknown = {"cert-subject", "cert-issuer", "cert-organization",
                     "cert-organizational-unit", "cert-issuer-organization", "revocation",
                     "cert-sha256", "key-sha256", "auth"};
  session = read(options).session;
  BOOST_TEST((session.certificate.state == Certificate::State::Verified));
  BOOST_TEST(session.certificate.subject_cn.is_unknown());
  BOOST_TEST(session.certificate.issuer_cn.is_unknown());
  BOOST_TEST(session.certificate.organizations.is_unknown());
  BOOST_TEST(session.certificate.organizational_units.is_unknown());
  BOOST_TEST(session.certificate.issuer_organizations.is_unknown());
  BOOST_TEST(session.certificate.sha256.is_unknown());
  BOOST_TEST(session.certificate.key_sha256.is_unknown());
  BOOST_TEST(session.certificate.revoked.is_unknown());
  BOOST_TEST(session.auth_user.is_unknown());

  options = from_someone();
  options.unknown = {"tls"};
  BOOST_TEST(read(options).session.tls.is_unknown());
}

BOOST_AUTO_TEST_CASE(certificates_as_each_mta_shows_them) {
  const auto& sendmail = read(with_certificate(false), Mta::Sendmail).session.certificate;
  BOOST_TEST((sendmail.state == Certificate::State::Untrusted));
  BOOST_TEST(*sendmail.subject_cn == "*.Contoso.com");
  BOOST_TEST(sendmail.cn_dns_name == "*.contoso.com");
  BOOST_TEST(sendmail.organizations->front() == "Contoso Ltd");
  BOOST_TEST(sendmail.dns_names.is_unknown());
  BOOST_TEST(sendmail.key_bits.is_unknown());

  const auto silent = read(with_certificate(false), Mta::Postfix);
  BOOST_TEST((silent.session.certificate.state == Certificate::State::Silent));
  BOOST_TEST(silent.notes.front() == "Postfix shows an untrusted certificate as none");

  const auto trusted = read(with_certificate(true), Mta::Postfix);
  BOOST_TEST((trusted.session.certificate.state == Certificate::State::Verified));
  BOOST_TEST(trusted.session.certificate.organizations.is_unknown());
  BOOST_TEST(trusted.notes.front() == "Postfix tells no organization or unit of a certificate");
}

BOOST_AUTO_TEST_CASE(a_name_that_sendmail_could_not_read_is_none) {
  auto options = with_certificate(true);
  options.cert_subject = "BadCertificateUnknown";
  const auto certificate = read(options, Mta::Sendmail).session.certificate;
  BOOST_TEST(*certificate.subject_cn == "");
  BOOST_TEST(certificate.cn_dns_name == "");
}

BOOST_AUTO_TEST_CASE(the_option_goes_before_the_configured_mta) {
  auto options = from_someone();
  options.mta = "sendmail";
  BOOST_TEST((read(options, Mta::Postfix).session.mta == Mta::Sendmail));
  BOOST_TEST((read(from_someone(), Mta::Postfix).session.mta == Mta::Postfix));
}

BOOST_AUTO_TEST_CASE(every_from_field_and_recipient) {
  auto options = from_someone();
  options.header_from = {"a@one.example, b@two.example", "c@three.example"};
  options.to = {"<x@four.example>", "<y@five.example>"};
  const auto mail = read(options);
  BOOST_TEST(mail.authors.size() == 3U);
  BOOST_TEST(mail.authors.back().domain == "three.example");
  BOOST_TEST(mail.recipients.front().domains.front() == "four.example");
  BOOST_TEST(mail.recipients.back().text == "<y@five.example>");
}

BOOST_AUTO_TEST_CASE(mistakes) {
  const auto problem = [](auto change) {
    auto options = from_someone();
    change(options);
    return problem_of(options);
  };
  BOOST_TEST(problem_of({}) == "--from is missing: the sender, <> for the null sender");
  BOOST_TEST(problem([](auto& o) { o.mta = "exim"; }) ==
             "--mta 'exim': expected postfix or sendmail");
  BOOST_TEST(problem([](auto& o) { o.at = "now"; }) ==
             "--at 'now': expected 2026-12-01T08:00:00Z or a date");
  BOOST_TEST(problem([](auto& o) { o.client = "mx"; }) == "--client 'mx': expected an IP address");
  BOOST_TEST(problem([](auto& o) { o.client_name = ""; }) ==
             "--client-name '': expected a host name");
  BOOST_TEST(problem([](auto& o) { o.tls = "12"; }) ==
             "--tls '12': expected 1.0, 1.1, 1.2, 1.3, SSLv3 or none");
  BOOST_TEST(problem([](auto& o) { o.cipher = "X"; }) ==
             "a cipher or certificate without TLS: give --tls VERSION too");
  BOOST_TEST(problem([](auto& o) { o.verified = true; }) ==
             "a cipher or certificate without TLS: give --tls VERSION too");
  BOOST_TEST(problem([](auto& o) { o.key_sha256 = std::string(64, '0'); }) ==
             "a cipher or certificate without TLS: give --tls VERSION too");
  BOOST_TEST(problem([](auto& o) {
               o.tls = "1.2";
               o.cert_sha256 = "aa:bb";
             }) == "--cert-sha256 'aa:bb': expected 64 hexadecimal digits (SHA-256)");
  BOOST_TEST(problem([](auto& o) {
               o.tls = "1.2";
               o.key_sha256 = "";
             }) == "--key-sha256 '': expected 64 hexadecimal digits (SHA-256)");
  BOOST_TEST(problem([](auto& o) {
               o.tls = "1.2";
               o.key_sha256 = std::string(64, '0');
               o.unknown = {"key-sha256"};
             }) == "--unknown key-sha256: the fact is given by another option");
  BOOST_TEST(problem([](auto& o) { o.unknown = {"sni"}; }) ==
             "--unknown 'sni': expected one of client, client-name, tls, tls-version, cipher, "
             "bits, certificate, cert-subject, cert-issuer, cert-organization, "
             "cert-organizational-unit, cert-issuer-organization, cert-sha256, key-sha256, "
             "revocation, auth");
  BOOST_TEST(problem([](auto& o) { o.unknown = {"bits"}; }) ==
             "--unknown bits without TLS: give --tls VERSION too");
  BOOST_TEST(problem([](auto& o) { o.unknown = {"tls", "tls-version"}; }) ==
             "--unknown tls-version without TLS: give --tls VERSION too");
  BOOST_TEST(problem([](auto& o) {
               o.client = "192.0.2.1";
               o.unknown = {"client"};
             }) == "--unknown client: the fact is given by another option");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
