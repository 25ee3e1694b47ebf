// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/ocsp.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "x509/revocation_writer.h"

namespace forcetls {

using namespace pki;
using namespace std::literals;

namespace {

struct Fixture {
  const Made ca = make({.cns = {"Issuing CA"}, .ca = true});
  const Made twin = make({.cns = {"Issuing CA"}, .ca = true});
  const Made leaf =
      make({.cns = {"mail.contoso.com"}, .issuer = &ca, .ocsp_urls = {"http://ocsp.example/"}});
  const Made other = make({.cns = {"other.example"}, .issuer = &ca});
  const Made delegate = make({.cns = {"OCSP"}, .issuer = &ca, .purposes = {kOcspSigning}});

  std::variant<RevocationAnswer, std::string> read(const std::string& response) const {
    return read_ocsp(response, *leaf.certificate(), *ca.certificate());
  }
  std::string says(const std::string& response) const { return outcome(read(response)); }

  /// Signed by somebody whose certificate comes along.
  std::string signed_by(const Made& signer) const {
    return says(
        make_ocsp({.signer = &signer, .singles = {{&leaf, &ca}}, .certificates = {&signer}}));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ocsp, Fixture)

BOOST_AUTO_TEST_CASE(what_the_server_says) {
  const auto with = [&](const std::string& status) {
    return says(make_ocsp({.signer = &ca, .singles = {{&leaf, &ca, status}}}));
  };
  BOOST_TEST(with(kGood) == "good");
  BOOST_TEST(with(kRevoked) == "revoked");
  BOOST_TEST(with(tlv(0xa1, generalized_time(kNow) + tlv(0xa0, tlv(0x0a, "\x06")))) == "revoked");
  BOOST_TEST(with(kUnknown) == "the server does not know the certificate");
}

BOOST_AUTO_TEST_CASE(dates) {
  const auto answer =
      std::get<RevocationAnswer>(read(make_ocsp({.signer = &ca, .singles = {{&leaf, &ca}}})));
  BOOST_TEST((answer.this_update == day(2026, 6, 14)));
  BOOST_TEST((answer.next_update == day(2026, 6, 16)));
  BOOST_TEST(answer.source == "http://ocsp.example/");
  const OcspSingle endless = {&leaf, &ca, kGood, day(2026, 6, 14), std::nullopt};
  const auto day_long =
      std::get<RevocationAnswer>(read(make_ocsp({.signer = &ca, .singles = {endless}})));
  BOOST_TEST((day_long.next_update == day(2026, 6, 15)));
}

BOOST_AUTO_TEST_CASE(about_this_certificate_of_this_issuer) {
  BOOST_TEST(says(make_ocsp({.signer = &ca, .singles = {{&other, &ca}}})) ==
             "an answer about another certificate");
  BOOST_TEST(says(make_ocsp({.signer = &ca, .singles = {{&leaf, &twin}}})) ==
             "an answer about another certificate");  // the same names, another key
  BOOST_TEST(says(make_ocsp({.signer = &ca, .singles = {}})) ==
             "an answer about another certificate");
  BOOST_TEST(says(make_ocsp({.signer = &ca, .singles = {{&other, &ca}, {&leaf, &ca, kRevoked}}})) ==
             "revoked");
  OcspWish crowd{.signer = &ca, .singles = std::vector<OcspSingle>(64, {&other, &ca})};
  crowd.singles.push_back({&leaf, &ca});
  BOOST_TEST(says(make_ocsp(crowd)) == "an answer about another certificate");  // not looked for
}

BOOST_AUTO_TEST_CASE(who_may_sign) {
  BOOST_TEST(signed_by(ca) == "good");
  BOOST_TEST(signed_by(delegate) == "good");
  const std::string undelegated = "signed by one whom the issuer did not delegate";
  BOOST_TEST(signed_by(other) == undelegated);  // issued, but not for OCSP
  BOOST_TEST(signed_by(leaf) == undelegated);
  const Made any_purpose = make({.cns = {"Any"}, .issuer = &ca, .purposes = {kAnyPurpose}});
  BOOST_TEST(signed_by(any_purpose) == undelegated);
  const Made of_twin = make({.cns = {"OCSP"}, .issuer = &twin, .purposes = {kOcspSigning}});
  BOOST_TEST(signed_by(of_twin) == undelegated);
  const Made of_delegate = make({.cns = {"Sub"}, .issuer = &delegate, .purposes = {kOcspSigning}});
  BOOST_TEST(signed_by(of_delegate) == undelegated);
  const Made self = make({.cns = {"OCSP"}, .purposes = {kOcspSigning}});
  BOOST_TEST(signed_by(self) == undelegated);
  BOOST_TEST(signed_by(twin) != "good");
  BOOST_TEST(says(make_ocsp({.signer = &twin, .singles = {{&leaf, &ca}}})) == "wrong signature");
  // A delegate whose certificate does not come along.
  BOOST_TEST(says(make_ocsp({.signer = &delegate, .singles = {{&leaf, &ca}}})) ==
             "wrong signature");
  // The delegate's certificate with another's signature.
  const Made forger = make({.cns = {"OCSP"}, .issuer = &twin, .purposes = {kOcspSigning}});
  BOOST_TEST(says(make_ocsp(
                 {.signer = &forger, .singles = {{&leaf, &ca}}, .certificates = {&delegate}})) ==
             "wrong signature");
}

BOOST_AUTO_TEST_CASE(a_delegate_counts_within_its_dates) {
  const auto delegated = [&](Time from, Time to) {
    const Made made = make({.cns = {"Dated"},
                            .issuer = &ca,
                            .purposes = {kOcspSigning},
                            .not_before = from,
                            .not_after = to});
    return read(make_ocsp({.signer = &made, .singles = {{&leaf, &ca}}, .certificates = {&made}}));
  };
  const std::string out = "signed by a delegate out of its dates";
  BOOST_TEST(outcome(delegated(day(2026, 1, 1), day(2026, 6, 13))) == out);
  BOOST_TEST(outcome(delegated(day(2026, 6, 15), day(2026, 7, 1))) == out);
  const auto short_lived = delegated(day(2026, 6, 14), day(2026, 6, 15));
  BOOST_TEST((std::get<RevocationAnswer>(short_lived).next_update ==
              day(2026, 6, 15) + std::chrono::seconds(1)));
}

BOOST_AUTO_TEST_CASE(insecure_signatures) {
  const Made rsa = make({.cns = {"RSA CA"}, .key_kind = KeyKind::Rsa2048, .ca = true});
  const Made below = make({.cns = {"x.example"}, .issuer = &rsa});
  const auto with = [&](const std::string& last, gnutls_sign_algorithm_t algorithm) {
    const std::string oid = "\x2a\x86\x48\x86\xf7\x0d\x01\x01" + last;
    const std::string response =
        make_ocsp({.signer = &rsa,
                   .singles = {{&below, &rsa}},
                   .algorithm = seq(tlv(kDerObjectIdentifier, oid) + tlv(5, "")),
                   .signs = algorithm});
    return outcome(read_ocsp(response, *below.certificate(), *rsa.certificate()));
  };
  BOOST_TEST(with("\x0b", GNUTLS_SIGN_RSA_SHA256) == "good");
  BOOST_TEST(with("\x05", GNUTLS_SIGN_RSA_SHA1) == "insecure signature algorithm");
}

BOOST_AUTO_TEST_CASE(extensions) {
  const auto with = [&](bool critical) {
    return says(make_ocsp({.signer = &ca,
                           .singles = {{&leaf, &ca}},
                           .extensions = extension("\x2a\x03", critical, tlv(5, ""))}));
  };
  BOOST_TEST(with(false) == "good");
  BOOST_TEST(with(true) == "an unknown critical extension");
}

BOOST_AUTO_TEST_CASE(error_statuses) {
  BOOST_TEST(says(format_ocsp(1, "")) == "the server says: malformed request");
  BOOST_TEST(says(format_ocsp(2, "")) == "the server says: internal error");
  BOOST_TEST(says(format_ocsp(3, "")) == "the server says: try later");
  BOOST_TEST(says(format_ocsp(5, "")) == "the server wants signed requests");
  BOOST_TEST(says(format_ocsp(6, "")) == "the server says: unauthorized");
}

BOOST_AUTO_TEST_CASE(no_bytes_surprise_it) {
  const std::string good =
      make_ocsp({.signer = &delegate, .singles = {{&leaf, &ca}}, .certificates = {&delegate}});
  for (const std::string& bytes : {""s, "junk"s, "<html>404</html>"s, leaf.der, format_ocsp(0, "")})
    BOOST_TEST(says(bytes) != "good");
  for (std::size_t size = 0; size < good.size(); ++size)
    BOOST_TEST(says(good.substr(0, size)) != "good");
  // What is signed cannot be changed; the envelope and the delegate's certificate may be spelt
  // otherwise where GnuTLS does not look.
  const std::string data = make_ocsp({.signer = &ca, .singles = {{&leaf, &ca, kRevoked}}});
  for (std::size_t i = 40; i < data.size(); ++i) {
    std::string changed = data;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    BOOST_TEST(says(changed) != "good", "octet " << i);
  }
}

BOOST_AUTO_TEST_CASE(a_request_names_the_certificate_by_sha1_and_has_no_nonce) {
  const std::string request = make_ocsp_request(*leaf.certificate(), *ca.certificate());
  BOOST_TEST(request.size() < 100U);
  BOOST_TEST(request.find("\x2b\x0e\x03\x02\x1a") != std::string::npos);  // id-sha1
  BOOST_TEST(request.find(serial_of(leaf)) != std::string::npos);
  BOOST_TEST(request.find("\x2b\x06\x01\x05\x05\x07\x30\x01\x02") == std::string::npos);  // nonce
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
