// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/certificate_facts.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "config/folder.h"
#include "x509/pki.h"

namespace forcetls {

namespace {

using State = Certificate::State;

const std::string kDigest(64, 'a');
const std::string kKeyDigest(64, 'b');
const std::string kDemand = "[inbound x]\nmatch-sender = *\nrequire-certificate = verified\n";
const std::string kDoor = kDemand + "[postfix-evidence]\n";

MailOptions from_someone(const char* mta) {
  MailOptions options;
  options.from = "<a@contoso.com>";
  options.tls = "1.2";
  if (*mta) options.mta = mta;
  return options;
}

MailOptions with_digests(const char* mta) {
  auto options = from_someone(mta);
  options.cert_sha256 = kDigest;
  options.key_sha256 = kKeyDigest;
  return options;
}

ExplainedMail read(const MailOptions& options, const Config& config) {
  auto mail = read_mail_options(options, config, kNow);
  if (const auto* problem = std::get_if<std::string>(&mail)) BOOST_FAIL(*problem);
  return std::get<ExplainedMail>(std::move(mail));
}

ExplainedMail read(const MailOptions& options, const std::string& config) {
  return read(options, *config_of(config));
}

std::string notes_of(const ExplainedMail& mail) { return format(mail.notes); }

/// `verified sha256 AA… key BB…`
std::string summary(const Certificate& certificate) {
  const auto text = [](const Fact<Digest>& digest) {
    return digest.is_present()  ? format_digest_plain(*digest).substr(0, 2)
           : digest.is_absent() ? std::string("none")
                                : std::string("unknown");
  };
  return std::string(format_certificate_state(certificate.state)) + " sha256 " +
         text(certificate.sha256) + " key " + text(certificate.key_sha256);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(certificate_facts)

BOOST_AUTO_TEST_CASE(digests_as_each_mta_shows_them) {
  const auto sendmail = read(with_digests("sendmail"), kDoor);
  BOOST_TEST(summary(sendmail.session.certificate) == "untrusted sha256 aa key unknown");
  BOOST_TEST(!sendmail.learned.has_value());
  BOOST_TEST(!sendmail.session.evidence_pending);
  BOOST_TEST(notes_of(sendmail) == "Sendmail tells no digest of the key|");

  const auto whole = read(with_digests(""), kDoor);
  BOOST_TEST(summary(whole.certificate()) == "untrusted sha256 aa key bb");
  BOOST_TEST(!whole.session.evidence_pending);

  const auto postfix = read(with_digests("postfix"), kDemand);
  BOOST_TEST(summary(postfix.certificate()) == "silent sha256 unknown key unknown");
  BOOST_TEST(notes_of(postfix) ==
             "Postfix tells digests to [postfix-evidence] only, which is not configured|"
             "Postfix shows an untrusted certificate as none|");
}

BOOST_AUTO_TEST_CASE(evidence_comes_with_the_recipient) {
  const auto seen = [](const MailOptions& options, const std::string& config = kDoor) {
    const auto mail = read(options, config);
    BOOST_TEST(notes_of(mail) == "");
    BOOST_TEST(mail.session.evidence_pending == mail.learned.has_value());
    return summary(mail.session.certificate) + ", " +
           (mail.learned ? summary(*mail.learned) : "no more");
  };
  const std::string silent = "silent sha256 unknown key unknown, ";
  auto options = with_digests("postfix");
  BOOST_TEST(seen(options) == silent + "untrusted sha256 aa key bb");
  options.key_sha256.reset();
  BOOST_TEST(seen(options) == silent + "untrusted sha256 aa key unknown");
  options.cert_sha256.reset();
  BOOST_TEST(seen(options) == silent + "absent sha256 none key none");
  BOOST_TEST(seen(options, "[postfix-evidence]\n") == silent + "no more");
  options.key_sha256 = kKeyDigest;
  BOOST_TEST(seen(options) == silent + "untrusted sha256 unknown key bb");
  options.verified = true;
  BOOST_TEST(seen(options) ==
             "verified sha256 unknown key unknown, verified sha256 unknown key bb");
  options.key_sha256.reset();
  BOOST_TEST(seen(options) ==
             "verified sha256 unknown key unknown, verified sha256 unknown key unknown");

  for (const char* fact : {"cert-sha256", "key-sha256"}) {
    options = from_someone("postfix");
    options.unknown = {fact};
    BOOST_TEST(seen(options) == silent + "silent sha256 unknown key unknown");
  }
  options.unknown = {"certificate"};
  BOOST_TEST(seen(options) ==
             "unknown sha256 unknown key unknown, unknown sha256 unknown key unknown");
}

BOOST_AUTO_TEST_CASE(without_tls_there_is_none) {
  auto options = from_someone("postfix");
  options.tls.reset();
  const auto mail = read(options, kDoor);
  BOOST_TEST((mail.certificate().state == State::Absent));
  BOOST_TEST(!mail.session.evidence_pending);
}

BOOST_AUTO_TEST_CASE(what_is_known_counts) {
  const Folder folder;
  const auto root = pki::make({.cns = {"Root"}, .ca = true});
  const auto leaf = pki::make({.cns = {"mail.contoso.com"},
                               .organizations = {"Contoso Ltd"},
                               .issuer = &root,
                               .purposes = {pki::kServerAuth}});
  folder.write("ca.pem", root.pem());
  folder.write("known.d/contoso.pem", leaf.pem());
  folder.write("f", kDoor + "[trust]\nca-file = ca.pem\n");
  const auto config = folder.load("f").config;
  BOOST_REQUIRE(config);

  for (const char* mta : {"postfix", "sendmail", ""}) {
    auto options = from_someone(mta);
    options.cert_sha256 = format_digest(leaf.certificate()->sha256);
    const auto mail = read(options, *config);
    const auto& certificate = mail.certificate();
    BOOST_TEST((certificate.state == State::Verified));
    BOOST_TEST(folder.hide(certificate.known_as) == "~/known.d/contoso.pem");
    BOOST_TEST(certificate.organizations->front() == "Contoso Ltd");
    BOOST_TEST(certificate.root_cns->front() == "Root");
  }
  // Then silence may hide a known certificate.
  const auto silent = read(from_someone("postfix"), *config);
  BOOST_TEST((silent.session.certificate.state == State::Unknown));
  BOOST_TEST((silent.certificate().state == State::Absent));
}

BOOST_AUTO_TEST_CASE(a_file_in_place_of_the_options) {
  const Folder folder;
  const auto ca = pki::make({.organizations = {"CA without CN"}, .ca = true});
  const auto leaf = pki::make({.cns = {"mail.contoso.com", "second"},
                               .organizations = {"Contoso Ltd"},
                               .units = {"Mail"},
                               .issuer = &ca});
  folder.write("contoso.pem", leaf.pem() + ca.pem());
  const auto digest = format_digest_plain(leaf.certificate()->sha256).substr(0, 2);
  const auto key = format_digest_plain(leaf.certificate()->key_sha256).substr(0, 2);
  const auto with_file = [&](const char* mta, bool verified) {
    auto options = from_someone(mta);
    options.cert = folder / "contoso.pem";
    options.verified = verified;
    return read(options, kDoor);
  };

  const auto whole = with_file("", true).certificate();
  BOOST_TEST(summary(whole) == "verified sha256 " + digest + " key " + key);
  BOOST_TEST(*whole.subject_cn == "mail.contoso.com");
  BOOST_TEST(*whole.issuer_cn == "");
  BOOST_TEST(format(*whole.organizations) == "Contoso Ltd|");
  BOOST_TEST(format(*whole.organizational_units) == "Mail|");
  BOOST_TEST(format(*whole.issuer_organizations) == "CA without CN|");
  BOOST_TEST(whole.dns_names.is_unknown());

  const auto sendmail = with_file("sendmail", false);
  BOOST_TEST(summary(sendmail.certificate()) == "untrusted sha256 " + digest + " key unknown");
  BOOST_TEST(*sendmail.certificate().issuer_cn == "");
  BOOST_TEST(format(*sendmail.certificate().organizations) == "Contoso Ltd|");
  BOOST_TEST(notes_of(sendmail) == "");

  const auto postfix = with_file("postfix", true);
  BOOST_TEST(summary(postfix.certificate()) == "verified sha256 " + digest + " key " + key);
  BOOST_TEST(*postfix.certificate().issuer_cn == "CA without CN");
  BOOST_TEST(postfix.certificate().organizations.is_unknown());
  BOOST_TEST(notes_of(postfix) == "");
  BOOST_TEST(summary(with_file("postfix", false).certificate()) ==
             "untrusted sha256 " + digest + " key " + key);
}

BOOST_AUTO_TEST_CASE(names_that_no_mta_shows) {
  const Folder folder;
  for (const auto& [cn, shown] : {std::pair<std::string, std::string>{"a\nb", ""},
                                  {"a\x7f", ""},
                                  {std::string(63, 'a'), std::string(63, 'a')}}) {
    folder.write("c.pem", pki::make({.cns = {cn}}).pem());
    auto options = from_someone("sendmail");
    options.cert = folder / "c.pem";
    BOOST_TEST(*read(options, kDoor).certificate().subject_cn == shown);
  }
}

BOOST_AUTO_TEST_CASE(mistakes) {
  const Folder folder;
  folder.write("c.pem", pki::make({.cns = {"a"}}).pem());
  folder.write("none.pem", "");
  const auto problem = [&](auto change) {
    auto options = from_someone("");
    options.cert = folder / "c.pem";
    change(options);
    const auto mail = read_mail_options(options, *config_of(kDoor), kNow);
    const auto* text = std::get_if<std::string>(&mail);
    return text ? folder.hide(*text) : "none";
  };
  const auto beside = [](const std::string& option) {
    return option + " beside --cert: the file says it";
  };
  BOOST_TEST(problem([](auto&) {}) == "none");
  BOOST_TEST(problem([&](auto& o) { o.cert = folder / "gone.pem"; }) ==
             "--cert '~/gone.pem': No such file or directory");
  BOOST_TEST(problem([&](auto& o) { o.cert = folder / "none.pem"; }) ==
             "--cert '~/none.pem': it holds no certificate, neither PEM nor DER");
  BOOST_TEST(problem([](auto& o) { o.cert_subject = ""; }) == beside("--cert-subject"));
  BOOST_TEST(problem([](auto& o) { o.cert_issuer = ""; }) == beside("--cert-issuer"));
  BOOST_TEST(problem([](auto& o) { o.cert_organization = {""}; }) == beside("--cert-organization"));
  BOOST_TEST(problem([](auto& o) { o.cert_organizational_unit = {""}; }) ==
             beside("--cert-organizational-unit"));
  BOOST_TEST(problem([](auto& o) { o.cert_issuer_organization = {""}; }) ==
             beside("--cert-issuer-organization"));
  BOOST_TEST(problem([](auto& o) { o.cert_sha256 = kDigest; }) == beside("--cert-sha256"));
  BOOST_TEST(problem([](auto& o) { o.key_sha256 = kDigest; }) == beside("--key-sha256"));
  BOOST_TEST(problem([](auto& o) { o.unknown = {"cert-sha256"}; }) ==
             "--unknown cert-sha256: the fact is given by another option");
  BOOST_TEST(problem([](auto& o) { o.tls = "none"; }) ==
             "a cipher or certificate without TLS: give --tls VERSION too");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
