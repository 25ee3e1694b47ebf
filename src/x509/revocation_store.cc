// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/revocation_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "core/digest.h"
#include "x509/crl.h"
#include "x509/datum.h"
#include "x509/file_bytes.h"
#include "x509/ocsp.h"

namespace forcetls {

namespace {

constexpr std::size_t kMaxTotal = std::size_t{512} * 1024 * 1024;
constexpr std::size_t kMaxFiles = 100000;

struct CrlFile {
  std::string path;
  std::unique_ptr<const Crl> crl;
};

/// The names, as crl_file_name() has them, of the regular files of one kind, in their order.
std::vector<std::string> list_files(const std::string& state_directory, const std::string& kind,
                                    std::vector<FileProblem>& problems) {
  const std::string folder = state_directory + "/" + kind;
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() != "." + kind) continue;
    std::error_code ignored;
    if (entry->is_regular_file(ignored))
      names.push_back(kind + "/" + entry->path().filename().string());
  }
  if (error && error != std::errc::no_such_file_or_directory)
    problems.push_back({folder, error.message()});
  std::sort(names.begin(), names.end());
  return names;
}

/// Reads files as long as there is room for them.
class Loader {
 public:
  Loader(const std::string& state_directory, std::vector<FileProblem>& problems)
      : state_directory_(state_directory), problems_(problems) {}

  template <typename Take>
  void load(const std::string& kind, std::size_t most, Take&& take) {
    for (const std::string& name : list_files(state_directory_, kind, problems_)) {
      const std::string path = state_directory_ + "/" + name;
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
        problem = take(name, std::move(bytes));
        if (problem.empty()) bytes_ += size, ++files_;
      }
      if (!problem.empty()) problems_.push_back({path, problem});
    }
  }

 private:
  const std::string& state_directory_;
  std::vector<FileProblem>& problems_;
  std::size_t bytes_ = 0;
  std::size_t files_ = 0;
};

std::string file_name(std::string_view folder, const Digest& digest) {
  return fmt::format("{0}/{1}.{0}", folder, format_digest_plain(digest));
}

}  // namespace

/// By the names of files, as crl_file_name() and ocsp_file_name() have them.
struct RevocationStore::Contents {
  std::unordered_map<std::string, CrlFile> crls;
  std::unordered_map<std::string, std::string> ocsp;
};

RevocationStore::RevocationStore() : contents_(std::make_unique<Contents>()) {}
RevocationStore::~RevocationStore() = default;

std::shared_ptr<const RevocationStore> RevocationStore::load(const std::string& state_directory,
                                                             std::vector<FileProblem>& problems) {
  auto contents = std::make_unique<Contents>();
  Loader loader(state_directory, problems);
  loader.load("crl", kMaxCrl, [&](const std::string& name, std::string bytes) {
    auto crl = Crl::parse(std::move(bytes));
    if (auto* problem = std::get_if<std::string>(&crl)) return *problem;
    contents->crls[name] = {state_directory + "/" + name, std::get<0>(std::move(crl))};
    return std::string();
  });
  loader.load("ocsp", kMaxOcsp, [&](const std::string& name, std::string bytes) {
    contents->ocsp[name] = std::move(bytes);
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
    const auto crl = contents_->crls.find(crl_file_name(url));
    if (crl != contents_->crls.end()) add(crl->second.crl->answer(url, certificate, issuer));
  }
  const auto ocsp = contents_->ocsp.find(ocsp_file_name(certificate));
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

std::string crl_file_name(std::string_view url) { return file_name("crl", sha256_of(url)); }

std::string ocsp_file_name(const X509Certificate& certificate) {
  return file_name("ocsp", certificate.sha256);
}

bool is_answer_name(std::string_view name) {
  return std::any_of(
      std::begin(kAnswerFolders), std::end(kAnswerFolders), [&](std::string_view folder) {
        if (name.size() <= folder.size()) return false;
        const auto digest = parse_digest(name.substr(folder.size() + 1, 64));
        return digest && name == file_name(folder, *digest);
      });
}

}  // namespace forcetls
