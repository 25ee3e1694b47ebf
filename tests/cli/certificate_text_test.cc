// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/certificate_text.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "../x509/openssl_certificates.h"
#include "../x509/pki.h"
#include "config/loader.h"
#include "core/certificate_check.h"

using namespace forcetls;
using pki::make;

namespace {

const Time kNow = pki::day(2026, 12, 1);

X509Certificate read(const char* pem) {
  return *std::get<CertificateChain>(parse_certificates(pem)).front();
}

X509Certificate made(pki::Wish wish) {
  static const pki::KeyPtr key = pki::make_key();
  static const pki::Made issuer =
      make({.cns = {"Contoso CA"}, .organizations = {"Contoso Ltd"}, .ca = true});
  if (!wish.key && wish.key_kind == pki::KeyKind::P256) wish.key = key;
  if (!wish.issuer) wish.issuer = &issuer;
  return *make(wish).certificate();
}

/// The section without its digests.
std::string section_of(const X509Certificate& certificate, const std::string& root = "Root A") {
  std::string text = format_rule_section(certificate, root);
  for (const char* key : {"sha256       = ", "key-sha256   = "}) {
    const auto at = text.find(key) + std::string(key).size();
    text.replace(at, 95, "…");
  }
  return text;
}

/// What the daemon makes of a section: the faults that it finds in the certificate, or in the section.
std::string faults_of(const X509Certificate& certificate, const std::string& root) {
  const auto loaded =
      load_config_text("t.conf",
                       format_rule_section(certificate, root) +
                           "[inbound a]\nmatch-sender = *\nrequire-certificate = verified\n",
                       kNow);
  std::string faults;
  for (const auto& diagnostic : loaded.diagnostics)
    if (diagnostic.severity == Diagnostic::Severity::Error)
      faults += format_diagnostic(diagnostic) + '\n';
  if (!loaded.config) return faults;
  Certificate facts = facts_of(certificate);
  facts.state = root.empty() && certificate.is_self_issued() ? Certificate::State::Untrusted
                                                             : Certificate::State::Verified;
  if (!root.empty()) facts.root_cns = std::vector{root};
  if (loaded.config->certificate_rules.size() != 1) return "not one rule";
  for (const auto& finding :
       check_rule(loaded.config->certificate_rules.front(), facts, Revocation::Off))
    if (finding.outcome != Outcome::Passed) faults += std::string(finding.key) + " is not met\n";
  return faults;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(certificate_text)

BOOST_AUTO_TEST_CASE(attributes) {
  const std::string expected =
      "  subject        OU=mail+CN=mail.contoso.com,O=Contoso Ltd\n"
      "  name           mail.contoso.com\n"
      "  organization   Contoso Ltd\n"
      "  unit           mail\n"
      "  issuer         OU=mail+CN=mail.contoso.com,O=Contoso Ltd\n"
      "  issuer CN      mail.contoso.com\n"
      "  issuer O       Contoso Ltd\n"
      "  key            EC P-256, 3072 bits\n"
      "  signature      ECDSA-SHA256\n"
      "  valid from     2026-11-22T11:33:46Z\n"
      "  valid to       2036-11-19T11:33:46Z\n"
      "  purposes       any\n"
      "  serial         22f9c14c3bf6e68b7a1f30b593015982663be145\n"
      "  sha256         73:FF:39:33:9A:3F:6A:4B:B8:1B:B0:18:2A:D5:9D:37:F8:A6:D3:36:D5:9F:85:D9:"
      "9B:DD:39:A3:61:1B:2F:5A\n"
      "  key-sha256     4B:96:45:B5:BB:E8:BF:DB:97:7C:0D:29:B7:1A:81:2C:A0:0D:63:70:9E:E7:59:E2:"
      "28:5F:63:B6:6F:72:7D:80\n";
  BOOST_TEST(format_attributes(read(kMultiValued)) == expected);
}

BOOST_AUTO_TEST_CASE(attributes_in_lists) {
  std::vector<std::string> names;
  for (int i = 1; i <= 12; ++i) names.push_back("m" + std::to_string(i) + ".contoso.com");
  const std::string text = format_attributes(
      made({.cns = {"m3.contoso.com"},
            .dns_names = names,
            .purposes = {pki::kServerAuth, pki::kClientAuth, "1.2.3.4"},
            .crl_urls = {"http://crl.example/1", "http://crl.example/2"},
            .ocsp_urls = {"http://ocsp.example/"}}));
  const auto has = [&](const char* part) { return text.find(part) != text.npos; };
  BOOST_TEST(has("  name           m3.contoso.com\n                 m1.contoso.com\n"));
  BOOST_TEST(has("                 m10.contoso.com\n                 and 2 more\n"));
  BOOST_TEST(has("  purposes       serverAuth, clientAuth, 1.2.3.4\n"));
  BOOST_TEST(has("  CRL            http://crl.example/1\n                 http://crl.example/2\n"));
  BOOST_TEST(has("  OCSP           http://ocsp.example/\n"));
}

BOOST_AUTO_TEST_CASE(attributes_of_a_hostile_certificate) {
  const std::string text = format_attributes(
      made({.raw_names = {{GNUTLS_OID_X520_ORGANIZATION_NAME, "\x0c\x08" "a\x1b[2Jb\nc"},
                          {GNUTLS_OID_X520_COMMON_NAME, "\x0c\x06" "m\xc3\xa4\xe2\x80\xae"}}}));
  BOOST_TEST(text.starts_with("  subject        CN=m?????,O=a\\1b[2Jb\\0ac"));
  BOOST_TEST(text.find("  organization   not readable\n") != text.npos);
  BOOST_TEST(std::all_of(text.begin(), text.end(),
                         [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
}

BOOST_AUTO_TEST_CASE(attributes_that_are_missing) {
  const pki::Made issuer = make({.units = {"x"}, .ca = true});
  const std::string text = format_attributes(made({.issuer = &issuer}));
  BOOST_TEST(text.starts_with("  subject        none\n  issuer         OU=x\n  key  "));
  BOOST_TEST(format_attributes(read(kExplicitCurve))
                 .find("  key            1.2.840.10045.2.1, strength unknown\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(sections) {
  struct Case {
    pki::Wish wish;
    std::string text;
  };
  const std::string rest = "min-key-bits = 2048\n; sha256       = …\n; key-sha256   = …\n";
  const std::string by_root = "issuer       = Contoso CA\nroot         = Root A\n" + rest;
  const std::string pinned =
      "min-key-bits = 2048\nsha256       = …\n; key-sha256   = …\n"
      "; valid-until  = 2027-01-01T00:00:00Z\n";
  const std::string long_name = std::string(60, 'a') + ".contoso.com";
  const std::string long_text(180, 'o');
  const Case cases[] = {
      {{.cns = {"Mail.Contoso.com"}, .organizations = {"Contoso, Ltd", "B"}, .units = {"U"}},
       "[certificate mail.contoso.com]\nname         = mail.contoso.com\n"
       "organization = Contoso, Ltd\n" + by_root},
      {{.cns = {"b.contoso.com"}, .dns_names = {"a.contoso.com", "b.contoso.com", "*.c.example"}},
       "[certificate b.contoso.com]\nname         = b.contoso.com\n"
       "; its other names: a.contoso.com, *.c.example\n" + by_root},
      {{.cns = {"other.example"}, .dns_names = {"*.contoso.com"}},
       "[certificate contoso.com]\nname         = *.contoso.com\n" + by_root},
      {{.cns = {"Contoso Mail; Server"}, .organizations = {"Contoso \xc3\x84G"}},
       "[certificate cert-Contoso-Mail-Server]\n"
       "; no name: the certificate has none that is a domain\n"
       "organization = Contoso \xc3\x84G\n" + by_root},
      {{.cns = {long_name}},
       "[certificate cert-" + std::string(31, 'a') + "]\nname         = " + long_name + "\n" +
           by_root},
      {{.cns = {"none"}}, "[certificate cert-none]\nname         = none\n" + by_root},
      // Nothing says who it is: only a pin may.
      {{.cns = {"Contoso Server"}},
       "[certificate cert-Contoso-Server]\n"
       "; no name: the certificate has none that is a domain\n" + pinned},
      {{},
       "[certificate cert]\n; no name: the certificate has none that is a domain\n" + pinned},
      {{.cns = {"日本"}, .dns_names = {"a b"}},
       "[certificate cert]\n; no name: the certificate has none that is a domain\n" + pinned},
      {{.cns = {"a.example"}, .key_kind = pki::KeyKind::Rsa1024},
       "[certificate a.example]\nname         = a.example\nissuer       = Contoso CA\n"
       "root         = Root A\nmin-key-bits = 1024\n; sha256       = …\n; key-sha256   = …\n"},
      // What an INI file would cut, refuse or take for something else.
      {{.cns = {"a.example"}, .organizations = {"Contoso ;x"}},
       "[certificate a.example]\nname         = a.example\n"
       "; organization: this file cannot hold 'Contoso ;x'\n" + by_root},
      {{.cns = {"a.example"}, .organizations = {"; x"}},
       "[certificate a.example]\nname         = a.example\n"
       "; organization: this file cannot hold '; x'\n" + by_root},
      {{.cns = {"a.example"}, .organizations = {"No. #1"}},
       "[certificate a.example]\nname         = a.example\n"
       "; organization: this file cannot hold 'No. #1'\n" + by_root},
      {{.cns = {"a.example"}, .organizations = {"#1"}},
       "[certificate a.example]\nname         = a.example\n"
       "; organization: this file cannot hold '#1'\n" + by_root},
      {{.cns = {"a.example"}, .organizations = {"a\xe2\x80\xae" "b"}},
       "[certificate a.example]\nname         = a.example\n"
       "; organization: this file cannot hold 'a???b'\n" + by_root},
      {{.cns = {"a.example"}, .organizations = {"   "}},
       "[certificate a.example]\nname         = a.example\n" + by_root},
      {{.cns = {"a.example"}, .organizations = {"[x] = \"y\"; :,  z%"}},
       "[certificate a.example]\nname         = a.example\n"
       "organization = [x] = \"y\"; :,  z%\n" + by_root},
      {{.cns = {"a.example"}, .raw_names = {{GNUTLS_OID_X520_ORGANIZATION_NAME,
                                             "\x0c\x81\xb4" + long_text}}},
       "[certificate a.example]\nname         = a.example\norganization = " + long_text + "\n" +
           by_root},
      {{.cns = {"a.example"}, .raw_names = {{GNUTLS_OID_X520_ORGANIZATION_NAME,
                                             "\x0c\x81\xc8" + long_text + std::string(20, 'o')}}},
       "[certificate a.example]\nname         = a.example\n"
       "; organization: this file cannot hold '" + long_text + std::string(20, 'o') + "'\n" +
           by_root},
  };
  for (const auto& one : cases) {
    const X509Certificate certificate = made(one.wish);
    BOOST_TEST(section_of(certificate) == one.text);
    BOOST_TEST(faults_of(certificate, "Root A") == "");
  }
}

BOOST_AUTO_TEST_CASE(section_without_a_root) {
  const X509Certificate leaf = made({.cns = {"a.example"}});
  BOOST_TEST(section_of(leaf, "") ==
             "[certificate a.example]\nname         = a.example\nissuer       = Contoso CA\n"
             "; no trust anchor is known for it: where there is none, pin it\n"
             "min-key-bits = 2048\n; sha256       = …\n; key-sha256   = …\n");
  BOOST_TEST(faults_of(leaf, "") == "");
}

BOOST_AUTO_TEST_CASE(section_of_a_self_signed_certificate) {
  const X509Certificate certificate = *make({.cns = {"a.example"}}).certificate();
  BOOST_TEST(section_of(certificate, "") ==
             "[certificate a.example]\n; self-signed: only a pin can authenticate it\n"
             "min-key-bits = 2048\nsha256       = …\n; key-sha256   = …\n"
             "; valid-until  = 2027-01-01T00:00:00Z\n");
  BOOST_TEST(faults_of(certificate, "") == "");
  // As a trust anchor of its own it is as good as any.
  BOOST_TEST(faults_of(certificate, "a.example") == "");
  BOOST_TEST(section_of(certificate, "a.example").find("root         = a.example\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(section_of_an_unknown_key) {
  const X509Certificate certificate = read(kExplicitCurve);
  BOOST_TEST(section_of(certificate, "").find("min-key-bits") == std::string::npos);
  BOOST_TEST(faults_of(certificate, "") == "");
}

BOOST_AUTO_TEST_SUITE_END()
