// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// A certificate with the chain beside it, and what the trust anchors and the revocation answers
/// make of it at a given time. Trust is found out once, when first asked for, without any disk or
/// network; then each question is a comparison of times. Safe from any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/session.h"
#include "x509/certificate.h"
#include "x509/revocation_store.h"
#include "x509/trust_store.h"

namespace forcetls {

class JudgedChain {
 public:
  /// `chain` is not empty, leaf first; the order of the others does not matter.
  JudgedChain(CertificateChain chain, std::shared_ptr<const TrustStore> trust,
              std::shared_ptr<const RevocationStore> revocation);

  const CertificateChain& chain() const { return chain_; }
  const X509Certificate& leaf() const { return *chain_.front(); }

  /// The first beside the leaf whose key signed it; nullptr: none.
  CertificatePtr issuer_beside() const;

  /// The facts of the leaf, with state Verified, Expired (paths there are, but none within its
  /// dates) or Untrusted. The paths within their dates count, or, where there is none, all; of
  /// those, the ones without a revoked CA, if any. `root_cns` are theirs. `revoked` is true if the
  /// leaf, or a CA on each path that counts, is revoked (also by an answer no longer fresh:
  /// revocation does not end); false if for all on one path but the anchor there is a fresh answer;
  /// else unknown. Of a leaf without path, the answers signed by its issuer decide, if that is in
  /// the chain.
  Certificate facts_at(Time time) const;

  /// The paths, and where there are none, why.
  const std::vector<TrustPath>& paths() const;
  const std::string& problem() const;

 private:
  struct Judgement;
  const Judgement& judged() const;

  CertificateChain chain_;
  std::shared_ptr<const TrustStore> trust_;
  std::shared_ptr<const RevocationStore> revocation_;
  mutable std::once_flag once_;
  mutable std::shared_ptr<const Judgement> judgement_;
};

}  // namespace forcetls
