// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/trust.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>

#include "config/folder.h"
#include "x509/pki.h"

namespace forcetls {
namespace {

namespace fs = std::filesystem;

const std::string kUse = "[inbound x]\nmatch-sender = a.example\nrequire-certificate = c\n";
const std::string kDoor = "[postfix-evidence]\n";

/// A CA and a partner whose certificate is for servers only, as public CAs issue them.
struct Partner {
  pki::Made root = pki::make({.cns = {"Root"}, .ca = true});
  pki::Made leaf =
      pki::make({.cns = {"mail.contoso.com"}, .issuer = &root, .purposes = {pki::kServerAuth}});

  Digest pin() const { return leaf.certificate()->sha256; }
};

std::string names_of(const std::vector<const KnownCertificate*>& known) {
  std::string names;
  for (const auto* one : known) names += one->file + "|";
  return names;
}

BOOST_AUTO_TEST_SUITE(trust)

BOOST_AUTO_TEST_CASE(without_a_word_of_it_nothing_is_known) {
  const auto config = config_of("");
  BOOST_TEST(config->known->all().empty());
  BOOST_TEST(config->known->trust().anchors().empty());
  BOOST_TEST(!config->evidence.has_value());
  BOOST_TEST(config->trust.known_certificates == "");
  BOOST_TEST((config->trust.revocation == Revocation::Off));
}

BOOST_AUTO_TEST_CASE(settings) {
  const Folder folder;
  const Partner partner;
  folder.write("ca.pem", partner.root.pem());
  folder.write("f",
               "[trust]\nca-file = ca.pem\nrevocation = check\n[inbound x]\nmatch-sender = a\n"
               "[postfix-evidence]\nsocket = unix:/run/e\nsocket-mode = 600\nsocket-group = g\n");
  const auto config = folder.load("f").config;
  BOOST_REQUIRE(config);
  BOOST_TEST(folder.hide(config->trust.ca_file) == "~/ca.pem");
  BOOST_TEST(folder.hide(config->trust.known_certificates) == "~/known.d");
  BOOST_TEST((config->trust.revocation == Revocation::Check));
  BOOST_TEST((config->policy.terms_of(connector_of(*config, "x")).revocation == Revocation::Check));
  BOOST_TEST(config->known->trust().anchors().size() == 1U);
  BOOST_TEST(format_socket_address(config->evidence.value().socket) == "unix:/run/e");
  BOOST_TEST(config->evidence->socket_mode == 0600U);
  BOOST_TEST(config->evidence->socket_group == "g");
  BOOST_TEST((*config_of(kDoor)->evidence == EvidenceSettings{}));
}

BOOST_AUTO_TEST_CASE(a_file_is_a_pin) {
  const Folder folder;
  const Partner partner;
  const auto other = pki::make({.cns = {"other"}});
  folder.write("pins/both.pem", "Contoso\n" + partner.leaf.pem() + partner.root.pem());
  folder.write("other.crt", other.pem());
  folder.write("f", "[milter]\ninclude = conf.d/c.conf\n" + kUse + kDoor);
  // Relative to the main file, wherever the section stands.
  folder.write("conf.d/c.conf", "[certificate c]\nfile = pins/both.pem\n " +
                                    (folder / "other.crt") +
                                    "\nsha256 = " + format_digest(partner.pin()) + "\n");
  BOOST_TEST(folder.messages("f") == "");
  const auto config = folder.load("f").config;
  const auto& rule = config->policy.terms_of(connector_of(*config, "x")).certificate_rules.front();
  BOOST_TEST((rule.sha256 == std::vector{partner.pin(), other.certificate()->sha256}));
  BOOST_TEST((config->certificate_rules.front().sha256 == rule.sha256));
  BOOST_TEST(config->known->all().size() == 2U);
  BOOST_TEST(config->known->find(partner.pin())->chain.chain().size() == 2U);
  BOOST_TEST(!config->known->directory_holds_any());
  BOOST_TEST(names_of(config->known->of_directory()) == "");
}

BOOST_AUTO_TEST_CASE(files_that_are_no_certificate) {
  const Folder folder;
  const Partner partner;
  folder.write("key.pem", partner.leaf.pem() + partner.leaf.key_pem());
  folder.write("text.pem", "contoso\n");
  folder.write("f", kUse + kDoor + "[certificate c]\nfile = key.pem\n  gone.pem\n  text.pem\n" +
                        "[trust]\nca-file = text.pem\nknown-certificates = key.pem\n");
  BOOST_TEST(
      folder.messages("f") ==
      "~/f:6: error: 'file' in [certificate c] cannot be used: ~/key.pem: it holds a private key, "
      "which belongs in no file of certificates\n"
      "~/f:7: error: 'file' in [certificate c] cannot be used: ~/gone.pem: No such file or "
      "directory\n"
      "~/f:8: error: 'file' in [certificate c] cannot be used: ~/text.pem: it holds no "
      "certificate, neither PEM nor DER\n"
      "~/f:10: error: 'ca-file' in [trust] cannot be used: ~/text.pem: it holds no certificate, "
      "neither PEM nor DER\n"
      "~/f:11: error: 'known-certificates' in [trust] cannot be used: ~/key.pem: Not a "
      "directory\n");
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there) {
  const Folder folder;
  folder.write("f", kUse + "[certificate c]\nname = a\nroot = R\n" + kDoor + "[trust]\n");
  const std::string unknown =
      "~/f:4: warning: [certificate c] needs the certificate in 'known-certificates' of [trust] "
      "for 'root'; 'on-missing-evidence' decides\n";
  BOOST_TEST(folder.messages("f") == unknown);
  fs::create_directory(folder / "known.d");
  BOOST_TEST(folder.messages("f") == unknown);
  folder.write("g", "[trust]\nknown-certificates = gone.d\n");
  BOOST_TEST(folder.messages("g") ==
             "~/g:2: error: 'known-certificates' in [trust] cannot be used: ~/gone.d: No such file "
             "or directory\n");
  // The default one is an error where it cannot be read.
  fs::remove(folder / "known.d");
  folder.write("known.d", "");
  BOOST_TEST(folder.messages("f") ==
             "~/f:8: error: 'known-certificates' in [trust] cannot be used: ~/known.d: Not a "
             "directory\n");
}

BOOST_AUTO_TEST_CASE(a_folder_of_partners) {
  const Folder folder;
  const Partner partner;
  folder.write("ca.pem", partner.root.pem());
  folder.write("partners/contoso.pem", partner.leaf.pem());
  folder.write("partners/copy.pem", partner.leaf.pem());
  folder.write("partners/x.pem", "");
  folder.write("pinned.pem", partner.leaf.pem());
  folder.write("f", kUse + kDoor + "[certificate c]\nfile = pinned.pem\n" +
                        "[trust]\nca-file = ca.pem\nknown-certificates = partners/\n");
  BOOST_TEST(folder.messages("f") ==
             "~/partners/copy.pem: warning: the same certificate is in ~/partners/contoso.pem\n"
             "~/partners/x.pem: warning: it holds no certificate, neither PEM nor DER\n");
  const auto config = folder.load("f").config;
  BOOST_TEST(config->warnings.size() == 2U);
  BOOST_TEST(config->known->directory_holds_any());
  // Pinned too, and nevertheless one of the folder.
  BOOST_TEST(folder.hide(names_of(config->known->of_directory())) == "~/partners/contoso.pem|");
  Certificate certificate;
  certificate.state = Certificate::State::Untrusted;
  certificate.sha256 = partner.pin();
  config->known->identify(certificate, kNow);
  BOOST_TEST((certificate.state == Certificate::State::Verified));
}

BOOST_AUTO_TEST_CASE(revocation_answers) {
  const Folder folder;
  folder.write("crl/a.crl", "no CRL");
  const std::string text = kUse + kDoor + "[certificate c]\nsha256 = " + std::string(64, '0') +
                           "\n[milter]\nstate-directory = " + (folder / "") + "\n[trust]\n";
  folder.write("f", text);
  BOOST_TEST(folder.messages("f") == "");
  folder.write("f", text + "revocation = check\n");
  BOOST_TEST(folder.messages("f").starts_with("~//crl/a.crl: warning: "));
  // With a mistake elsewhere it is not read.
  folder.write("f", text + "revocation = check\nroot = x\n");
  BOOST_TEST(folder.messages("f") ==
             "~/f:11: error: unknown key 'root' in [trust]; it is a key of [certificate]\n");
}

BOOST_AUTO_TEST_CASE(texts_in_no_file_name_files_of_the_working_directory) {
  BOOST_TEST(messages("[trust]\nca-file = no/such.pem\n") ==
             "f:2: error: 'ca-file' in [trust] cannot be used: no/such.pem: No such file or "
             "directory\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
