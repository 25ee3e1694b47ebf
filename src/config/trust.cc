// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/trust.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "config/outbound.h"

namespace forcetls {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDefaultFolder = "known.d";

struct PinnedFile {
  std::string path;
  CertificateChain chain;
};

class TrustLoader {
 public:
  TrustLoader(ConfigDraft& config, const fs::path& folder, DiagnosticList& diagnostics)
      : config_(config), folder_(folder), diagnostics_(diagnostics) {}

  LoadedTrust run() {
    read_pinned_files();
    if (config_.trust) resolve_settings(*config_.trust);
    const bool has_folder = config_.trust && find_folder(*config_.trust);
    auto anchors = load_anchors(has_folder);
    // The rest may take a second, and nobody will use it.
    if (diagnostics_.errors() > 0)
      return {settings_, std::make_shared<const KnownCertificates>(
                             std::move(anchors), std::make_shared<const RevocationStore>())};
    const auto known = std::make_shared<KnownCertificates>(std::move(anchors), load_revocation());
    // The folder first: a certificate that is in both counts as one of the folder.
    if (has_folder) known->add_directory(settings_.known_certificates, problems_);
    for (auto& pinned : pinned_) known->add_pinned(pinned.path, std::move(pinned.chain));
    for (auto& problem : problems_)
      diagnostics_.warning({diagnostics_.add_file(std::move(problem.file)), 0},
                           std::move(problem.text));
    return {settings_, known};
  }

 private:
  std::string resolve(const std::string& path) const { return (folder_ / path).string(); }

  void report(std::string_view key, std::string_view section, SourceLine where,
              const std::string& path, std::string_view problem) {
    diagnostics_.error(
        where, fmt::format("'{}' in [{}] cannot be used: {}: {}", key, section, path, problem));
  }

  void read_pinned_files() {
    for (auto& certificate : config_.certificates)
      for (const auto& file : certificate.files) read_pinned_file(file, certificate.rule);
  }

  void read_pinned_file(const NamedFile& file, CertificateRule& rule) {
    const auto path = resolve(file.path);
    auto chain = load_certificates(path);
    if (const auto* problem = std::get_if<std::string>(&chain))
      return report("file", "certificate " + rule.section, file.where, path, *problem);
    auto& certificates = std::get<CertificateChain>(chain);
    const Digest& pin = certificates.front()->sha256;
    if (std::find(rule.sha256.begin(), rule.sha256.end(), pin) == rule.sha256.end())
      rule.sha256.push_back(pin);
    pinned_.push_back({path, std::move(certificates)});
  }

  void resolve_settings(const TrustDraft& trust) {
    settings_.revocation = trust.revocation;
    if (trust.ca_file) settings_.ca_file = resolve(trust.ca_file->path);
    fs::path known = resolve(trust.known_certificates ? trust.known_certificates->path
                                                      : std::string(kDefaultFolder));
    if (!known.has_filename()) known = known.parent_path();  // `known.d/`
    settings_.known_certificates = known.string();
  }

  /// Whether there is a folder of known certificates. The default one need not exist.
  bool find_folder(const TrustDraft& trust) {
    std::error_code error;
    fs::directory_iterator(settings_.known_certificates, error);
    if (!error) return true;
    const bool named = trust.known_certificates.has_value();
    if (named || error != std::errc::no_such_file_or_directory)
      report("known-certificates", "trust", named ? trust.known_certificates->where : trust.where,
             settings_.known_certificates, error.message());
    return false;
  }

  /// A named file is always read, so that its mistakes show; the system's store only if needed.
  std::shared_ptr<const TrustStore> load_anchors(bool has_folder) {
    std::error_code ignored;
    const bool needed = !settings_.ca_file.empty() || !pinned_.empty() ||
                        outbound_needs_anchors(config_) ||
                        (has_folder && !fs::is_empty(settings_.known_certificates, ignored));
    if (!needed) return std::make_shared<const TrustStore>();
    auto store = TrustStore::load(settings_.ca_file);
    if (auto* anchors = std::get_if<std::shared_ptr<const TrustStore>>(&store))
      return std::move(*anchors);
    const auto& problem = std::get<std::string>(store);
    if (!settings_.ca_file.empty())
      report("ca-file", "trust", config_.trust->ca_file->where, settings_.ca_file, problem);
    else
      diagnostics_.warning(
          config_.trust ? config_.trust->where : SourceLine{},
          problem + ": no known certificate is trusted; name a 'ca-file' in [trust]");
    return std::make_shared<const TrustStore>();
  }

  std::shared_ptr<const RevocationStore> load_revocation() {
    if (settings_.revocation == Revocation::Off) return std::make_shared<const RevocationStore>();
    return RevocationStore::load(config_.milter.state_directory, problems_);
  }

  ConfigDraft& config_;
  const fs::path& folder_;
  DiagnosticList& diagnostics_;
  TrustSettings settings_;
  std::vector<PinnedFile> pinned_;
  std::vector<FileProblem> problems_;
};

}  // namespace

LoadedTrust load_trust(ConfigDraft& config, const fs::path& folder, DiagnosticList& diagnostics) {
  return TrustLoader(config, folder, diagnostics).run();
}

}  // namespace forcetls
