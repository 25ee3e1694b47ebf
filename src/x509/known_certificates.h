// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The certificates that forcetls knows whole: those in [trust] known-certificates and those that
/// rules name by `file`. An MTA tells a digest; here is what stands behind it (DESIGN.md section
/// 6). Filled while the configuration is loaded, then immutable and safe from any thread.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/digest.h"
#include "core/session.h"
#include "x509/chain.h"
#include "x509/file_problem.h"

namespace forcetls {

struct KnownCertificate {
  std::string file;  // as found: the folder's name and the file's
  bool in_directory = false;  // else a rule alone names it
  JudgedChain chain;
};

class KnownCertificates {
 public:
  KnownCertificates(std::shared_ptr<const TrustStore> trust,
                    std::shared_ptr<const RevocationStore> revocation);

  /// Every file of the folder whose name ends in .pem, .crt, .cer or .der (in any case), in the
  /// order of names: leaf first, then its chain. One that cannot be read, or repeats a leaf, is a
  /// problem and left out; the others are taken. Hidden files and those of other names do not
  /// count. A folder that cannot be read, or is not there, is one problem. 10,000 files take less
  /// than 2 s.
  void add_directory(const std::string& directory, std::vector<FileProblem>& problems);
  /// A rule's `file`. What is known already stays as it is; what the folder brings later replaces
  /// it.
  void add_pinned(const std::string& file, CertificateChain chain);

  /// nullptr: not known.
  const KnownCertificate* find(const Digest& sha256) const;
  /// Whether the folder holds this one.
  bool directory_holds(const Digest& sha256) const;
  /// Whether the folder holds any: an MTA's silence then says nothing (DESIGN.md section 5).
  bool directory_holds_any() const { return directory_holds_any_; }
  /// Those of the folder: the others, which rules alone name, need no trust.
  std::vector<const KnownCertificate*> of_directory() const;
  /// In the order added.
  const std::vector<std::shared_ptr<const KnownCertificate>>& all() const { return all_; }

  /// Puts what is known in place of what the MTA told, if the digest is that of a known
  /// certificate; trust excepted, if a rule alone names it. Without a digest, a certificate that
  /// the MTA does not trust, or its silence, might be a known one: the state becomes Unknown, if
  /// the folder holds any.
  void identify(Certificate& certificate, Time time) const;

  const TrustStore& trust() const { return *trust_; }
  const RevocationStore& revocation() const { return *revocation_; }

 private:
  void add(const std::string& file, bool in_directory, CertificateChain chain);

  std::shared_ptr<const TrustStore> trust_;
  std::shared_ptr<const RevocationStore> revocation_;
  std::vector<std::shared_ptr<const KnownCertificate>> all_;
  std::unordered_map<Digest, const KnownCertificate*, DigestHash> by_digest_;
  bool directory_holds_any_ = false;
};

}  // namespace forcetls
