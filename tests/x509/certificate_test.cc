// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/certificate.h"

#include <boost/test/unit_test.hpp>

#include "given_certificate.h"
#include "openssl_certificates.h"
#include "x509/pki.h"

using namespace forcetls;
using namespace forcetls::given;
using pki::day;
using pki::KeyKind;
using pki::Made;
using pki::make;

BOOST_AUTO_TEST_SUITE(certificate)

BOOST_AUTO_TEST_CASE(all_that_a_rule_looks_at) {
  const Made root = make({.cns = {"Root"}, .organizations = {"DigiCert, Inc."}, .ca = true});
  const Made made = make({.cns = {"mail.contoso.com"},
                          .organizations = {"Contoso Ltd", "Contoso AG"},
                          .units = {"Mail"},
                          .dns_names = {"mail.contoso.com", "*.EO.contoso.com."},
                          .ip_addresses = {std::string("\xc0\x00\x02\x01", 4)},
                          .issuer = &root,
                          .key_kind = KeyKind::Rsa2048,
                          .purposes = {pki::kServerAuth, pki::kClientAuth},
                          .not_before = day(2026, 9, 3),
                          .not_after = day(2027, 9, 3)});
  const X509Certificate certificate = parse(made.der);
  BOOST_TEST(certificate.der == made.der);
  BOOST_TEST(certificate.subject == "CN=mail.contoso.com,OU=Mail,O=Contoso AG,O=Contoso Ltd");
  BOOST_TEST(certificate.issuer == "CN=Root,O=DigiCert\\, Inc.");
  BOOST_TEST(!certificate.is_self_issued());
  BOOST_TEST(certificate.signature_algorithm == "ECDSA-SHA256");
  BOOST_TEST(join(certificate.purposes) == "1.3.6.1.5.5.7.3.1, 1.3.6.1.5.5.7.3.2");
  BOOST_TEST((certificate.not_before == day(2026, 9, 3)));
  BOOST_TEST((certificate.not_after == day(2027, 9, 3)));
  BOOST_TEST(!certificate.is_ca);
  BOOST_TEST(parse(root.der).is_ca);

  const Certificate facts = facts_of(certificate);
  BOOST_TEST((facts.state == Certificate::State::Unknown));
  BOOST_TEST(*facts.subject_cn == "mail.contoso.com");
  BOOST_TEST(facts.cn_dns_name == "mail.contoso.com");
  BOOST_TEST(*facts.issuer_cn == "Root");
  BOOST_TEST(join(*facts.dns_names) == "mail.contoso.com, *.eo.contoso.com");
  BOOST_TEST(join(*facts.organizations) == "Contoso Ltd, Contoso AG");
  BOOST_TEST(join(*facts.organizational_units) == "Mail");
  BOOST_TEST(join(*facts.issuer_organizations) == "DigiCert, Inc.");
  BOOST_TEST(*facts.key_bits == 2048U);
  BOOST_TEST((*facts.sha256 == certificate.sha256));
  BOOST_TEST((*facts.key_sha256 == certificate.key_sha256));
  BOOST_TEST(facts.root_cns.is_unknown());
  BOOST_TEST(facts.revoked.is_unknown());
  BOOST_TEST(facts.known_as == "");
}

BOOST_AUTO_TEST_CASE(what_a_certificate_has_not) {
  const X509Certificate certificate = parse_made({.dns_names = {"mail.contoso.com"}});
  BOOST_TEST(certificate.subject == "");
  BOOST_TEST(certificate.purposes.empty());
  const Certificate facts = facts_of(certificate);
  BOOST_TEST(*facts.subject_cn == "");
  BOOST_TEST(facts.cn_dns_name == "");
  BOOST_TEST(facts.issuer_cn.is_absent());
  BOOST_TEST(facts.organizations.is_absent());
  BOOST_TEST(facts.organizational_units.is_absent());
  BOOST_TEST(facts.issuer_organizations.is_absent());
  BOOST_TEST(facts_of(parse_made({.cns = {"x"}})).dns_names.is_absent());
}

