// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/path_check.h"

#include <fmt/ranges.h>

#include <boost/test/unit_test.hpp>

#include "x509/pki.h"

BOOST_AUTO_TEST_SUITE(path_check)

namespace {

using namespace forcetls;
using pki::chain_of;
using pki::KeyKind;
using pki::Made;
using pki::make;

constexpr const char* kValid = "valid";
constexpr const char* kBadSignature = "The signature in the certificate is invalid.";
constexpr const char* kInsecure = "The certificate chain uses insecure algorithm.";
constexpr const char* kConstraints = "The certificate chain violates the signer's constraints.";
constexpr const char* kNotCa = "The certificate issuer is not a CA.";
constexpr const char* kPurpose = "The certificate chain does not match the intended purpose.";

/// Of a row from the leaf to its anchor.
std::string judge(const std::vector<Made>& row) {
  const unsigned status = check_path(chain_of(row));
  return status == 0 ? kValid : format_path_status(status);
}

Made root() { return make({.cns = {"Root"}, .ca = true}); }
Made below(const Made& issuer, const std::string& name = "CA") {
  return make({.cns = {name}, .issuer = &issuer, .ca = true});
}
Made leaf(const Made& issuer) { return make({.cns = {"leaf"}, .issuer = &issuer}); }

}  // namespace

BOOST_AUTO_TEST_CASE(kinds_of_keys) {
  for (const KeyKind kind : {KeyKind::P256, KeyKind::P384, KeyKind::P521, KeyKind::Rsa1024,
                             KeyKind::Rsa2048, KeyKind::Ed25519}) {
    const Made ca = make({.cns = {"Root"}, .key_kind = kind, .ca = true});
    const Made mail = make({.cns = {"leaf"}, .issuer = &ca, .key_kind = kind});
    BOOST_TEST_CONTEXT(static_cast<int>(kind)) { BOOST_TEST(judge({mail, ca}) == kValid); }
  }
}

BOOST_AUTO_TEST_CASE(broken_signatures) {
  const Made rsa = make({.cns = {"Root"}, .key_kind = KeyKind::Rsa2048, .ca = true});
  const Made curve = root();
  const auto signed_by = [](const Made& issuer, gnutls_digest_algorithm_t hash) {
    return make({.cns = {"leaf"}, .issuer = &issuer, .hash = hash});
  };
  BOOST_TEST(judge({signed_by(rsa, GNUTLS_DIG_SHA256), rsa}) == kValid);
  BOOST_TEST(judge({signed_by(rsa, GNUTLS_DIG_SHA512), rsa}) == kValid);
  BOOST_TEST(judge({signed_by(rsa, GNUTLS_DIG_SHA1), rsa}) == kInsecure);
  BOOST_TEST(judge({signed_by(rsa, GNUTLS_DIG_MD5), rsa}) == kInsecure);
  BOOST_TEST(judge({signed_by(curve, GNUTLS_DIG_SHA1), curve}) == kInsecure);
  // Under its issuer's name: GnuTLS takes that for self-signed and lets it pass.
  const Made same_name =
      make({.cns = {"Root"}, .issuer = &rsa, .hash = GNUTLS_DIG_SHA1, .key_ids = false});
  BOOST_TEST(judge({same_name, rsa}) == kInsecure);
  // In the middle.
  const Made weak = make({.cns = {"CA"}, .issuer = &rsa, .hash = GNUTLS_DIG_SHA1, .ca = true});
  BOOST_TEST(judge({leaf(weak), weak, rsa}) == kInsecure);
  // How an anchor was signed says nothing.
  const Made old = make(
      {.cns = {"Old"}, .key_kind = KeyKind::Rsa1024, .hash = GNUTLS_DIG_MD5, .ca = true});
  BOOST_TEST(judge({leaf(old), old}) == kValid);
  BOOST_TEST(judge({old}) == kValid);
  // One bit of the signature.
  Made bad = leaf(curve);
  bad.der.back() = static_cast<char>(bad.der.back() ^ 1);
  BOOST_TEST(judge({bad, curve}) == kBadSignature);
}

