// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/check.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "config/loader.h"

namespace forcetls {

namespace {

std::string count_text(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count == 0 ? "no" : std::to_string(count), thing,
                     count == 1 ? "" : "s");
}

}  // namespace

RunCommand declare_check(CLI::App& command) {
  auto config_file = std::make_shared<std::string>(FORCETLS_CONFIG_FILE);
  command.add_option("-c", *config_file, "the configuration")
      ->type_name("FILE")
      ->capture_default_str();
  return [config_file](const Surroundings& surroundings) {
    return run_check(*config_file, surroundings);
  };
}

int run_check(const std::string& config_file, const Surroundings& surroundings) {
  const LoadResult result = load_config(config_file, surroundings.now);
  for (const auto& diagnostic : result.diagnostics)
    surroundings.err << format_diagnostic(diagnostic) << '\n';

  const auto count = [&](Diagnostic::Severity severity) {
    const auto has_it = [&](const Diagnostic& diagnostic) {
      return diagnostic.severity == severity;
    };
    return static_cast<std::size_t>(
        std::count_if(result.diagnostics.begin(), result.diagnostics.end(), has_it));
  };
  const auto errors = count(Diagnostic::Severity::Error);
  const auto warnings = count(Diagnostic::Severity::Warning);
  surroundings.out << config_file << ": ";
  if (result.config)
    surroundings.out << count_text(result.config->policy.connectors().size(), "inbound connector")
                     << ", ";
  surroundings.out << count_text(errors, "error") << ", "
                   << count_text(warnings, "warning") << '\n';
  return !result.config || errors > 0 ? 2 : warnings > 0 ? 1 : 0;
}

}  // namespace forcetls
