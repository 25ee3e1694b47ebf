// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Answers about revocation that `forcetls refresh` left in the state directory: CRLs and OCSP
/// responses, all in memory after loading. Immutable; safe from any thread. Fetches nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/session.h"
#include "x509/certificate.h"
#include "x509/file_problem.h"
#include "x509/revocation_answer.h"

namespace forcetls {

/// The largest that are read.
inline constexpr std::size_t kMaxCrl = std::size_t{32} * 1024 * 1024;
// GnuTLS needs time in the square of a response's size.
inline constexpr std::size_t kMaxOcsp = std::size_t{64} * 1024;

/// The folders of the state directory. Names of files in one end in a dot and its name.
inline constexpr const char* kAnswerFolders[] = {"crl", "ocsp"};

/// One CRL in the store, for lists of what ends.
struct StoredCrl {
  std::string file;  // path
  std::string issuer;
  Time next_update{};
};

class RevocationStore {
 public:
  /// Knows nothing.
  RevocationStore();
  RevocationStore(const RevocationStore&) = delete;
  RevocationStore& operator=(const RevocationStore&) = delete;
  ~RevocationStore();

  /// Reads STATE/crl/*.crl and STATE/ocsp/*.ocsp; missing folders hold nothing. A file that cannot
  /// be read is a problem and left out.
  static std::shared_ptr<const RevocationStore> load(const std::string& state_directory,
                                                     std::vector<FileProblem>& problems);

  /// All that the store has on `certificate`: CRLs stored under its own distribution points, and
  /// its OCSP response, each only if `issuer` (or whom it delegated, RFC 6960 section 4.2.2.2)
  /// signed it. Also what is not fresh.
  std::vector<RevocationAnswer> answers(const X509Certificate& certificate,
                                        const X509Certificate& issuer) const;

  std::vector<StoredCrl> crls() const;

 private:
  struct Contents;
  std::unique_ptr<const Contents> contents_;
};

/// Where in the state directory the answer of a source is kept: `crl/SHA256-OF-URL.crl`,
/// `ocsp/SHA256-OF-CERTIFICATE.ocsp`.
std::string crl_file_name(std::string_view url);
std::string ocsp_file_name(const X509Certificate& certificate);
/// Whether `name` looks like one of these.
bool is_answer_name(std::string_view name);

}  // namespace forcetls