BOOST_AUTO_TEST_CASE(what_a_ca_may_do) {
  const Made top = root();
  const auto under = [&](pki::Wish wish) {
    wish.cns = {"CA"};
    wish.issuer = &top;
    const Made ca = make(wish);
    return judge({leaf(ca), ca, top});
  };
  BOOST_TEST(under({.ca = true}) == kValid);
  BOOST_TEST(under({.ca = true, .path_length = 0}) == kValid);
  BOOST_TEST(under({.ca = true, .key_usage = GNUTLS_KEY_KEY_CERT_SIGN}) == kValid);
  BOOST_TEST(under({.ca = true, .key_usage = GNUTLS_KEY_CRL_SIGN}) == kConstraints);
  BOOST_TEST(under({}) == kNotCa);
  BOOST_TEST(under({.basic_constraints = false}) == kNotCa);
  BOOST_TEST(under({.ca = true, .also = [](gnutls_x509_crt_t crt) {
               pki::check(gnutls_x509_crt_set_extension_by_oid(crt, "1.2.3.4", "\x05\x00", 2, 1),
                          "gnutls_x509_crt_set_extension_by_oid");
             }}) == "The certificate contains an unknown critical extension.");

  const Made first = make({.cns = {"A"}, .issuer = &top, .ca = true, .path_length = 0});
  const Made second = below(first, "B");
  BOOST_TEST(judge({leaf(second), second, first, top}) == kConstraints);
  BOOST_TEST(judge({leaf(first), first, top}) == kValid);
  const Made short_root = make({.cns = {"Root"}, .ca = true, .path_length = 0});
  const Made too_deep = below(short_root);
  BOOST_TEST(judge({leaf(too_deep), too_deep, short_root}) == kConstraints);

  // A leaf as issuer, also as anchor.
  const Made mail = leaf(top), child = leaf(mail);
  BOOST_TEST(judge({child, mail, top}) == kNotCa);
  BOOST_TEST(judge({child, mail}) == kNotCa);
}

BOOST_AUTO_TEST_CASE(purposes) {
  const std::string server = pki::kServerAuth, client = pki::kClientAuth;
  const std::string email = pki::kEmailProtection, any = pki::kAnyPurpose;
  struct Case {
    std::vector<std::string> leaf, ca, root;
    std::string expected;
  };
  const Case cases[] = {
      {{}, {}, {}, kValid},
      {{server}, {}, {}, kValid},
      {{client}, {}, {}, kValid},
      {{server, client}, {server}, {}, kValid},
      {{email, client}, {}, {}, kValid},
      {{any}, {}, {}, kValid},
      {{email}, {}, {}, kPurpose},
      {{pki::kOcspSigning}, {}, {}, kPurpose},
      {{}, {email}, {}, kPurpose},
      {{server}, {server, client}, {client, server}, kValid},
      {{server}, {any}, {}, kValid},
      {{server}, {client}, {}, kPurpose},  // no purpose that all serve
      {{server, client}, {server}, {client}, kPurpose},
      {{server}, {}, {email}, kPurpose},
  };
  for (const Case& one : cases) {
    const Made top = make({.cns = {"Root"}, .ca = true, .purposes = one.root});
    const Made ca = make({.cns = {"CA"}, .issuer = &top, .ca = true, .purposes = one.ca});
    const Made mail = make({.cns = {"leaf"}, .issuer = &ca, .purposes = one.leaf});
    BOOST_TEST_CONTEXT(fmt::format("{} {} {}", one.leaf, one.ca, one.root)) {
      BOOST_TEST(judge({mail, ca, top}) == one.expected);
    }
  }
  const Made self = make({.cns = {"self"}, .purposes = {email}});
  BOOST_TEST(judge({self}) == kPurpose);
}

BOOST_AUTO_TEST_CASE(signed_by) {
  const Made ca = root(), same_name = root();
  const Made rsa = make({.cns = {"R"}, .key_kind = KeyKind::Rsa2048});
  const auto is_signed = [](const Made& certificate, const Made& issuer) {
    return is_signed_by(*certificate.certificate(), *issuer.certificate());
  };
  const Made mail = leaf(ca);
  BOOST_TEST(is_signed(mail, ca));
  BOOST_TEST(is_signed(ca, ca));
  BOOST_TEST(!is_signed(mail, same_name));
  BOOST_TEST(!is_signed(mail, mail));
  // What else is wrong does not count: not a CA, SHA-1, purpose.
  const Made child = make({.cns = {"c"},
                           .issuer = &rsa,
                           .hash = GNUTLS_DIG_SHA1,
                           .purposes = {pki::kEmailProtection}});
  BOOST_TEST(is_signed(child, rsa));
}

BOOST_AUTO_TEST_CASE(words) {
  BOOST_TEST(format_path_status(GNUTLS_CERT_INVALID) == "The certificate is NOT trusted.");
  BOOST_TEST(format_path_status(GNUTLS_CERT_INVALID | GNUTLS_CERT_SIGNER_NOT_FOUND |
                                GNUTLS_CERT_INSECURE_ALGORITHM) ==
             "The certificate issuer is unknown. The certificate chain uses insecure algorithm.");
}

BOOST_AUTO_TEST_SUITE_END()
