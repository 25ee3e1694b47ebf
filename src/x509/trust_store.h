// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The trust anchors of [trust] ca-file, or the system's, and the paths from a certificate to them.
/// An anchor is whatever is in that file, also an intermediate or a partner's own certificate.
/// Immutable; any number of threads may ask at once. Reads files only when loaded.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "x509/certificate.h"

namespace forcetls {

class TrustAnchors;

/// A chain of valid signatures to a trust anchor, none by MD5 or SHA-1, with constraints of CA, key
/// usage, name and path length respected; all of it serves serverAuth, or all of it clientAuth.
struct TrustPath {
  CertificateChain certificates;  // leaf first, the anchor last; one alone is both
  Time not_before{};              // all of them are within their dates from here …
  Time not_after{};               // … to here, both included
};

class TrustStore {
 public:
  /// An empty path: the system's store. A string is what is wrong with the file; it does not name
  /// it.
  static std::variant<std::shared_ptr<const TrustStore>, std::string> load(
      const std::string& ca_file);

  /// Trusts nobody.
  TrustStore();
  explicit TrustStore(CertificateChain anchors);
  TrustStore(const TrustStore&) = delete;
  TrustStore& operator=(const TrustStore&) = delete;
  ~TrustStore();

  /// Every path from the leaf of `chain` over its other certificates, in any order, to an anchor,
  /// as far as they are found among 64 candidates and 8 certificates long; dates do not count. Two
  /// paths to one anchor differ in an intermediate. `problem`: where there is none, why, in
  /// GnuTLS's words. Well below 1 ms.
  std::vector<TrustPath> find_paths(const CertificateChain& chain, std::string& problem) const;

  const CertificateChain& anchors() const;

 private:
  std::unique_ptr<const TrustAnchors> anchors_;
};

}  // namespace forcetls
