// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/revocation_store.h"

#include <fmt/format.h>
#include <gnutls/crypto.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <unordered_map>
#include <utility>

#include "core/digest.h"
#include "x509/crl.h"
#include "x509/file_bytes.h"
#include "x509/revocation_answer.h"

namespace forcetls {

namespace {

constexpr std::size_t kMaxCrl = std::size_t{32} * 1024 * 1024;
// GnuTLS needs time in the square of a response's size.
constexpr std::size_t kMaxOcsp = std::size_t{64} * 1024;
constexpr std::size_t kMaxTotal = std::size_t{512} * 1024 * 1024;
constexpr std::size_t kMaxFiles = 100000;

struct CrlFile {
  std::string path;
  std::unique_ptr<const Crl> crl;
};

/// The regular files of a folder that end in `extension`, in the order of names.
std::vector<std::string> list_files(const std::string& folder, std::string_view extension,
                                    std::vector<FileProblem>& problems) {
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() != extension) continue;
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) paths.push_back(entry->path().string());
  }
  if (error && error != std::errc::no_such_file_or_directory)
    problems.push_back({folder, error.message()});
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Reads files as long as there is room for them.
class Loader {
 public:
  explicit Loader(std::vector<FileProblem>& problems) : problems_(problems) {}

  template <typename Take>
  void load(const std::string& folder, std::string_view extension, std::size_t most, Take&& take) {
    for (const std::string& path : list_files(folder, extension, problems_)) {
      auto loaded = load_bytes(path, most);
      if (auto* problem = std::get_if<FileProblem>(&loaded)) {
        problems_.push_back(std::move(*problem));
        continue;
      }
      auto& bytes = std::get<std::string>(loaded);
      std::string problem;
      if (bytes.size() > most) problem = fmt::format("larger than {} KiB", most / 1024);
      else if (bytes.size() > kMaxTotal - bytes_ || files_ == kMaxFiles)
        problem = "left out: more than 512 MiB or 100,000 files";
      if (problem.empty()) {
        const std::size_t size = bytes.size();
        problem = take(path, std::move(bytes));
        if (problem.empty()) bytes_ += size, ++files_;
      }
      if (!problem.empty()) problems_.push_back({path, problem});
    }
  }

 private:
  std::vector<FileProblem>& problems_;
  std::size_t bytes_ = 0;
  std::size_t files_ = 0;
};

std::string file_name_of(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

}  // namespace

/// By the names of files, without folder.
struct RevocationStore::Contents {
  std::unordered_map<std::string, CrlFile> crls;
  std::unordered_map<std::string, std::string> ocsp;
};

RevocationStore::RevocationStore() : contents_(std::make_unique<Contents>()) {}
RevocationStore::~RevocationStore() = default;

std::shared_ptr<const RevocationStore> RevocationStore::load(const std::string& state_directory,
                                                             std::vector<FileProblem>& problems) {
  auto contents = std::make_unique<Contents>();
  Loader loader(problems);
  loader.load(state_directory + "/crl", ".crl", kMaxCrl,
              [&](const std::string& path, std::string bytes) {
                auto crl = Crl::parse(std::move(bytes));
                if (auto* problem = std::get_if<std::string>(&crl)) return *problem;
                contents->crls[file_name_of(path)] = {path, std::get<0>(std::move(crl))};
                return std::string();
              });
  loader.load(state_directory + "/ocsp", ".ocsp", kMaxOcsp,
              [&](const std::string& path, std::string bytes) {
                contents->ocsp[file_name_of(path)] = std::move(bytes);
                return std::string();
              });
  const auto store = std::make_shared<RevocationStore>();
  store->contents_ = std::move(contents);
  return store;
}

std::vector<RevocationAnswer> RevocationStore::answers(const X509Certificate& certificate,
                                                       const X509Certificate& issuer) const {
  std::vector<RevocationAnswer> found;
  const auto add = [&](std::variant<RevocationAnswer, std::string> answer) {
    if (auto* it = std::get_if<RevocationAnswer>(&answer)) found.push_back(std::move(*it));
  };
  for (const std::string& url : certificate.crl_urls) {
    const auto crl = contents_->crls.find(file_name_of(crl_file_name(url)));
    if (crl != contents_->crls.end()) add(crl->second.crl->answer(url, certificate, issuer));
  }
  const auto ocsp = contents_->ocsp.find(file_name_of(ocsp_file_name(certificate)));
  if (ocsp != contents_->ocsp.end()) add(read_ocsp(ocsp->second, certificate, issuer));
  return found;
}

std::vector<StoredCrl> RevocationStore::crls() const {
  std::vector<StoredCrl> all;
  for (const auto& [name, file] : contents_->crls)
    all.push_back({file.path, file.crl->issuer(), file.crl->next_update()});
  std::sort(all.begin(), all.end(),
            [](const StoredCrl& a, const StoredCrl& b) { return a.file < b.file; });
  return all;
}

std::string crl_file_name(std::string_view url) {
  Digest digest{};
  gnutls_hash_fast(GNUTLS_DIG_SHA256, url.data(), url.size(), digest.data());
  return "crl/" + format_digest_plain(digest) + ".crl";
}

std::string ocsp_file_name(const X509Certificate& certificate) {
  return "ocsp/" + format_digest_plain(certificate.sha256) + ".ocsp";
}

}  // namespace forcetls
