// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/known_certificates.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "core/ascii.h"

namespace forcetls {

namespace {

namespace fs = std::filesystem;

bool is_certificate_name(const std::string& name) {
  static constexpr std::string_view kEndings[] = {".pem", ".crt", ".cer", ".der"};
  return !name.starts_with('.') &&
         std::any_of(std::begin(kEndings), std::end(kEndings), [&](std::string_view ending) {
           return equal_without_case(fs::path(name).extension().native(), ending);
         });
}

/// Sorted; with the error that ended the listing, if any.
std::vector<std::string> list_names(const std::string& directory, std::error_code& error) {
  std::vector<std::string> names;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error))
    if (is_certificate_name(entry->path().filename())) names.push_back(entry->path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

std::variant<CertificateChain, std::string> read_file(const std::string& path,
                                                      CertificatePool& pool) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) && !error) return "it is not a file";
  return load_certificates(path, &pool);
}

}  // namespace

KnownCertificates::KnownCertificates(std::shared_ptr<const TrustStore> trust,
                                     std::shared_ptr<const RevocationStore> revocation)
    : trust_(std::move(trust)), revocation_(std::move(revocation)) {}

void KnownCertificates::add_directory(const std::string& directory,
                                      std::vector<FileProblem>& problems) {
  std::error_code error;
  const std::vector<std::string> names = list_names(directory, error);
  if (error) problems.push_back({directory, error.message()});

  CertificatePool pool;
  for (const std::string& name : names) {
    const std::string file = fs::path(directory) / name;
    auto chain = read_file(file, pool);
    if (auto* problem = std::get_if<std::string>(&chain)) {
      problems.push_back({file, std::move(*problem)});
      continue;
    }
    auto& certificates = std::get<CertificateChain>(chain);
    const KnownCertificate* first = find(certificates.front()->sha256);
    if (first && first->in_directory)
      problems.push_back({file, fmt::format("the same certificate is in {}", first->file)});
    else
      add(file, true, std::move(certificates));
  }
}

void KnownCertificates::add_pinned(const std::string& file, CertificateChain chain) {
  if (!find(chain.front()->sha256)) add(file, false, std::move(chain));
}

void KnownCertificates::add(const std::string& file, bool in_directory, CertificateChain chain) {
  // Not make_shared: a JudgedChain is made where it stays.
  const std::shared_ptr<const KnownCertificate> known(
      new KnownCertificate{file, in_directory, JudgedChain(std::move(chain), trust_, revocation_)});
  const KnownCertificate*& found = by_digest_[known->chain.leaf().sha256];
  if (found)
    std::erase_if(all_, [&](const auto& other) { return other.get() == found; });
  found = known.get();
  directory_holds_any_ = directory_holds_any_ || in_directory;
  all_.push_back(known);
}

std::vector<const KnownCertificate*> KnownCertificates::of_directory() const {
  std::vector<const KnownCertificate*> found;
  for (const auto& known : all_)
    if (known->in_directory) found.push_back(known.get());
  return found;
}

const KnownCertificate* KnownCertificates::find(const Digest& sha256) const {
  const auto found = by_digest_.find(sha256);
  return found == by_digest_.end() ? nullptr : found->second;
}

bool KnownCertificates::directory_holds(const Digest& sha256) const {
  const KnownCertificate* known = find(sha256);
  return known && known->in_directory;
}

void KnownCertificates::identify(Certificate& certificate, Time time) const {
  using State = Certificate::State;
  if (certificate.sha256.is_present()) {
    if (const KnownCertificate* known = find(*certificate.sha256)) {
      const Certificate told = std::exchange(certificate, known->chain.facts_at(time));
      certificate.known_as = known->file;
      if (known->in_directory) return;
      // A rule's `file` is a pin: whether a CA vouches for it remains the MTA's word.
      if (certificate.state != State::Verified) certificate.root_cns = Unknown{};
      certificate.state = told.state;
      certificate.problem = told.problem;
    }
  } else if (directory_holds_any_ &&
             (certificate.state == State::Silent || certificate.state == State::Untrusted)) {
    certificate.state = State::Unknown;
  }
}

}  // namespace forcetls
