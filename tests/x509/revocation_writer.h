// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// CRLs and OCSP responses made inside a test, in any right or wrong form; GnuTLS makes no OCSP
/// responses and few CRLs. For certificates of pki.h:
///
///   const std::string crl = make_crl({.issuer = &ca, .entries = {{serial_of(leaf)}}});
///   const std::string ocsp = make_ocsp({.signer = &ca, .singles = {{&leaf, &ca}}});
#pragma once

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "x509/der.h"
#include "x509/ocsp.h"
#include "x509/pki.h"
#include "x509/revocation_answer.h"

namespace forcetls::pki {

/// One element of DER.
inline std::string tlv(int tag, const std::string& content) {
  std::string length;
  for (std::size_t rest = content.size(); rest > 0; rest >>= 8U)
    length.insert(length.begin(), static_cast<char>(rest & 0xffU));
  if (content.size() < 0x80) length.assign(1, static_cast<char>(content.size()));
  else length.insert(length.begin(), static_cast<char>(0x80U | length.size()));
  return static_cast<char>(tag) + length + content;
}

inline std::string seq(const std::string& content) { return tlv(kDerSequence, content); }

inline std::string utc_time(Time time) {
  return tlv(kDerUtcTime, fmt::format("{:%y%m%d%H%M%SZ}", time));
}

inline std::string generalized_time(Time time) {
  return tlv(kDerGeneralizedTime, fmt::format("{:%Y%m%d%H%M%SZ}", time));
}

inline std::string extension(const std::string& oid, bool critical, const std::string& value) {
  return seq(tlv(kDerObjectIdentifier, oid) + (critical ? tlv(kDerBoolean, "\xff") : "") +
             tlv(kDerOctetString, value));
}

// id-ce
inline const std::string kCrlNumberOid = "\x55\x1d\x14", kReasonOid = "\x55\x1d\x15",
                         kDeltaOid = "\x55\x1d\x1b", kPointOid = "\x55\x1d\x1c",
                         kIssuerOid = "\x55\x1d\x1d";
// ecdsa-with-SHA256; P-256 is what pki.h makes
inline const std::string kEcdsaSha256 =
    seq(tlv(kDerObjectIdentifier, "\x2a\x86\x48\xce\x3d\x04\x03\x02"));

inline std::string sign(gnutls_privkey_t key, const std::string& data,
                        gnutls_sign_algorithm_t algorithm = GNUTLS_SIGN_ECDSA_SHA256) {
  const gnutls_datum_t bytes = detail::datum(data);
  gnutls_datum_t signature{};
  check(gnutls_privkey_sign_data2(key, algorithm, 0, &bytes, &signature),
        "gnutls_privkey_sign_data2");
  return detail::take(signature);
}

/// The n-th of serial, algorithm, issuer, validity, subject in a certificate, whole.
inline std::string field_of(const std::string& der, int n) {
  DerReader outside(der);
  DerReader inside(outside.take()->content);
  DerReader fields(inside.take()->content);
  fields.take(0xa0);
  while (n-- > 0) fields.take();
  return std::string(fields.take()->whole);
}

inline std::string serial_of(const Made& made) { return field_of(made.der, 0); }
inline std::string subject_of(const Made& made) { return field_of(made.der, 4); }

inline const Time kNow = day(2026, 6, 15);

struct CrlEntry {
  std::string serial;      // INTEGER, whole
  std::string extensions;  // of the entry
};

struct CrlWish {
  const Made* issuer = nullptr;
  const Made* signer = nullptr;  // none: the issuer
  std::vector<CrlEntry> entries{};
  Time this_update = day(2026, 6, 14);
  std::optional<Time> next_update = day(2026, 6, 21);
  std::string extensions{};
  std::string algorithm = kEcdsaSha256;
  gnutls_sign_algorithm_t signs = GNUTLS_SIGN_ECDSA_SHA256;
};

inline std::string make_crl(const CrlWish& wish) {
  std::string entries;
  for (const auto& [serial, extensions] : wish.entries)
    entries +=
        seq(serial + utc_time(wish.this_update) + (extensions.empty() ? "" : seq(extensions)));
  const std::string list = seq(tlv(kDerInteger, "\x01") + wish.algorithm +
                               subject_of(*wish.issuer) + utc_time(wish.this_update) +
                               (wish.next_update ? generalized_time(*wish.next_update) : "") +
                               (entries.empty() ? "" : seq(entries)) +
                               (wish.extensions.empty() ? "" : tlv(0xa0, seq(wish.extensions))));
  const Made& signer = wish.signer ? *wish.signer : *wish.issuer;
  return seq(list + wish.algorithm +
             tlv(kDerBitString, std::string(1, '\0') + sign(signer.key.get(), list, wish.signs)));
}

/// `flags` are what follows the name in an issuing distribution point.
inline std::string point(const std::vector<std::string>& urls, const std::string& flags = {}) {
  std::string names;
  for (const std::string& url : urls) names += tlv(0x86, url);
  const std::string name = urls.empty() ? "" : tlv(0xa0, tlv(0xa0, names));
  return extension(kPointOid, true, seq(name + flags));
}

inline const std::string kGood = tlv(0x80, ""), kUnknown = tlv(0x82, "");
inline const std::string kRevoked = tlv(0xa1, generalized_time(day(2026, 6, 1)));

struct OcspSingle {
  const Made* certificate = nullptr;
  const Made* issuer = nullptr;
  std::string status = kGood;
  Time this_update = day(2026, 6, 14);
  std::optional<Time> next_update = day(2026, 6, 16);
};

struct OcspWish {
  const Made* signer = nullptr;
  std::vector<OcspSingle> singles{};
  std::vector<const Made*> certificates{};
  std::string extensions{};
  std::string algorithm = kEcdsaSha256;
  gnutls_sign_algorithm_t signs = GNUTLS_SIGN_ECDSA_SHA256;
};

/// As a request names the certificate.
inline std::string cert_id(const Made& certificate, const Made& issuer) {
  const std::string request = make_ocsp_request(*certificate.certificate(), *issuer.certificate());
  DerReader outside(request);
  DerReader signed_part(outside.take()->content);
  DerReader list(signed_part.take()->content);
  DerReader requests(list.take()->content);
  DerReader one(requests.take()->content);
  return std::string(one.take()->whole);
}

inline std::string format_ocsp(char status, const std::string& basic) {
  const std::string oid = tlv(kDerObjectIdentifier, "\x2b\x06\x01\x05\x05\x07\x30\x01\x01");
  return seq(tlv(0x0a, std::string(1, status)) +
             (basic.empty() ? "" : tlv(0xa0, seq(oid + tlv(kDerOctetString, basic)))));
}

inline std::string make_ocsp(const OcspWish& wish) {
  std::string singles, certificates;
  for (const OcspSingle& one : wish.singles)
    singles += seq(cert_id(*one.certificate, *one.issuer) + one.status +
                   generalized_time(one.this_update) +
                   (one.next_update ? tlv(0xa0, generalized_time(*one.next_update)) : ""));
  for (const Made* made : wish.certificates) certificates += made->der;
  const std::string data =
      seq(tlv(0xa1, subject_of(*wish.signer)) + generalized_time(kNow) + seq(singles) +
          (wish.extensions.empty() ? "" : tlv(0xa1, seq(wish.extensions))));
  const std::string signature = sign(wish.signer->key.get(), data, wish.signs);
  return format_ocsp(
      0, seq(data + wish.algorithm + tlv(kDerBitString, std::string(1, '\0') + signature) +
             (certificates.empty() ? "" : tlv(0xa0, seq(certificates)))));
}

/// What a test compares: `good`, `revoked`, or the problem.
inline std::string outcome(const std::variant<RevocationAnswer, std::string>& answer) {
  if (const auto* problem = std::get_if<std::string>(&answer)) return *problem;
  return std::get<RevocationAnswer>(answer).revoked ? "revoked" : "good";
}

}  // namespace forcetls::pki
