// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/requirements.h"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>
#include <vector>

#include "core/given.h"

namespace forcetls {
namespace {

using namespace given;
using TlsDemand = Terms::TlsDemand;

/// Each finding as `key=violation(seen/wanted)`, Passed ones as `key`.
std::string summary(const std::vector<Finding>& findings) {
  std::string text;
  for (const auto& finding : findings) {
    text += (text.empty() ? "" : "; ") + std::string(finding.requirement);
    if (finding.outcome == Outcome::Passed) continue;
    text += "=" + std::string(format_violation(finding.violation)) + "(" + finding.public_seen;
    if (finding.outcome == Outcome::Failed) text += "/" + finding.public_wanted;
    text += ")";
  }
  return text;
}

Terms nothing() {
  Terms terms;
  terms.require_tls = TlsDemand::No;
  return terms;
}

std::string check(const std::function<void(Terms&)>& fill, Fact<Tls> tls) {
  Terms terms = nothing();
  fill(terms);
  Session session = plain_mail("contoso.com");
  session.tls = std::move(tls);
  return summary(check_requirements(terms, session));
}

Tls version(const char* text, std::optional<TlsVersion> value) {
  Tls tls = tls13();
  tls.version_text = text;
  tls.version = value;
  return tls;
}

Tls cipher(const char* name, std::optional<unsigned> bits = 256) {
  return {"TLSv1.2", TlsVersion::Tls12, name, bits};
}

BOOST_AUTO_TEST_SUITE(requirements)

BOOST_AUTO_TEST_CASE(nothing_demanded_finds_nothing) {
  BOOST_TEST(check([](Terms&) {}, Absent{}) == "");
  BOOST_TEST(!nothing().demands_tls());
}

BOOST_AUTO_TEST_CASE(tls_version) {
  struct Case {
    TlsDemand demand;
    Fact<Tls> tls;
    const char* expected;
  };
  const Case cases[] = {
      {TlsDemand::Tls12, version("TLSv1.2", TlsVersion::Tls12), "require-tls"},
      {TlsDemand::Tls12, version("TLSv1.3", TlsVersion::Tls13), "require-tls"},
      {TlsDemand::Tls12, version("TLSv1.1", TlsVersion::Tls11),
       "require-tls=tls-version(TLSv1.1/TLS 1.2 or newer)"},
      {TlsDemand::Tls13, version("TLSv1.2", TlsVersion::Tls12),
       "require-tls=tls-version(TLSv1.2/TLS 1.3 or newer)"},
      {TlsDemand::Tls11, version("TLSv1", TlsVersion::Tls10),
       "require-tls=tls-version(TLSv1/TLS 1.1 or newer)"},
      {TlsDemand::Tls10, version("TLSv1", TlsVersion::Tls10), "require-tls"},
      {TlsDemand::Tls10, version("SSLv3", TlsVersion::Ssl),
       "require-tls=tls-version(SSLv3/TLS 1.0 or newer)"},
      {TlsDemand::Any, version("TLSv1", TlsVersion::Tls10), "require-tls"},
      {TlsDemand::Any, version("SSLv3", TlsVersion::Ssl), "require-tls=tls-version(SSLv3/TLS)"},
      {TlsDemand::Any, version("TLSv1.4", std::nullopt),
       "require-tls=evidence-missing(the TLS version)"},
      {TlsDemand::Tls12, version("", std::nullopt), "require-tls=evidence-missing(the TLS version)"},
      {TlsDemand::Tls12, Absent{}, "require-tls=tls-absent(no TLS/TLS 1.2 or newer)"},
      {TlsDemand::Any, Absent{}, "require-tls=tls-absent(no TLS/TLS)"},
      {TlsDemand::Any, Unknown{}, "require-tls=evidence-missing(the session's encryption)"},
  };
  for (const auto& c : cases)
    BOOST_TEST(check([&](Terms& terms) { terms.require_tls = c.demand; }, c.tls) == c.expected);
}

BOOST_AUTO_TEST_CASE(null_and_anonymous_suites_are_no_tls) {
  const Tls weak[] = {cipher("ECDHE-RSA-NULL-SHA", 0), cipher("NULL-SHA256", std::nullopt),
                      cipher("ADH-AES256-GCM-SHA384"), cipher("AECDH-AES128-SHA"),
                      cipher("NOBODY-KNOWS", 0)};
  for (const auto& tls : weak) {
    BOOST_TEST(!is_encrypted(tls), tls.cipher);
    BOOST_TEST(check([](Terms& terms) { terms.require_tls = TlsDemand::Any; }, tls) ==
               "require-tls=tls-absent(" + tls.cipher + " (no encryption)/TLS)");
  }
  BOOST_TEST(is_encrypted(cipher("NOBODY-KNOWS", 128)));
  BOOST_TEST(is_encrypted(cipher("", std::nullopt)));
}

BOOST_AUTO_TEST_CASE(cipher_demands) {
  const auto bits = [](Terms& terms) { terms.require_cipher_bits = 256; };
  const auto secrecy = [](Terms& terms) { terms.require_forward_secrecy = true; };
  const auto deny = [](Terms& terms) { terms.deny_ciphers = {"*-SHA", "*_WITH_*_CBC_*"}; };
  struct Case {
    std::function<void(Terms&)> fill;
    Fact<Tls> tls;
    const char* expected;
  };
  const Case cases[] = {
      {bits, cipher("AES256-SHA"), "require-cipher-bits"},
      {bits, cipher("AES128-SHA", 128),
       "require-cipher-bits=cipher-bits(128 bits/256 bits)"},
      {bits, cipher("AES128-SHA", std::nullopt),
       "require-cipher-bits=evidence-missing(the strength of the cipher)"},
      {bits, Absent{}, "require-cipher-bits=tls-absent(no TLS/256 bits)"},
      {secrecy, cipher("ECDHE-RSA-AES256-GCM-SHA384"), "require-forward-secrecy"},
      {secrecy, cipher("TLS_AES_256_GCM_SHA384"), "require-forward-secrecy"},
      {secrecy, cipher("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"), "require-forward-secrecy"},
      {secrecy, cipher("AES256-GCM-SHA384"),
       "require-forward-secrecy=forward-secrecy(AES256-GCM-SHA384/forward secrecy)"},
      {secrecy, cipher("ECDHE-NOBODY-KNOWS"),
       "require-forward-secrecy=evidence-missing(the cipher)"},
      {secrecy, cipher(""), "require-forward-secrecy=evidence-missing(the cipher)"},
      {secrecy, Absent{}, "require-forward-secrecy=tls-absent(no TLS/forward secrecy)"},
      {deny, cipher("ECDHE-RSA-AES256-GCM-SHA384"), "deny-ciphers"},
      {deny, cipher("AES256-SHA"), "deny-ciphers=cipher(AES256-SHA/another cipher)"},
      {deny, cipher("ecdhe-rsa-aes256-sha"),
       "deny-ciphers=cipher(ecdhe-rsa-aes256-sha/another cipher)"},
      // Both spellings count: OpenSSL's name does not say CBC.
      {deny, cipher("ECDHE-RSA-AES256-SHA384"),
       "deny-ciphers=cipher(ECDHE-RSA-AES256-SHA384/another cipher)"},
      {deny, cipher("NOBODY-KNOWS-SHA"), "deny-ciphers=evidence-missing(the cipher)"},
      {deny, cipher(""), "deny-ciphers=evidence-missing(the cipher)"},
      {deny, Absent{}, "deny-ciphers=tls-absent(no TLS/another cipher)"},
  };
  for (const auto& c : cases) BOOST_TEST(check(c.fill, c.tls) == c.expected);
}

BOOST_AUTO_TEST_CASE(certificate_without_tls_is_tls_absent) {
  const auto verified = [](Terms& terms) {
    terms.require_certificate = Terms::CertificateDemand::Verified;
  };
  BOOST_TEST(check(verified, Absent{}) ==
             "require-certificate=tls-absent(no TLS/a verified certificate)");
  BOOST_TEST(check(verified, Unknown{}) ==
             "require-certificate=evidence-missing(the session's encryption)");
  BOOST_TEST(check(verified, tls13()) ==
             "require-certificate=certificate-absent(no certificate/a verified certificate)");
}

BOOST_AUTO_TEST_CASE(client_address_needs_no_tls) {
  Terms terms = nothing();
  terms.require_client = {{v4(203, 0, 113, 0), 24}, {v4(192, 0, 2, 128), 25}};
  Session session = plain_mail("contoso.com");
  BOOST_TEST(summary(check_requirements(terms, session)) ==
             "require-client=client-address(192.0.2.1/another client address)");
  session.client_address = v4(203, 0, 113, 200);
  BOOST_TEST(summary(check_requirements(terms, session)) == "require-client");
  session.client_address = Unknown{};
  BOOST_TEST(summary(check_requirements(terms, session)) ==
             "require-client=evidence-missing(the client's address)");
}

BOOST_AUTO_TEST_CASE(the_administrator_is_told_what_was_demanded) {
  Terms terms = nothing();
  terms.deny_ciphers = {"*-SHA", "*CBC*"};
  terms.require_client = {{v4(203, 0, 113, 0), 24}};
  terms.require_client_text = "203.0.113.0/24";
  const auto findings = check_requirements(terms, tls_mail("contoso.com"));
  BOOST_TEST(findings[0].wanted == "none of *-SHA *CBC*");
  BOOST_TEST(findings[0].seen == "TLS_AES_256_GCM_SHA384");
  BOOST_TEST(findings[1].wanted == "an address in 203.0.113.0/24");
  BOOST_TEST(findings[1].seen == "192.0.2.1");
  BOOST_TEST(findings[1].public_wanted == "another client address");
}

BOOST_AUTO_TEST_CASE(all_are_found_in_the_order_of_the_table) {
  Terms terms;
  terms.require_cipher_bits = 256;
  terms.require_forward_secrecy = true;
  terms.deny_ciphers = {"AES128-*"};
  terms.require_certificate = Terms::CertificateDemand::Verified;
  terms.require_client = {{v4(203, 0, 113, 0), 24}};
  Session session = plain_mail("contoso.com");
  session.tls = Tls{"TLSv1", TlsVersion::Tls10, "AES128-SHA", 128};
  const auto findings = check_requirements(terms, session);
  BOOST_TEST(summary(findings) ==
             "require-tls=tls-version(TLSv1/TLS 1.2 or newer); "
             "deny-ciphers=cipher(AES128-SHA/another cipher); "
             "require-cipher-bits=cipher-bits(128 bits/256 bits); "
             "require-forward-secrecy=forward-secrecy(AES128-SHA/forward secrecy); "
             "require-certificate=certificate-absent(no certificate/a verified certificate); "
             "require-client=client-address(192.0.2.1/another client address)");
  BOOST_TEST((overall_outcome(findings) == Outcome::Failed));
}

BOOST_AUTO_TEST_CASE(failed_outweighs_missing_and_missing_passed) {
  Finding passed, missing, failed;
  missing.outcome = Outcome::Missing;
  failed.outcome = Outcome::Failed;
  BOOST_TEST((overall_outcome({}) == Outcome::Passed));
  BOOST_TEST((overall_outcome({passed, missing, passed}) == Outcome::Missing));
  BOOST_TEST((overall_outcome({missing, failed}) == Outcome::Failed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
