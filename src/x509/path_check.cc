// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/path_check.h"

#include <gnutls/gnutls.h>

#include <algorithm>
#include <string_view>

#include "x509/crt_handle.h"
#include "x509/datum.h"
#include "x509/name_constraints.h"

namespace forcetls {

namespace {

constexpr unsigned kFlags =
    GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS;

bool serves(const X509Certificate& certificate, std::string_view purpose) {
  const auto& purposes = certificate.purposes;
  return purposes.empty() || std::any_of(purposes.begin(), purposes.end(), [&](const auto& oid) {
           return oid == purpose || oid == GNUTLS_KP_ANY;
         });
}

bool all_serve(const CertificateChain& path, std::string_view purpose) {
  return std::all_of(path.begin(), path.end(),
                     [&](const auto& certificate) { return serves(*certificate, purpose); });
}

/// GnuTLS lets one pass that bears its issuer's name.
bool has_secure_signature(gnutls_x509_crt_t crt) {
  const auto algorithm =
      static_cast<gnutls_sign_algorithm_t>(gnutls_x509_crt_get_signature_algorithm(crt));
  return gnutls_sign_is_secure2(algorithm, GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS) != 0;
}

}  // namespace

unsigned check_path(const CertificateChain& path) {
  std::vector<CrtHandle> handles;
  std::vector<gnutls_x509_crt_t> below;
  for (const CertificatePtr& certificate : path) {
    handles.push_back(make_crt_handle(*certificate));
    below.push_back(handles.back().get());
  }
  const gnutls_x509_crt_t anchor = below.back();
  if (below.size() > 1) below.pop_back();

  unsigned status = 0;
  if (gnutls_x509_crt_list_verify(below.data(), static_cast<unsigned>(below.size()), &anchor, 1,
                                  nullptr, 0, kFlags, &status) < 0)
    return GNUTLS_CERT_INVALID;
  if (status != 0) return status;

  if (below.front() != anchor && !std::all_of(below.begin(), below.end(), has_secure_signature))
    return GNUTLS_CERT_INVALID | GNUTLS_CERT_INSECURE_ALGORITHM;
  if (!all_serve(path, GNUTLS_KP_TLS_WWW_SERVER) && !all_serve(path, GNUTLS_KP_TLS_WWW_CLIENT))
    return GNUTLS_CERT_INVALID | GNUTLS_CERT_PURPOSE_MISMATCH;
  if (!name_constraints_hold(path))
    return GNUTLS_CERT_INVALID | GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE;
  return 0;
}

bool is_signed_by(const X509Certificate& certificate, const X509Certificate& issuer) {
  const CrtHandle below = make_crt_handle(certificate), above = make_crt_handle(issuer);
  const gnutls_x509_crt_t crt = below.get(), ca = above.get();
  constexpr unsigned flags =
      kFlags | GNUTLS_VERIFY_ALLOW_BROKEN | GNUTLS_VERIFY_DO_NOT_ALLOW_SAME;
  unsigned status = 0;
  return gnutls_x509_crt_list_verify(&crt, 1, &ca, 1, nullptr, 0, flags, &status) >= 0 &&
         (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNATURE_FAILURE)) == 0;
}

std::string format_path_status(unsigned status) {
  constexpr std::string_view kBad = "The certificate is NOT trusted. ";
  OwnedDatum printed;
  if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, printed.out(), 0) < 0)
    return {};
  std::string text(printed.view());
  if (text.size() > kBad.size() && text.starts_with(kBad)) text.erase(0, kBad.size());
  text.erase(text.find_last_not_of(" \n") + 1);
  return text;
}

}  // namespace forcetls
