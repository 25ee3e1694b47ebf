// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/crl.h"

#include <gnutls/x509.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "x509/revocation_writer.h"

namespace forcetls {

using namespace pki;
using namespace std::literals;

namespace {

const std::string kUrl = "http://crl.example/ca.crl";

const Made& ca() {
  static const Made made = make({.cns = {"Issuing CA"}, .ca = true});
  return made;
}

const Made& leaf() {
  static const Made made = make({.cns = {"mail.contoso.com"}, .issuer = &ca(), .crl_urls = {kUrl}});
  return made;
}

std::variant<RevocationAnswer, std::string> read(const std::string& bytes, const Made& certificate,
                                                 const Made& issuer) {
  const auto crl = Crl::parse(bytes);
  if (const auto* problem = std::get_if<std::string>(&crl)) return *problem;
  return std::get<0>(crl)->answer(kUrl, *certificate.certificate(), *issuer.certificate());
}

/// What a CRL says of the leaf.
std::string says(const std::string& crl, const Made& certificate, const Made& issuer) {
  return outcome(read(crl, certificate, issuer));
}

std::string says(const std::string& crl) { return says(crl, leaf(), ca()); }

std::string reason(char code) {
  return extension(kReasonOid, false, tlv(0x0a, std::string(1, code)));
}

std::string pem(const std::string& der) {
  const gnutls_datum_t bytes = pki::detail::datum(der);
  gnutls_datum_t text{};
  check(gnutls_pem_base64_encode2("X509 CRL", &bytes, &text), "gnutls_pem_base64_encode2");
  return pki::detail::take(text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crl)

BOOST_AUTO_TEST_CASE(tells_who_is_revoked) {
  const std::string other = tlv(kDerInteger, "\x07");
  BOOST_TEST(says(make_crl({.issuer = &ca()})) == "good");
  BOOST_TEST(says(make_crl({.issuer = &ca(), .entries = {{other, ""}}})) == "good");
  const std::string revoked =
      make_crl({.issuer = &ca(), .entries = {{serial_of(leaf()), ""}, {other, ""}}});
  BOOST_TEST(says(revoked) == "revoked");
  BOOST_TEST(says(pem(revoked)) == "revoked");
  BOOST_TEST(says("comment\n" + pem(revoked) + "\n") == "revoked");
}

BOOST_AUTO_TEST_CASE(reasons) {
  const auto with = [&](const std::string& extensions) {
    return says(make_crl({.issuer = &ca(), .entries = {{serial_of(leaf()), extensions}}}));
  };
  BOOST_TEST(with(reason(1)) == "revoked");
  BOOST_TEST(with(reason(6)) == "revoked");  // certificateHold
  BOOST_TEST(with(reason(8)) == "good");     // removeFromCRL
  BOOST_TEST(with(extension("\x55\x1d\x18", true, generalized_time(kNow))) == "revoked");
  BOOST_TEST(with(extension(kIssuerOid, true, seq(""))) == "an indirect CRL");
  BOOST_TEST(with(extension("\x55\x1d\x63", false, "")) == "revoked");
  BOOST_TEST(with(extension("\x55\x1d\x63", true, "")) ==
             "a CRL with the unknown critical extension 2.5.29.99");
  BOOST_TEST(with("\x30\x00"s) == "not a CRL");
}

BOOST_AUTO_TEST_CASE(dates) {
  const auto answer =
      std::get<RevocationAnswer>(read(make_crl({.issuer = &ca()}), leaf(), ca()));
  BOOST_TEST((answer.this_update == day(2026, 6, 14)));
  BOOST_TEST((answer.next_update == day(2026, 6, 21)));
  BOOST_TEST(answer.source == kUrl);
  BOOST_TEST(!answer.is_fresh(day(2026, 6, 14) - std::chrono::seconds(1)));
  BOOST_TEST(answer.is_fresh(day(2026, 6, 14)));
  BOOST_TEST(!answer.is_fresh(day(2026, 6, 21)));

  const auto endless = std::get<RevocationAnswer>(
      read(make_crl({.issuer = &ca(), .next_update = std::nullopt}), leaf(), ca()));
  BOOST_TEST((endless.next_update == day(2026, 6, 15)));
}

BOOST_AUTO_TEST_CASE(only_the_issuers_own_signature_counts) {
  const Made twin = make({.cns = {"Issuing CA"}, .ca = true});
  const Made stranger = make({.cns = {"Another CA"}, .ca = true});
  const std::vector<CrlEntry> entries = {{serial_of(leaf()), ""}};
  BOOST_TEST(says(make_crl({.issuer = &twin, .entries = entries})) == "wrong signature");
  BOOST_TEST(says(make_crl({.issuer = &ca(), .signer = &stranger, .entries = entries})) ==
             "wrong signature");
  BOOST_TEST(says(make_crl({.issuer = &stranger, .entries = entries})) ==
             "the CRL of another issuer");
  // The same key under another name issued other certificates.
  const Made renamed = make({.cns = {"Issuing CA of another name"}, .key = ca().key, .ca = true});
  const std::string renamed_crl = make_crl({.issuer = &renamed, .entries = entries});
  BOOST_TEST(says(renamed_crl) == "the CRL of another issuer");
  BOOST_TEST(says(renamed_crl, leaf(), renamed) == "the CRL of another issuer");
  // A certificate's own key cannot vouch for it.
  BOOST_TEST(says(make_crl({.issuer = &ca(), .signer = &leaf()})) == "wrong signature");
}

BOOST_AUTO_TEST_CASE(the_issuer_must_be_allowed_to_sign_crls) {
  const Made may_not = make(
      {.cns = {"Issuing CA"}, .key = ca().key, .ca = true, .key_usage = GNUTLS_KEY_KEY_CERT_SIGN});
  const Made may = make({.cns = {"Issuing CA"},
                         .key = ca().key,
                         .ca = true,
                         .key_usage = GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN});
  BOOST_TEST(says(make_crl({.issuer = &may_not}), leaf(), may_not) ==
             "its issuer may not sign CRLs");
  BOOST_TEST(says(make_crl({.issuer = &may}), leaf(), may) == "good");
}

BOOST_AUTO_TEST_CASE(signature_algorithms) {
  const auto with = [](KeyKind kind, const std::string& oid, gnutls_sign_algorithm_t algorithm,
                       const std::string& parameters = "") {
    const Made issuer = make({.cns = {"CA"}, .key_kind = kind, .ca = true});
    const Made below = make({.cns = {"x.example"}, .issuer = &issuer});
    return says(make_crl({.issuer = &issuer,
                          .algorithm = seq(tlv(kDerObjectIdentifier, oid) + parameters),
                          .signs = algorithm}),
                below, issuer);
  };
  const std::string rsa = "\x2a\x86\x48\x86\xf7\x0d\x01\x01";
  const std::string null = tlv(5, "");
  BOOST_TEST(with(KeyKind::Rsa2048, rsa + "\x0b", GNUTLS_SIGN_RSA_SHA256, null) == "good");
  BOOST_TEST(with(KeyKind::Rsa2048, rsa + "\x0d", GNUTLS_SIGN_RSA_SHA256, null) ==
             "wrong signature");
  BOOST_TEST(with(KeyKind::Rsa2048, rsa + "\x05", GNUTLS_SIGN_RSA_SHA1, null) ==
             "insecure signature algorithm");
  BOOST_TEST(with(KeyKind::Ed25519, "\x2b\x65\x70", GNUTLS_SIGN_EDDSA_ED25519) == "good");
  BOOST_TEST(with(KeyKind::P256, "\x2a\x03", GNUTLS_SIGN_ECDSA_SHA256) ==
             "insecure signature algorithm");
  const std::string sha256 = tlv(kDerObjectIdentifier, "\x60\x86\x48\x01\x65\x03\x04\x02\x01");
  BOOST_TEST(with(KeyKind::Rsa2048, rsa + "\x0a", GNUTLS_SIGN_RSA_PSS_SHA256,
                  seq(tlv(0xa0, seq(sha256 + null)))) == "good");
  BOOST_TEST(with(KeyKind::Rsa2048, rsa + "\x0a", GNUTLS_SIGN_RSA_PSS_SHA256) ==
             "insecure signature algorithm");  // SHA-1, if nothing is said
}

BOOST_AUTO_TEST_CASE(lists_that_say_less_are_refused) {
  const auto with = [&](const std::string& extensions) {
    return says(make_crl({.issuer = &ca(), .extensions = extensions}));
  };
  const std::string yes = "\xff", no(1, '\0');
  BOOST_TEST(with(extension(kCrlNumberOid, false, tlv(kDerInteger, "\x05"))) == "good");
  BOOST_TEST(with(extension(kDeltaOid, true, tlv(kDerInteger, "\x05"))) == "a delta CRL");
  BOOST_TEST(with(extension(kDeltaOid, false, tlv(kDerInteger, "\x05"))) == "a delta CRL");
  BOOST_TEST(with(extension("\x55\x1d\x63", true, "")) ==
             "a CRL with the unknown critical extension 2.5.29.99");
  BOOST_TEST(with(extension("\x55\x1d\x63", false, "")) == "good");
  BOOST_TEST(with(point({kUrl})) == "good");
  BOOST_TEST(with(point({"http://crl.example/other.crl"})) ==
             "the CRL of another distribution point");
  BOOST_TEST(with(point({"ldap://crl.example/cn=ca", kUrl})) == "good");
  BOOST_TEST(with(extension(kPointOid, true, seq(tlv(0xa0, tlv(0xa1, ""))))) ==
             "the CRL of another distribution point");  // a name relative to the issuer
  BOOST_TEST(with(point({}, tlv(0x81, yes))) == "good");
  BOOST_TEST(with(point({}, tlv(0x82, yes))) == "a CRL for CA certificates");
  BOOST_TEST(with(point({}, tlv(0x82, no))) == "good");
  BOOST_TEST(with(point({}, tlv(0x83, "\x01\x02"))) == "a CRL for some reasons only");
  BOOST_TEST(with(point({kUrl}, tlv(0x84, yes))) == "an indirect CRL");
  BOOST_TEST(with(point({}, tlv(0x85, yes))) == "a CRL for attribute certificates");
  BOOST_TEST(with(point({}, tlv(0x84, no) + tlv(0x85, no))) == "good");
  BOOST_TEST(with(point({}, tlv(0x86, yes))) == "not a CRL");
  BOOST_TEST(with(extension(kPointOid, false, "junk")) == "not a CRL");

  const Made intermediate = make({.cns = {"Issuing CA 2"}, .issuer = &ca(), .ca = true});
  const std::string users = make_crl({.issuer = &ca(), .extensions = point({}, tlv(0x81, yes))});
  const std::string cas = make_crl({.issuer = &ca(), .extensions = point({}, tlv(0x82, yes))});
  BOOST_TEST(says(users, intermediate, ca()) == "a CRL for certificates that are no CA's");
  BOOST_TEST(says(cas, intermediate, ca()) == "good");
}

BOOST_AUTO_TEST_CASE(another_url_of_the_certificate_is_the_same_point) {
  const Made two = make(
      {.cns = {"x.example"}, .issuer = &ca(), .crl_urls = {"http://mirror.example/ca.crl", kUrl}});
  const std::string crl =
      make_crl({.issuer = &ca(), .extensions = point({"http://mirror.example/ca.crl"})});
  BOOST_TEST(says(crl, two, ca()) == "good");
}

BOOST_AUTO_TEST_CASE(serials_compare_as_numbers) {
  const auto entry = [&](const std::string& content) {
    return says(make_crl({.issuer = &ca(), .entries = {{tlv(kDerInteger, content), ""}}}));
  };
  const std::string own = serial_of(leaf()).substr(2);
  BOOST_TEST(entry(own) == "revoked");
  BOOST_TEST(entry(std::string(2, '\0') + own) == "revoked");  // not DER, but what else can it mean
  BOOST_TEST(entry(own + "\x01") == "good");
  BOOST_TEST(entry(own.substr(1)) == "good");
}

BOOST_AUTO_TEST_CASE(what_gnutls_makes_is_understood) {
  gnutls_x509_crl_t crl = nullptr;
  gnutls_x509_crt_t issuer = nullptr;
  check(gnutls_x509_crl_init(&crl), "crl_init");
  check(gnutls_x509_crt_init(&issuer), "crt_init");
  const gnutls_datum_t der = pki::detail::datum(ca().der);
  check(gnutls_x509_crt_import(issuer, &der, GNUTLS_X509_FMT_DER), "crt_import");
  check(gnutls_x509_crl_set_version(crl, 2), "set_version");
  const std::string serial = serial_of(leaf()).substr(2);
  check(gnutls_x509_crl_set_crt_serial(crl, serial.data(), serial.size(), 1780000000),
        "set_serial");
  check(gnutls_x509_crl_set_this_update(crl, 1780000000), "set_this_update");
  check(gnutls_x509_crl_set_next_update(crl, 1790000000), "set_next_update");
  check(gnutls_x509_crl_set_number(crl, "\x01", 1), "set_number");
  check(gnutls_x509_crl_privkey_sign(crl, issuer, ca().key.get(), GNUTLS_DIG_SHA384, 0), "sign");
  gnutls_datum_t bytes{};
  check(gnutls_x509_crl_export2(crl, GNUTLS_X509_FMT_DER, &bytes), "export2");
  const std::string made = pki::detail::take(bytes);
  gnutls_x509_crl_deinit(crl);
  gnutls_x509_crt_deinit(issuer);
  BOOST_TEST(says(made) == "revoked");
  auto parsed = Crl::parse(made);
  BOOST_TEST(std::get<0>(parsed)->issuer() == "CN=Issuing CA");
  BOOST_TEST((std::get<0>(parsed)->next_update() == Time(std::chrono::seconds(1790000000))));
}

BOOST_AUTO_TEST_CASE(no_bytes_surprise_it) {
  const std::string good = make_crl(
      {.issuer = &ca(), .entries = {{serial_of(leaf()), reason(1)}}, .extensions = point({kUrl})});
  for (const std::string& bytes :
       {""s, "0"s, "junk"s, "<html>404</html>"s, pem(good).substr(0, 200), good + "x", leaf().der})
    BOOST_TEST(says(bytes) == "not a CRL");
  for (std::size_t size = 0; size < good.size(); ++size)
    BOOST_TEST(says(good.substr(0, size)) == "not a CRL");
  // Every octet changed: never believed.
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    const std::string seen = says(changed);
    BOOST_TEST((seen != "good" && seen != "revoked"), "octet " << i);
  }
}

BOOST_AUTO_TEST_CASE(a_large_list_is_fast) {
  CrlWish wish{.issuer = &ca()};
  for (unsigned i = 0; i < 100000; ++i)
    wish.entries.push_back({tlv(kDerInteger, "\x50" + std::to_string(i * 7919U)), reason(4)});
  wish.entries.push_back({serial_of(leaf()), ""});
  const std::string bytes = make_crl(wish);
  const auto certificate = leaf().certificate(), issuer = ca().certificate();
  const auto start = std::chrono::steady_clock::now();
  const auto parsed = Crl::parse(bytes);
  const auto after_parse = std::chrono::steady_clock::now();
  BOOST_TEST(outcome(std::get<0>(parsed)->answer(kUrl, *certificate, *issuer)) == "revoked");
  const auto after_first = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i) std::get<0>(parsed)->answer(kUrl, *certificate, *issuer);
  const auto end = std::chrono::steady_clock::now();
  const auto ms = [](auto duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  };
  BOOST_TEST_MESSAGE(bytes.size() << " bytes: parsed in " << ms(after_parse - start)
                                  << " ms, first answer " << ms(after_first - after_parse)
                                  << " ms, 1,000 answers " << ms(end - after_first) << " ms");
  BOOST_TEST(ms(end - after_first) < 1000);  // a walk through the list takes milliseconds each
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
