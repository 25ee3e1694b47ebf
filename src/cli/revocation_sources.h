// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Whom to ask about revocation, for certificates as JudgedChain will judge them; and what an
/// answer is worth beside the one that is there. Fetches and writes nothing.
#pragma once

#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "x509/chain.h"
#include "x509/revocation_store.h"

namespace forcetls {

/// A certificate that somebody is asked about, and who must have signed the answer.
struct Questioned {
  CertificatePtr certificate;
  CertificatePtr issuer;
};

struct OcspSource {
  CertificatePtr certificate;
  std::vector<CertificatePtr> issuers;  // all of one name, perhaps cross-certified
};

struct RevocationSources {
  std::map<std::string, std::vector<Questioned>> crls;  // by URL
  std::vector<OcspSource> ocsp;
  std::set<std::string> file_names;  // where their answers are

  /// All certificates of its paths but the anchors; without a path the leaf, if its issuer is
  /// beside it. Of one that has expired nobody answers any more: it is not asked for, but what
  /// there is of it stays.
  void add(const JudgedChain& chain, Time now);

 private:
  void add(const CertificatePtr& certificate, const CertificatePtr& issuer, Time now);

  std::map<Digest, std::size_t> ocsp_index_;
  std::set<std::pair<Digest, Digest>> seen_;
};

/// `mail.contoso.com`, not cleaned.
std::string label_of(const X509Certificate& certificate);

/// For each certificate concerned: what an answer says of it, or what is wrong.
using Answers = std::vector<std::variant<RevocationAnswer, std::string>>;

struct Worth {
  bool is_good = false;     // nothing to complain of
  bool is_to_keep = false;  // in place of the one that is there
  std::string text;
};

/// `there` are the answers on disk, in the same order as `fetched`; neither is empty. Nothing takes
/// the place of a newer answer, of one that served more of the certificates, or of a fresh one
/// unless it is fresh itself: an old answer may be replayed by anybody.
Worth weigh(const Answers& fetched, const Answers& there, Time now);

}  // namespace forcetls