BOOST_AUTO_TEST_CASE(names_that_are_no_domains) {
  const X509Certificate certificate = parse_made(
      {.cns = {"mail.contoso.com"},
       .dns_names = {"m*.contoso.com", "*.*.contoso.com", "a b", "*", std::string(2000, 'a')}});
  BOOST_TEST(certificate.dns_names.empty());
  BOOST_TEST(certificate.has_unreadable_dns_names);
  const Certificate facts = facts_of(certificate);
  // The CN stands aside, as where the names can be read.
  BOOST_TEST(*facts.subject_cn == "mail.contoso.com");
  BOOST_TEST(facts.cn_dns_name == "");

  const X509Certificate mixed =
      parse_made({.dns_names = {"a b", "mail.contoso.com", "x_1.contoso.com"}});
  BOOST_TEST(join(mixed.dns_names) == "mail.contoso.com, x_1.contoso.com");
  BOOST_TEST(mixed.has_unreadable_dns_names);
}

BOOST_AUTO_TEST_CASE(nul_in_a_dns_name) {
  const std::string name("mail.contoso.com\0.evil.example", 30);
  const std::string names = der_value(kSequence, der_value(0x82, name));
  const X509Certificate certificate =
      parse_made({.cns = {"x"}, .also = [&](gnutls_x509_crt_t crt) {
                    set_extension(crt, GNUTLS_X509EXT_OID_SAN, names);
                  }});
  BOOST_TEST(certificate.dns_names.empty());
  BOOST_TEST(certificate.has_unreadable_dns_names);
}

BOOST_AUTO_TEST_CASE(kinds_of_keys) {
  struct Case {
    KeyKind kind;
    std::string text;
    unsigned bits;
  };
  const Case cases[] = {
      {KeyKind::P256, "EC P-256", 3072},  {KeyKind::P384, "EC P-384", 7680},
      {KeyKind::P521, "EC P-521", 15360}, {KeyKind::Rsa1024, "RSA", 1024},
      {KeyKind::Rsa2048, "RSA", 2048},    {KeyKind::Ed25519, "Ed25519", 3072},
  };
  for (const auto& one : cases) {
    const X509Certificate certificate = parse_made({.cns = {"x"}, .key_kind = one.kind});
    BOOST_TEST(certificate.key_kind == one.text);
    BOOST_TEST(certificate.key_bits == one.bits);
    BOOST_TEST(*facts_of(certificate).key_bits == one.bits);
  }
}

BOOST_AUTO_TEST_CASE(rsa_pss_key) {
  gnutls_privkey_t raw = nullptr;
  pki::check(gnutls_privkey_init(&raw), "gnutls_privkey_init");
  const pki::KeyPtr key(raw, gnutls_privkey_deinit);
  pki::check(gnutls_privkey_generate(raw, GNUTLS_PK_RSA_PSS, 2048, 0), "gnutls_privkey_generate");
  const X509Certificate certificate = parse_made({.cns = {"x"}, .key = key});
  BOOST_TEST(certificate.key_kind == "RSA-PSS");
  BOOST_TEST(certificate.key_bits == 2048U);
  BOOST_TEST(certificate.signature_algorithm == "RSA-PSS-SHA256");
}

// Digests by OpenSSL: they are what an MTA tells.
// A signature by a key of 100,000 bits takes a minute to check, and anybody can show one.
BOOST_AUTO_TEST_CASE(keys_that_are_too_large) {
  const pki::Made ca = pki::make({.cns = {"CA"}, .ca = true});
  const auto with_modulus = [&](std::size_t octets) {
    const auto set_key = [&](gnutls_x509_crt_t crt) {
      std::string modulus(octets, '\xff'), exponent = "\x01\x01";
      const gnutls_datum_t m = pki::detail::datum(modulus), e = pki::detail::datum(exponent);
      gnutls_pubkey_t key = nullptr;
      pki::check(gnutls_pubkey_init(&key), "gnutls_pubkey_init");
      pki::check(gnutls_pubkey_import_rsa_raw(key, &m, &e), "gnutls_pubkey_import_rsa_raw");
      pki::check(gnutls_x509_crt_set_pubkey(crt, key), "gnutls_x509_crt_set_pubkey");
      gnutls_pubkey_deinit(key);
    };
    const auto made =
        pki::make({.cns = {"mail"}, .issuer = &ca, .key_ids = false, .also = set_key});
    const auto parsed = parse_certificate(made.der);
    const auto* problem = std::get_if<std::string>(&parsed);
    return problem ? *problem : "";
  };
  BOOST_TEST(with_modulus(2048) == "");
  BOOST_TEST(with_modulus(2049) == "a key of 16392 bits is too large");
}

