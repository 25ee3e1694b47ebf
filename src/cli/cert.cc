// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/cert.h"

#include <fmt/format.h>
#include <sysexits.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/certificate_text.h"
#include "cli/option_list.h"
#include "cli/system_trust.h"
#include "x509/certificate.h"
#include "x509/chain.h"
#include "x509/file_bytes.h"
#include "x509/revocation_store.h"
#include "x509/trust_store.h"

namespace forcetls {

namespace {

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

/// For the section: of the first anchor that it chains to and that has one; empty: there is none.
std::string root_of(const JudgedChain& chain) {
  for (const auto& path : chain.paths())
    if (const auto& cns = path.certificates.back()->subject_cns; !cns.empty()) return cns.front();
  return {};
}

/// The leaf with its judgement, then what was beside it, then the section.
std::string describe(const std::string& file, const CertificateChain& certificates,
                     const TrustStorePtr& trust, Time now) {
  const JudgedChain chain(certificates, trust, std::make_shared<const RevocationStore>());
  std::string text = fmt::format("{}\n", file) + format_attributes(chain.leaf()) +
                     format_trust(chain.facts_at(now)) + format_roots(chain);
  for (std::size_t i = 1; i < certificates.size(); ++i)
    text += fmt::format("\n{}, certificate {}\n", file, i + 1) +
            format_attributes(*certificates[i]);
  return text + '\n' + format_rule_section(chain.leaf(), root_of(chain));
}

int run_file(const std::string& file, const TrustStorePtr& trust, std::string_view separator,
             const Surroundings& surroundings) {
  const auto bytes = load_bytes(file, kMaxCertificateFile);
  if (const auto* problem = std::get_if<FileProblem>(&bytes))
    return fail(surroundings, EX_NOINPUT, file, problem->text);
  const auto certificates = parse_certificates(std::get<std::string>(bytes));
  if (const auto* problem = std::get_if<std::string>(&certificates))
    return fail(surroundings, EX_DATAERR, file, *problem);
  surroundings.out << separator
                   << describe(file, std::get<CertificateChain>(certificates), trust,
                               surroundings.now);
  return 0;
}

int run_cert(const CertOptions& options, const Surroundings& surroundings) {
  TrustStorePtr trust;
  if (options.ca_file.empty()) {
    trust = load_system_trust("cert", surroundings.err);
  } else {
    const auto loaded = TrustStore::load(options.ca_file);
    if (const auto* problem = std::get_if<std::string>(&loaded))
      return fail(surroundings, EX_NOINPUT, options.ca_file, *problem);
    trust = std::get<TrustStorePtr>(loaded);
  }
  int exit_code = 0;
  std::string_view separator;
  for (const auto& file : options.files) {
    const int code = run_file(file, trust, separator, surroundings);
    if (code == 0) separator = "\n";
    exit_code = std::max(exit_code, code);
  }
  return exit_code;
}

}  // namespace

RunCommand declare_cert(OptionList& list) {
  auto options = std::make_shared<CertOptions>();
  list.arguments("FILE", options->files, "certificates, PEM or DER; the leaf first");
  list.value("--ca-file", options->ca_file, "FILE", "trust anchors, PEM; else the system's");
  list.footer("Exit code 0, 65: a file holds no certificate, 66: a file cannot be read.");
  return [options](const Surroundings& surroundings) { return run_cert(*options, surroundings); };
}

}  // namespace forcetls
