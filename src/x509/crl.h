// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// One certificate revocation list (RFC 5280 section 5), kept as its bytes and an index of the
/// serial numbers: GnuTLS's tree takes sixty times the size, and to make it minutes for 100,000
/// entries. Complete lists of one issuer only.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>

#include "core/digest.h"
#include "x509/certificate.h"
#include "x509/crl_parser.h"
#include "x509/revocation_answer.h"

namespace forcetls {

/// Immutable; safe from any thread.
class Crl {
 public:
  /// DER or PEM. A string: not a CRL; a delta or indirect one, one for some reasons or for
  /// attribute certificates only; a critical extension that is not known.
  static std::variant<std::unique_ptr<const Crl>, std::string> parse(std::string bytes);

  Crl(const Crl&) = delete;
  Crl& operator=(const Crl&) = delete;

  /// What it says of `certificate`, which names `url` as distribution point. A string: not signed
  /// by `issuer`, or made for other certificates (RFC 5280 section 6.3.3). The signature is
  /// verified once for each issuer; later answers take microseconds. A certificate on hold is
  /// revoked for as long as it is listed.
  std::variant<RevocationAnswer, std::string> answer(std::string_view url,
                                                     const X509Certificate& certificate,
                                                     const X509Certificate& issuer) const;

  const std::string& der() const { return der_; }
  std::string issuer() const;  // RFC 4514; as the file says, not verified
  Time next_update() const { return parts_.next_update; }

 private:
  explicit Crl(std::string der) : der_(std::move(der)) {}

  std::string signature_problem(const X509Certificate& issuer) const;
  std::string scope_problem(const X509Certificate& certificate, std::string_view url) const;

  const std::string der_;
  CrlParts parts_;

  mutable std::mutex mutex_;
  mutable std::map<Digest, std::string> verified_;  // by issuer: what is wrong, or nothing
};

}  // namespace forcetls
