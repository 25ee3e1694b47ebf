// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// What is demanded of whom: terms, [defaults] and [certificate] sections.
#include "config/resolve.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "config/load_text.h"
#include "config/time_text.h"

namespace forcetls {
namespace {

/// The terms of [inbound x], which has these lines, under these [defaults].
Terms terms_of(const std::string& defaults, const std::string& lines) {
  const auto config = config_of("[inbound x]\nmatch-sender = a.example\n" + lines +
                                "[certificate c]\nname = c.example\n" +
                                "[certificate d]\nname = d.example\n[defaults]\n" + defaults);
  return config->policy.terms_of(connector_of(*config, "x"));
}

/// `no`, `verified`, or each rule as section{names}.
std::string certificate_of(const Terms& terms) {
  if (terms.require_certificate == Terms::CertificateDemand::No) return "no";
  if (terms.require_certificate == Terms::CertificateDemand::Verified) return "verified";
  std::string text;
  for (const auto& rule : terms.certificate_rules)
    text += rule.section + "{" + format(rule.names) + "}";
  return text;
}

BOOST_AUTO_TEST_SUITE(resolve)

BOOST_AUTO_TEST_CASE(terms_without_any_key) {
  const auto terms = terms_of("", "");
  BOOST_TEST((terms.require_tls == Terms::TlsDemand::Tls12));
  BOOST_TEST(!terms.require_cipher_bits.has_value());
  BOOST_TEST(!terms.require_forward_secrecy);
  BOOST_TEST(terms.deny_ciphers.empty());
  BOOST_TEST(certificate_of(terms) == "no");
  BOOST_TEST(terms.require_client.empty());
  BOOST_TEST((terms.on_violation == Action::Reject));
  BOOST_TEST((terms.on_missing_evidence == Action::Defer));
  BOOST_TEST((terms.mode == Mode::Enforce));
}

BOOST_AUTO_TEST_CASE(terms_from_the_connector_go_before_those_from_defaults) {
  const std::string defaults =
      "require-tls = 1.3\nrequire-cipher-bits = 256\nrequire-forward-secrecy = yes\n"
      "deny-ciphers = *CBC*, *-SHA\nrequire-client = 10.0.0.0/8 192.0.2.0/24\non-violation = tag\n"
      "on-missing-evidence = reject\nmode = monitor\n";
  const auto inherited = terms_of(defaults, "");
  BOOST_TEST((inherited.require_tls == Terms::TlsDemand::Tls13));
  BOOST_TEST(inherited.require_cipher_bits.value() == 256U);
  BOOST_TEST(inherited.require_forward_secrecy);
  BOOST_TEST(format(inherited.deny_ciphers) == "*CBC*|*-SHA|");
  BOOST_TEST(format(inherited.require_client) == "10.0.0.0/8 192.0.2.0/24 ");
  BOOST_TEST((inherited.on_violation == Action::Tag));
  BOOST_TEST((inherited.on_missing_evidence == Action::Reject));
  BOOST_TEST((inherited.mode == Mode::Monitor));
  const auto own =
      terms_of(defaults,
               "require-tls = no\nrequire-cipher-bits = 128\nrequire-forward-secrecy = no\n"
               "deny-ciphers = *RC4*\nrequire-client = ::1\non-violation = DISCARD\n"
               "on-missing-evidence = quarantine\nmode = enforce\n");
  BOOST_TEST((own.require_tls == Terms::TlsDemand::No));
  BOOST_TEST(own.require_cipher_bits.value() == 128U);
  BOOST_TEST(!own.require_forward_secrecy);
  BOOST_TEST(format(own.deny_ciphers) == "*RC4*|");
  BOOST_TEST(format(own.require_client) == "::1/128 ");
  BOOST_TEST((own.on_violation == Action::Discard));
  BOOST_TEST((own.on_missing_evidence == Action::Quarantine));
  BOOST_TEST((own.mode == Mode::Enforce));
  const auto none = terms_of(defaults, "deny-ciphers = none\nrequire-client = No\n");
  BOOST_TEST(none.deny_ciphers.empty());
  BOOST_TEST(none.require_client.empty());
}

BOOST_AUTO_TEST_CASE(empty_values_inherit) {
  const auto terms = terms_of("deny-ciphers = *CBC*\nmode = monitor\n", "deny-ciphers =\nmode =\n");
  BOOST_TEST(format(terms.deny_ciphers) == "*CBC*|");
  BOOST_TEST((terms.mode == Mode::Monitor));
}

BOOST_AUTO_TEST_CASE(tls_words) {
  const struct {
    const char* word;
    Terms::TlsDemand demand;
  } cases[] = {{"no", Terms::TlsDemand::No},     {"yes", Terms::TlsDemand::Any},
               {"off", Terms::TlsDemand::No},    {"on", Terms::TlsDemand::Any},
               {"false", Terms::TlsDemand::No},  {"True", Terms::TlsDemand::Any},
               {"1.0", Terms::TlsDemand::Tls10}, {"1.1", Terms::TlsDemand::Tls11},
               {"1.2", Terms::TlsDemand::Tls12}, {"1.3", Terms::TlsDemand::Tls13}};
  for (const auto& [word, demand] : cases)
    BOOST_TEST((terms_of("", std::string("require-tls = ") + word + "\n").require_tls == demand),
               word);
}

BOOST_AUTO_TEST_CASE(certificates) {
  const struct {
    std::string defaults;
    std::string own;
    std::string demand;
  } cases[] = {
      {"", "require-certificate = no", "no"},
      {"", "require-certificate = none", "no"},
      {"", "require-certificate = verified", "verified"},
      {"", "require-certificate = c", "c{c.example }"},
      {"", "require-certificate = D,\n C", "d{d.example }c{c.example }"},
      {"", "require-certificate-name = *.x.example y.example", "{*.x.example y.example }"},
      {"", "require-certificate-name = none", "no"},
      {"require-certificate = c", "", "c{c.example }"},
      {"require-certificate-name = x.example", "", "{x.example }"},
      {"require-certificate = c", "require-certificate = d", "d{d.example }"},
      {"require-certificate = c", "require-certificate = none", "no"},
      {"require-certificate = c", "require-certificate-name = x.example", "{x.example }"},
      {"require-certificate-name = x.example", "require-certificate = verified", "verified"},
      {"require-certificate-name = x.example", "require-certificate = no", "no"},
      {"require-certificate-name = x.example", "require-certificate-name = no", "no"},
      // Cancels a name only; what is demanded beside must not get lost.
      {"require-certificate = verified", "require-certificate-name = none", "verified"},
  };
  for (const auto& [defaults, own, demand] : cases) BOOST_TEST_CONTEXT(defaults << " / " << own) {
      BOOST_TEST(certificate_of(terms_of(defaults + "\n", own + "\n")) == demand);
    }
}

BOOST_AUTO_TEST_CASE(certificate_keys) {
  const auto config = config_of(
      "[inbound x]\nmatch-sender = a.example\nrequire-certificate = full\n"
      "[certificate Full]\n"
      "name = mail.contoso.com *.Contoso.com\n"
      "organization = Contoso Ltd ; comment\n  Contoso, Inc.\n"
      "organizational-unit =\n  Mail\n"
      "issuer = DigiCert TLS RSA SHA256 2020 CA1\n"
      "issuer-organization = DigiCert, Inc.\n"
      "min-key-bits = 2048\nvalid-from = 2026-09-03\nvalid-until = 2026-12-31\n");
  const auto& terms = config->policy.terms_of(connector_of(*config, "x"));
  const auto& rule = terms.certificate_rules.at(0);
  BOOST_TEST(rule.section == "Full");
  BOOST_TEST(format(rule.names) == "mail.contoso.com *.contoso.com ");
  BOOST_TEST(format(rule.organizations) == "Contoso Ltd|Contoso, Inc.|");
  BOOST_TEST(format(rule.organizational_units) == "Mail|");
  BOOST_TEST(format(rule.issuers) == "DigiCert TLS RSA SHA256 2020 CA1|");
  BOOST_TEST(format(rule.issuer_organizations) == "DigiCert, Inc.|");
  BOOST_TEST(rule.min_key_bits.value() == 2048U);
  BOOST_TEST(format_time(rule.valid_from.value()) == "2026-09-03T00:00:00Z");
  BOOST_TEST(format_time(rule.valid_until.value()) == "2027-01-01T00:00:00Z");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
