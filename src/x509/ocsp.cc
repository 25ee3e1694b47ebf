// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/ocsp.h"

#include <gnutls/ocsp.h>
#include <gnutls/x509.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <optional>
#include <vector>

#include "x509/crt_handle.h"
#include "x509/datum.h"

namespace forcetls {

namespace {

// Answers for one request hold one; some servers hold a few in stock together.
constexpr unsigned kMaxSingleResponses = 64;
constexpr unsigned kMaxExtensions = 32;

template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

using OcspRequest = Owned<gnutls_ocsp_req_int>;
using OcspResponse = Owned<gnutls_ocsp_resp_int>;

OcspRequest new_request() {
  gnutls_ocsp_req_t raw = nullptr;
  gnutls_ocsp_req_init(&raw);
  return {raw, gnutls_ocsp_req_deinit};
}

/// The identity of a certificate in OCSP (RFC 6960 section 4.1.1).
struct CertId {
  OwnedDatum issuer_name, issuer_key, serial;

  bool operator==(const CertId& other) const {
    return issuer_name.view() == other.issuer_name.view() &&
           issuer_key.view() == other.issuer_key.view() && serial.view() == other.serial.view();
  }
};

/// `crt` as a response that hashes with `digest` would name it.
bool names(const CertId& given, gnutls_digest_algorithm_t digest, gnutls_x509_crt_t issuer,
           gnutls_x509_crt_t crt) {
  const OcspRequest request = new_request();
  CertId wanted;
  return gnutls_ocsp_req_add_cert(request.get(), digest, issuer, crt) >= 0 &&
         gnutls_ocsp_req_get_cert_id(request.get(), 0, nullptr, wanted.issuer_name.out(),
                                     wanted.issuer_key.out(), wanted.serial.out()) >= 0 &&
         given == wanted;
}

Time to_time(std::time_t time) { return Time(std::chrono::seconds(time)); }

struct SingleResponse {
  unsigned status = GNUTLS_OCSP_CERT_UNKNOWN;
  Time this_update{};
  Time next_update{};
};

/// The one about `crt`.
std::optional<SingleResponse> find_single(gnutls_ocsp_resp_t response, gnutls_x509_crt_t issuer,
                                          gnutls_x509_crt_t crt) {
  for (unsigned i = 0; i < kMaxSingleResponses; ++i) {
    gnutls_digest_algorithm_t digest = GNUTLS_DIG_UNKNOWN;
    CertId id;
    unsigned status = 0;
    std::time_t from = -1, to = -1;
    const int result =
        gnutls_ocsp_resp_get_single(response, i, &digest, id.issuer_name.out(), id.issuer_key.out(),
                                    id.serial.out(), &status, &from, &to, nullptr, nullptr);
    if (result < 0) return std::nullopt;
    if (from == -1 || !names(id, digest, issuer, crt)) continue;
    return SingleResponse{status, to_time(from),
                          to == -1 ? to_time(from) + std::chrono::days(1) : to_time(to)};
  }
  return std::nullopt;
}

bool has_unknown_critical_extension(gnutls_ocsp_resp_t response) {
  for (unsigned i = 0; i < kMaxExtensions; ++i) {
    OwnedDatum oid, value;
    unsigned critical = 0;
    if (gnutls_ocsp_resp_get_extension(response, i, oid.out(), &critical, value.out()) < 0)
      return false;
    if (critical) return true;
  }
  return true;
}

/// Those in the response that may have signed it in the issuer's place.
std::vector<X509Certificate> delegates(gnutls_ocsp_resp_t response) {
  std::vector<X509Certificate> found;
  gnutls_x509_crt_t* certificates = nullptr;
  std::size_t count = 0;
  if (gnutls_ocsp_resp_get_certs(response, &certificates, &count) < 0) return found;
  for (std::size_t i = 0; i < count; ++i) {
    OwnedDatum der;
    if (gnutls_x509_crt_export2(certificates[i], GNUTLS_X509_FMT_DER, der.out()) >= 0) {
      auto parsed = parse_certificate(der.view());
      const auto* one = std::get_if<X509Certificate>(&parsed);
      const auto is_for_ocsp = [](const auto& oid) { return oid == GNUTLS_KP_OCSP_SIGNING; };
      if (one && std::any_of(one->purposes.begin(), one->purposes.end(), is_for_ocsp))
        found.push_back(*one);
    }
    gnutls_x509_crt_deinit(certificates[i]);
  }
  gnutls_free(certificates);
  return found;
}

/// Empty: the issuer signed, or one whom it issued for that.
std::string signature_problem(gnutls_ocsp_resp_t response, gnutls_x509_crt_t issuer) {
  const auto algorithm =
      static_cast<gnutls_sign_algorithm_t>(gnutls_ocsp_resp_get_signature_algorithm(response));
  if (!gnutls_sign_is_secure2(algorithm, GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS))
    return "insecure signature algorithm";
  // The delegate's dates are compared with the answer's: nobody asks the clock here.
  constexpr unsigned kFlags =
      GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS;
  unsigned problems = 0;
  if (gnutls_ocsp_resp_verify_direct(response, issuer, &problems, kFlags) < 0)
    return "wrong signature";
  if (problems == 0) return {};
  if (problems & GNUTLS_OCSP_VERIFY_SIGNATURE_FAILURE) return "wrong signature";
  if (problems & GNUTLS_OCSP_VERIFY_INSECURE_ALGORITHM) return "insecure signature algorithm";
  return "signed by one whom the issuer did not delegate";
}

const char* status_text(int status) {
  switch (status) {
    case GNUTLS_OCSP_RESP_MALFORMEDREQUEST: return "the server says: malformed request";
    case GNUTLS_OCSP_RESP_INTERNALERROR: return "the server says: internal error";
    case GNUTLS_OCSP_RESP_TRYLATER: return "the server says: try later";
    case GNUTLS_OCSP_RESP_SIGREQUIRED: return "the server wants signed requests";
    case GNUTLS_OCSP_RESP_UNAUTHORIZED: return "the server says: unauthorized";
    default: return "not an OCSP response";
  }
}

}  // namespace

std::variant<RevocationAnswer, std::string> read_ocsp(std::string_view der,
                                                      const X509Certificate& certificate,
                                                      const X509Certificate& issuer) {
  gnutls_ocsp_resp_t raw = nullptr;
  gnutls_ocsp_resp_init(&raw);
  const OcspResponse response(raw, gnutls_ocsp_resp_deinit);
  const gnutls_datum_t bytes = datum(der);
  if (gnutls_ocsp_resp_import(raw, &bytes) < 0) return "not an OCSP response";
  if (const int status = gnutls_ocsp_resp_get_status(raw); status != GNUTLS_OCSP_RESP_SUCCESSFUL)
    return status_text(status);

  const CrtHandle crt = make_crt_handle(certificate), issuers = make_crt_handle(issuer);
  if (std::string problem = signature_problem(raw, issuers.get()); !problem.empty()) return problem;
  if (has_unknown_critical_extension(raw)) return "an unknown critical extension";
  const auto single = find_single(raw, issuers.get(), crt.get());
  if (!single) return "an answer about another certificate";
  if (single->status == GNUTLS_OCSP_CERT_UNKNOWN) return "the server does not know the certificate";

  RevocationAnswer answer{
      .revoked = single->status == GNUTLS_OCSP_CERT_REVOKED,
      .this_update = single->this_update,
      .next_update = single->next_update,
      .source = certificate.ocsp_urls.empty() ? "OCSP" : certificate.ocsp_urls.front()};
  for (const X509Certificate& delegate : delegates(raw)) {
    if (answer.this_update < delegate.not_before || delegate.not_after < answer.this_update)
      return "signed by a delegate out of its dates";
    answer.next_update = std::min(answer.next_update, delegate.not_after + std::chrono::seconds(1));
  }
  return answer;
}

std::string make_ocsp_request(const X509Certificate& certificate, const X509Certificate& issuer) {
  const CrtHandle crt = make_crt_handle(certificate), issuers = make_crt_handle(issuer);
  const OcspRequest request = new_request();
  OwnedDatum der;
  // SHA-1: an identity, not a proof; many servers know no other (RFC 5019 section 2.1.1).
  if (gnutls_ocsp_req_add_cert(request.get(), GNUTLS_DIG_SHA1, issuers.get(), crt.get()) < 0 ||
      gnutls_ocsp_req_export(request.get(), der.out()) < 0)
    return {};
  return std::string(der.view());
}

}  // namespace forcetls
