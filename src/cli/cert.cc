// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/cert.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cli/certificate_text.h"
#include "wire/printable.h"
#include "x509/certificate.h"
#include "x509/chain.h"
#include "x509/file_bytes.h"
#include "x509/revocation_store.h"
#include "x509/trust_store.h"

namespace forcetls {

namespace {

// sysexits(3)
constexpr int kExitBadData = 65;
constexpr int kExitNoInput = 66;

constexpr std::size_t kMostBytes = std::size_t{1024} * 1024;
constexpr std::size_t kMostProblem = 300;

struct CertOptions {
  std::vector<std::string> files;
  std::string ca_file;  // empty: the system's store
};

using TrustStorePtr = std::shared_ptr<const TrustStore>;

int fail(const Surroundings& surroundings, int code, std::string_view what,
         std::string_view problem) {
  surroundings.err << "forcetls cert: " << what << ": " << problem << '\n';
  return code;
}

std::string line(std::string_view label, std::string_view value) {
  return fmt::format("  {:<14} {}\n", label, clean_text(value, kMostProblem));
}

std::string trust_text(const Certificate& facts) {
  if (facts.state == Certificate::State::Verified) return "verified";
  const std::string why = facts.problem.empty() ? "" : ": " + facts.problem;
  return (facts.state == Certificate::State::Expired ? "not at this time" : "untrusted") + why;
}

/// Of the anchor that it chains to; empty: of none.
std::string root_of(const JudgedChain& chain) {
  for (const auto& path : chain.paths())
    if (const auto& cns = path.certificates.back()->subject_cns; !cns.empty()) return cns.front();
  return {};
}

/// The leaf with its judgement, then what was beside it, then the section.
std::string describe(const std::string& file, const CertificateChain& certificates,
                     const TrustStorePtr& trust, Time now) {
  const JudgedChain chain(certificates, trust, std::make_shared<const RevocationStore>());
  const std::string root = root_of(chain);
  std::string text = fmt::format("{}\n", file) + format_attributes(chain.leaf()) +
                     line("trust", trust_text(chain.facts_at(now))) +
                     (root.empty() ? "" : line("root", root));
  for (std::size_t i = 1; i < certificates.size(); ++i)
    text += fmt::format("\n{}, certificate {}\n", file, i + 1) +
            format_attributes(*certificates[i]);
  return text + '\n' + format_rule_section(chain.leaf(), root);
}

int run_file(const std::string& file, const TrustStorePtr& trust, std::string_view separator,
             const Surroundings& surroundings) {
  const auto bytes = load_bytes(file, kMostBytes);
  if (const auto* problem = std::get_if<FileProblem>(&bytes))
    return fail(surroundings, kExitNoInput, file, problem->text);
  const auto certificates = parse_certificates(std::get<std::string>(bytes));
  if (const auto* problem = std::get_if<std::string>(&certificates))
    return fail(surroundings, kExitBadData, file, *problem);
  surroundings.out << separator
                   << describe(file, std::get<CertificateChain>(certificates), trust,
                               surroundings.now);
  return 0;
}

int run_cert(const CertOptions& options, const Surroundings& surroundings) {
  auto trust = TrustStore::load(options.ca_file);
  if (const auto* problem = std::get_if<std::string>(&trust)) {
    if (!options.ca_file.empty())
      return fail(surroundings, kExitNoInput, options.ca_file, *problem);
    fail(surroundings, 0, "the system's trust anchors", *problem);
    trust = std::make_shared<const TrustStore>();
  }
  int exit_code = 0;
  std::string_view separator;
  for (const auto& file : options.files) {
    const int code = run_file(file, std::get<TrustStorePtr>(trust), separator, surroundings);
    if (code == 0) separator = "\n";
    exit_code = std::max(exit_code, code);
  }
  return exit_code;
}

}  // namespace

RunCommand declare_cert(CLI::App& command) {
  auto options = std::make_shared<CertOptions>();
  command.add_option("FILE", options->files, "certificates, PEM or DER; the leaf first")
      ->type_name("FILE")
      ->required();
  command.add_option("--ca-file", options->ca_file, "trust anchors, PEM; else the system's")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.footer("Exit code 0, 65: a file holds no certificate, 66: a file cannot be read.");
  return [options](const Surroundings& surroundings) { return run_cert(*options, surroundings); };
}

}  // namespace forcetls