BOOST_AUTO_TEST_CASE(digests) {
  struct Case {
    const char* pem;
    std::string key_kind;
    unsigned key_bits;
    std::string sha256;
    std::string key_sha256;
  };
  const Case cases[] = {
      {kMultiValued, "EC P-256", 3072,
       "73ff39339a3f6a4bb81bb0182ad59d37f8a6d336d59f85d99bdd39a3611b2f5a",
       "4b9645b5bbe8bfdb977c0d29b71a812ca00d63709ee759e2285f63b66f727d80"},
      // GnuTLS has no words for this key.
      {kExplicitCurve, "1.2.840.10045.2.1", 0,
       "a16ff429c697bd6f73bf30d7fb26e5ec786e2b19c3f6e0b3ce5c60e09df51e0b",
       "4eb6cfd5170a59acdce2fa4c120a33e1bff120e8d665abeca1f03da7c95ea43c"},
      {kEd448, "Ed448", 7680, "f39a47b1fcbca891cec4a39c7cf2843bcbd3955b4a8acf98c8e85a1217dee413",
       "6fcdc3ee3e9ba0a374ebcf3de9e4f14d2424c08bd232d8d78abde7e70a641ddd"},
  };
  for (const auto& one : cases) {
    const auto chain = std::get<CertificateChain>(parse_certificates(one.pem));
    BOOST_TEST(chain.front()->key_kind == one.key_kind);
    BOOST_TEST(chain.front()->key_bits == one.key_bits);
    BOOST_TEST(format_digest_plain(chain.front()->sha256) == one.sha256);
    BOOST_TEST(format_digest_plain(chain.front()->key_sha256) == one.key_sha256);
    BOOST_TEST(facts_of(*chain.front()).key_bits.is_unknown() == (one.key_bits == 0));
    BOOST_TEST(format_pem(*chain.front()) == one.pem);
  }
}

BOOST_AUTO_TEST_CASE(serial_number) {
  const auto with_serial = [](const std::string& octets) {
    return parse_made({.cns = {"x"}, .also = [&](gnutls_x509_crt_t crt) {
                    gnutls_x509_crt_set_serial(crt, octets.data(), octets.size());
                  }});
  };
  using namespace std::string_literals;
  BOOST_TEST(with_serial("\x0a\xbc").serial == "0abc");
  BOOST_TEST(with_serial("\0\xab\xcd"s).serial == "abcd");
  BOOST_TEST(with_serial(std::string(20, '\x7f')).serial.size() == 40U);
}

BOOST_AUTO_TEST_CASE(far_dates) {
  const X509Certificate far =
      parse_made({.cns = {"x"}, .not_before = day(1970, 1, 1), .not_after = day(9999, 12, 31)});
  BOOST_TEST((far.not_before == day(1970, 1, 1)));
  BOOST_TEST((far.not_after == day(9999, 12, 31) + std::chrono::seconds(86399)));
  const X509Certificate after_2049 =
      parse_made({.cns = {"x"}, .not_before = day(2049, 12, 31), .not_after = day(2050, 1, 1)});
  BOOST_TEST((after_2049.not_before == day(2049, 12, 31)));
  BOOST_TEST((after_2049.not_after == day(2050, 1, 1)));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_certificate) {
  const std::string der = make({.cns = {"x"}}).der;
  BOOST_TEST(problem_of(der) == "");
  const std::string not_parsed = "not a certificate (ASN1 parser: Error in DER parsing.)";
  BOOST_TEST(problem_of(der + "x") == not_parsed);
  BOOST_TEST(problem_of(der.substr(0, der.size() - 1)).starts_with("not a certificate ("));
  BOOST_TEST(problem_of("").starts_with("not a certificate ("));
  BOOST_TEST(problem_of(std::string(70000, '0')) == "a certificate of more than 64 KiB");
  // A length in more octets than it needs is BER, and would have another digest elsewhere.
  std::string ber = der;
  ber.replace(1, 1, std::string("\x83\0", 2));
  BOOST_TEST(problem_of(ber).starts_with("not a certificate ("));
}

BOOST_AUTO_TEST_CASE(every_cut_and_every_changed_byte) {
  const std::string der =
      make({.cns = {"a"}, .dns_names = {"a.example"}, .purposes = {pki::kServerAuth}}).der;
  for (std::size_t i = 0; i < der.size(); ++i) {
    BOOST_TEST(problem_of(der.substr(0, i)) != "");
    std::string changed = der;
    changed[i] = static_cast<char>(changed[i] ^ 0x41);
    const auto parsed = parse_certificate(changed);
    if (const auto* certificate = std::get_if<X509Certificate>(&parsed))
      BOOST_TEST(certificate->der == changed);
  }
}

BOOST_AUTO_TEST_SUITE_END()
