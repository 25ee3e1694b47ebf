// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <utility>
#include <variant>
#include <vector>

#include "cli/option_list.h"
#include "cli/postfix_settings.h"
#include "cli/program.h"
#include "config/endings.h"
#include "config/loader.h"

namespace forcetls {

namespace {

std::string count_text(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count == 0 ? "no" : std::to_string(count), thing,
                     count == 1 ? "" : "s");
}

/// What is wrong with a known certificate now. That it has itself expired is an ending.
std::string find_fault(const KnownCertificate& known, Time now) {
  const Certificate facts = known.chain.facts_at(now);
  if (facts.revoked.is_present() && *facts.revoked) return "revoked";
  const bool expired = facts.state == Certificate::State::Expired;
  if (facts.state == Certificate::State::Verified ||
      (expired && known.chain.leaf().not_after < now))
    return {};
  return (expired ? "out of its dates: " : "untrusted: ") + facts.problem;
}

/// The daemon finds these out when a certificate is first seen.
void add_trust_warnings(const Config& config, Time now, std::vector<Diagnostic>& diagnostics) {
  for (const auto* known : config.known->of_directory())
    if (auto fault = find_fault(*known, now); !fault.empty())
      diagnostics.push_back({Diagnostic::Severity::Warning, known->file, 0, std::move(fault)});
}

/// What is expected to end is told at once, and counts as nothing.
void add_endings(const Config& config, const Surroundings& surroundings,
                 std::vector<Diagnostic>& diagnostics) {
  for (auto& ending : list_endings(config, surroundings.now)) {
    if (ending.expected)
      surroundings.out << ending.warning.file << ": note: " << ending.warning.text << '\n';
    else
      diagnostics.push_back(std::move(ending.warning));
  }
}

void add_postfix_settings(const Config& config, Time now, std::vector<Diagnostic>& diagnostics) {
  const auto settings = read_postfix_settings();
  if (const auto* problem = std::get_if<std::string>(&settings)) {
    diagnostics.push_back({Diagnostic::Severity::Error, "main.cf", 0, *problem});
    return;
  }
  for (auto& warning : check_postfix_settings(std::get<PostfixSettings>(settings), config, now))
    diagnostics.push_back(std::move(warning));
}

}  // namespace

RunCommand declare_check(OptionList& list) {
  auto options = std::make_shared<CheckOptions>();
  options->config_file = FORCETLS_CONFIG_FILE;
  list.file("-c", options->config_file, "the configuration");
  list.value("--mta", options->mta, "MTA", "look at its configuration, too: postfix");
  return [options](const Surroundings& surroundings) {
    if (options->mta.empty() || options->mta == "postfix") return run_check(*options, surroundings);
    surroundings.err << "forcetls check: --mta "
                     << (options->mta == "sendmail" ? "sendmail is not supported by this version\n"
                                                    : "takes postfix\n");
    return kExitUsage;
  };
}

int run_check(const CheckOptions& options, const Surroundings& surroundings) {
  LoadResult result = load_config(options.config_file, surroundings.now);
  std::vector<Diagnostic>& diagnostics = result.diagnostics;
  if (result.config) {
    add_trust_warnings(*result.config, surroundings.now, diagnostics);
    add_endings(*result.config, surroundings, diagnostics);
    if (!options.mta.empty())
      add_postfix_settings(*result.config, surroundings.now, diagnostics);
  }
  for (const auto& diagnostic : diagnostics)
    surroundings.err << format_diagnostic(diagnostic) << '\n';

  const auto count = [&](Diagnostic::Severity severity) {
    const auto has_it = [&](const Diagnostic& diagnostic) {
      return diagnostic.severity == severity;
    };
    return static_cast<std::size_t>(std::count_if(diagnostics.begin(), diagnostics.end(), has_it));
  };
  const auto errors = count(Diagnostic::Severity::Error);
  const auto warnings = count(Diagnostic::Severity::Warning);
  surroundings.out << options.config_file << ": ";
  if (result.config) {
    const Policy& policy = result.config->policy;
    surroundings.out << count_text(policy.connectors().size(), "inbound connector") << ", ";
    if (const auto outbound = policy.outbound().connectors().size(); outbound > 0)
      surroundings.out << count_text(outbound, "outbound connector") << ", ";
  }
  surroundings.out << count_text(errors, "error") << ", " << count_text(warnings, "warning")
                   << '\n';
  return !result.config || errors > 0 ? 2 : warnings > 0 ? 1 : 0;
}

}  // namespace forcetls
