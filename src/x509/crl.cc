// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/crl.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include <algorithm>

#include "x509/certificate_fields.h"
#include "x509/crt_handle.h"
#include "x509/datum.h"
#include "x509/der.h"

namespace forcetls {

namespace {

constexpr std::string_view kRsaPss = "1.2.840.113549.1.1.10";

/// RSASSA-PSS has its hash in the parameters: SEQUENCE { [0] AlgorithmIdentifier, … } (RFC 4055).
gnutls_sign_algorithm_t pss_algorithm(DerReader parameters) {
  const auto list = parameters.take(kDerSequence);
  DerReader fields(list ? list->content : std::string_view());
  const auto hash = fields.take(constructed_tag(0));
  DerReader wrapped(hash ? hash->content : std::string_view());
  const auto identifier = wrapped.take(kDerSequence);
  DerReader inside(identifier ? identifier->content : std::string_view());
  const auto oid = inside.take(kDerObjectIdentifier);
  if (!oid) return GNUTLS_SIGN_UNKNOWN;
  return gnutls_pk_to_sign(GNUTLS_PK_RSA_PSS,
                           gnutls_oid_to_digest(format_oid(oid->content).c_str()));
}

gnutls_sign_algorithm_t read_algorithm(std::string_view identifier) {
  DerReader reader(identifier);
  const auto oid = reader.take(kDerObjectIdentifier);
  if (!oid) return GNUTLS_SIGN_UNKNOWN;
  const std::string text = format_oid(oid->content);
  if (text == kRsaPss) return pss_algorithm(reader);
  return gnutls_oid_to_sign(text.c_str());
}

/// Whether the certificate's own extensions let its key sign CRLs.
bool may_sign_crls(gnutls_x509_crt_t issuer) {
  unsigned usage = 0;
  const int result = gnutls_x509_crt_get_key_usage(issuer, &usage, nullptr);
  if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return true;
  return result >= 0 && (usage & GNUTLS_KEY_CRL_SIGN);
}

using PublicKey = std::unique_ptr<gnutls_pubkey_st, void (*)(gnutls_pubkey_t)>;

/// Empty: the issuer's key signed this.
std::string verify_signature(const CrlParts& crl, const X509Certificate& issuer) {
  const CrtHandle crt = make_crt_handle(issuer);
  gnutls_pubkey_t raw_key = nullptr;
  gnutls_pubkey_init(&raw_key);
  const PublicKey key(raw_key, gnutls_pubkey_deinit);
  if (gnutls_pubkey_import_x509(key.get(), crt.get(), 0) < 0)
    return "its issuer's key cannot be read";
  if (!may_sign_crls(crt.get())) return "its issuer may not sign CRLs";

  const gnutls_sign_algorithm_t algorithm = read_algorithm(crl.algorithm);
  if (!gnutls_sign_is_secure2(algorithm, GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS))
    return "insecure signature algorithm";
  const gnutls_datum_t data = datum(crl.signed_part), signature = datum(crl.signature);
  if (gnutls_pubkey_verify_data2(key.get(), algorithm, 0, &data, &signature) < 0)
    return "wrong signature";
  return {};
}

}  // namespace

std::variant<std::unique_ptr<const Crl>, std::string> Crl::parse(std::string bytes) {
  if (!bytes.starts_with(static_cast<char>(kDerSequence))) {
    const gnutls_datum_t pem = datum(bytes);
    OwnedDatum decoded;
    if (gnutls_pem_base64_decode2("X509 CRL", &pem, decoded.out()) < 0) return "not a CRL";
    bytes = decoded.view();
  }
  std::unique_ptr<Crl> crl(new Crl(std::move(bytes)));
  if (std::string problem = parse_crl(crl->der_, crl->parts_); !problem.empty()) return problem;
  return crl;
}

std::string Crl::issuer() const {
  const gnutls_datum_t name = datum(parts_.issuer);
  OwnedDatum text;
  if (gnutls_x509_rdn_get2(&name, text.out(), 0) < 0) return {};
  return std::string(text.view());
}

std::string Crl::signature_problem(const X509Certificate& issuer) const {
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = verified_.try_emplace(issuer.sha256);
  if (is_new) known->second = verify_signature(parts_, issuer);
  return known->second;
}

std::string Crl::scope_problem(const X509Certificate& certificate, std::string_view url) const {
  if (parts_.only_user && certificate.is_ca) return "a CRL for certificates that are no CA's";
  if (parts_.only_ca && !certificate.is_ca) return "a CRL for CA certificates";
  if (!parts_.names_point) return {};
  // Another URL of the certificate is another spelling of the same point.
  const auto is_the_certificates = [&](std::string_view name) {
    const auto& own = certificate.crl_urls;
    return name == url || std::find(own.begin(), own.end(), name) != own.end();
  };
  return std::any_of(parts_.urls.begin(), parts_.urls.end(), is_the_certificates)
             ? ""
             : "the CRL of another distribution point";
}

std::variant<RevocationAnswer, std::string> Crl::answer(std::string_view url,
                                                        const X509Certificate& certificate,
                                                        const X509Certificate& issuer) const {
  // Compared octet by octet (RFC 5280 section 4.1).
  const auto fields = read_certificate_fields(certificate.der);
  const auto issuers = read_certificate_fields(issuer.der);
  if (!fields || !issuers) return "a certificate that cannot be read";
  if (parts_.issuer != issuers->subject || parts_.issuer != fields->issuer)
    return "the CRL of another issuer";
  if (std::string problem = scope_problem(certificate, url); !problem.empty()) return problem;
  if (std::string problem = signature_problem(issuer); !problem.empty()) return problem;
  return RevocationAnswer{
      .revoked = std::binary_search(parts_.serials.begin(), parts_.serials.end(), fields->serial),
      .this_update = parts_.this_update,
      .next_update = parts_.next_update,
      .source = std::string(url)};
}

}  // namespace forcetls
