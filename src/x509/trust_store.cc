// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/trust_store.h"

#include <gnutls/x509.h>

#include <algorithm>
#include <new>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "x509/datum.h"
#include "x509/path_check.h"

namespace forcetls {

/// The anchors by their names; several may share one.
class TrustAnchors {
 public:
  explicit TrustAnchors(CertificateChain anchors) {
    for (CertificatePtr& anchor : anchors) {
      if (!digests_.insert(anchor->sha256).second) continue;
      by_subject_[anchor->subject].push_back(anchor);
      all_.push_back(std::move(anchor));
    }
  }

  const CertificateChain& all() const { return all_; }
  bool holds(const X509Certificate& certificate) const {
    return digests_.contains(certificate.sha256);
  }
  const CertificateChain& named(const std::string& subject) const {
    static const CertificateChain kNone;
    const auto found = by_subject_.find(subject);
    return found == by_subject_.end() ? kNone : found->second;
  }

 private:
  CertificateChain all_;
  std::unordered_map<std::string, CertificateChain> by_subject_;
  std::unordered_set<Digest, DigestHash> digests_;
};

namespace {

constexpr std::size_t kMaxCertificates = 8;
constexpr int kMaxSteps = 64;

TrustPath make_path(const CertificateChain& certificates) {
  TrustPath path = {certificates, certificates.front()->not_before,
                    certificates.front()->not_after};
  for (const CertificatePtr& certificate : certificates) {
    path.not_before = std::max(path.not_before, certificate->not_before);
    path.not_after = std::min(path.not_after, certificate->not_after);
  }
  return path;
}

/// GnuTLS follows the first issuer that bears the right name and does not turn back; here every row
/// of matching names is tried, because same-named CAs and cross-signed ones are what partners have.
class PathSearch {
 public:
  PathSearch(const TrustAnchors& anchors, const CertificateChain& chain)
      : anchors_(anchors), row_{chain.front()} {
    std::unordered_set<Digest, DigestHash> seen;
    for (const CertificatePtr& certificate : chain)
      if (!anchors.holds(*certificate) && seen.insert(certificate->sha256).second)
        others_.push_back(certificate);
  }

  std::vector<TrustPath> run() {
    step();
    return std::move(paths_);
  }
  /// Of the rows that were tried, why one failed.
  unsigned status() const { return status_; }

 private:
  void step() {
    if (++steps_ > kMaxSteps) return;
    if (anchors_.holds(*row_.back())) try_row();
    // GnuTLS leaves a self-issued one out of a row, so that the row is not what it judged.
    if (row_.size() == kMaxCertificates || (row_.size() > 1 && row_.back()->is_self_issued()))
      return;
    const std::string& issuer = row_.back()->issuer;
    for (const CertificatePtr& anchor : anchors_.named(issuer)) extend(anchor);
    for (const CertificatePtr& other : others_)
      if (other->subject == issuer) extend(other);
  }

  /// No key twice: that would be a loop, or a detour.
  void extend(const CertificatePtr& issuer) {
    const bool is_there = std::any_of(row_.begin(), row_.end(), [&](const auto& certificate) {
      return certificate->key_sha256 == issuer->key_sha256 &&
             certificate->subject == issuer->subject;
    });
    if (is_there) return;
    row_.push_back(issuer);
    step();
    row_.pop_back();
  }

  void try_row() {
    const unsigned status = check_path(row_);
    if (status == 0) paths_.push_back(make_path(row_));
    // A bad signature only says that the issuer is another one of that name.
    if ((status_ & ~kOtherIssuer) == 0) status_ = status;
  }

  static constexpr unsigned kOtherIssuer = GNUTLS_CERT_INVALID | GNUTLS_CERT_SIGNATURE_FAILURE;

  const TrustAnchors& anchors_;
  CertificateChain others_;
  CertificateChain row_;
  std::vector<TrustPath> paths_;
  unsigned status_ = 0;
  int steps_ = 0;
};

/// Those of the system's store that can be read.
std::variant<CertificateChain, std::string> load_system_anchors() {
  gnutls_x509_trust_list_t raw = nullptr;
  if (gnutls_x509_trust_list_init(&raw, 0) < 0) throw std::bad_alloc();
  const auto deinit = [](gnutls_x509_trust_list_t list) { gnutls_x509_trust_list_deinit(list, 1); };
  const std::unique_ptr<gnutls_x509_trust_list_st, decltype(deinit)> list(raw, deinit);
  const int count = gnutls_x509_trust_list_add_system_trust(raw, 0, 0);
  if (count < 0) return std::string("the system's store: ") + gnutls_strerror(count);

  CertificateChain anchors;
  gnutls_x509_trust_list_iter_t position = nullptr;
  gnutls_x509_crt_t crt = nullptr;
  while (gnutls_x509_trust_list_iter_get_ca(raw, &position, &crt) == 0) {
    OwnedDatum der;
    if (gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, der.out()) == 0) {
      auto parsed = parse_certificate(der.view());
      if (auto* certificate = std::get_if<X509Certificate>(&parsed))
        anchors.push_back(std::make_shared<const X509Certificate>(std::move(*certificate)));
    }
    gnutls_x509_crt_deinit(crt);
  }
  if (anchors.empty()) return "the system's store holds no certificate";
  return anchors;
}

}  // namespace

std::variant<std::shared_ptr<const TrustStore>, std::string> TrustStore::load(
    const std::string& ca_file) {
  auto loaded = ca_file.empty() ? load_system_anchors() : load_certificates(ca_file);
  if (auto* problem = std::get_if<std::string>(&loaded)) return std::move(*problem);
  return std::make_shared<const TrustStore>(std::get<CertificateChain>(std::move(loaded)));
}

TrustStore::TrustStore() : TrustStore(CertificateChain{}) {}

TrustStore::TrustStore(CertificateChain anchors)
    : anchors_(std::make_unique<const TrustAnchors>(std::move(anchors))) {}

TrustStore::~TrustStore() = default;

std::vector<TrustPath> TrustStore::find_paths(const CertificateChain& chain,
                                              std::string& problem) const {
  PathSearch search(*anchors_, chain);
  std::vector<TrustPath> paths = search.run();
  problem.clear();
  if (paths.empty()) {
    const unsigned unknown_issuer = GNUTLS_CERT_INVALID | GNUTLS_CERT_SIGNER_NOT_FOUND;
    problem = format_path_status(search.status() != 0 ? search.status() : unknown_issuer);
  }
  return paths;
}

const CertificateChain& TrustStore::anchors() const { return anchors_->all(); }

}  // namespace forcetls
