// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/program.h"

#include <algorithm>
#include <iterator>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/cert.h"
#include "cli/check.h"
#include "cli/explain.h"
#include "cli/export.h"
#include "cli/option_list.h"
#include "cli/probe.h"
#include "cli/refresh.h"
#include "config/suggestion.h"

namespace forcetls {

namespace {

/// A new sub-command is a row here and a file of its own.
struct SubCommand {
  const char* name;
  const char* summary;
  DeclareCommand declare;
  int usage_error;  // exit code for mistakes in its options
};

constexpr SubCommand kCommands[] = {
    {"cert", "show certificates, and a [certificate] section that each meets", declare_cert,
     kExitUsage},
    {"check", "read the configuration as the daemon does and show what is wrong with it",
     declare_check, kExitUsage},
    {"explain", "show which connector judges a mail, why, and what comes out", declare_explain, 2},
    {"export", "print the outbound connectors as a table for Postfix or Sendmail", declare_export,
     kExitUsage},
    {"probe", "ask a partner's mail servers for their certificates", declare_probe, kExitUsage},
    {"refresh", "fetch CRLs, OCSP answers and partners' renewed certificates", declare_refresh,
     kExitUsage},
};

/// Named in DESIGN.md section 2 for later versions: not a slip of the finger.
constexpr std::string_view kLaterCommands[] = {"import", "prove",   "replay", "report",
                                               "resume", "status", "suggest", "suspend"};

constexpr std::string_view kUsage = "usage: forcetls COMMAND [OPTION]…\n";

const SubCommand* find_command(std::string_view name) {
  const auto found = std::find_if(std::begin(kCommands), std::end(kCommands),
                                  [&](const SubCommand& command) { return name == command.name; });
  return found == std::end(kCommands) ? nullptr : found;
}

std::string format_usage() {
  std::string text(kUsage);
  text += "       forcetls help [COMMAND]\n       forcetls --version\n\n";
  for (const auto& command : kCommands) {
    std::string name(command.name);
    name.resize(10, ' ');
    text += "  " + name + command.summary + "\n";
  }
  return text;
}

int unknown_command(std::string_view name, const Surroundings& surroundings) {
  if (std::find(std::begin(kLaterCommands), std::end(kLaterCommands), name) !=
      std::end(kLaterCommands)) {
    surroundings.err << "forcetls: '" << name << "' is not supported by this version\n";
    return kExitUsage;
  }
  std::vector<std::string_view> names = {"help"};
  for (const auto& command : kCommands) names.push_back(command.name);
  surroundings.err << "forcetls: unknown command '" << name << "'" << did_you_mean(name, names)
                   << '\n';
  return kExitUsage;
}

int run_command(const SubCommand& command, std::vector<std::string> arguments,
                const Surroundings& surroundings) {
  OptionList list(std::string("forcetls ") + command.name, command.summary);
  const RunCommand run = command.declare(list);
  const auto [wants_help, problem] = list.parse(std::move(arguments));
  if (wants_help) {
    surroundings.out << list.help();
    return 0;
  }
  if (problem.empty()) return run(surroundings);
  surroundings.err << "forcetls " << command.name << ": " << problem << '\n';
  return command.usage_error;
}

int run_help(std::span<const char* const> topics, const Surroundings& surroundings) {
  if (topics.empty() || std::string_view(topics.front()) == "help") {
    surroundings.out << format_usage();
    return 0;
  }
  const SubCommand* command = find_command(topics.front());
  if (!command) return unknown_command(topics.front(), surroundings);
  return run_command(*command, {"--help"}, surroundings);
}

}  // namespace

int run_program(std::span<const char* const> arguments, const Surroundings& surroundings) {
  if (arguments.empty()) {
    surroundings.err << format_usage();
    return kExitUsage;
  }
  const std::string_view first = arguments.front();
  const auto rest = arguments.subspan(1);
  if (first == "--version" || first == "-V") {
    surroundings.out << "forcetls " << FORCETLS_VERSION << '\n';
    return 0;
  }
  if (first == "help" || first == "--help" || first == "-h") return run_help(rest, surroundings);
  const SubCommand* command = find_command(first);
  if (!command) return unknown_command(first, surroundings);
  return run_command(*command, {rest.begin(), rest.end()}, surroundings);
}

}  // namespace forcetls
