// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/cert.h"
#include "cli/check.h"
#include "cli/explain.h"
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
    {"probe", "ask a partner's mail servers for their certificates", declare_probe, kExitUsage},
    {"refresh", "fetch CRLs, OCSP answers and partners' renewed certificates", declare_refresh,
     kExitUsage},
};

/// Named in DESIGN.md section 2 for later versions: not a slip of the finger.
constexpr std::string_view kLaterCommands[] = {"export", "import", "prove",   "replay", "report",
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

/// One line about the first argument that no option took.
std::string unexpected_argument(const CLI::App& app, const std::string& argument) {
  if (!argument.starts_with('-')) return "unexpected argument '" + argument + "'";
  const std::string name = argument.substr(0, argument.find('='));
  std::vector<std::string> names;
  for (const auto* option : app.get_options())
    if (!option->get_group().empty() && !option->get_lnames().empty())
      names.push_back("--" + option->get_lnames().front());
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  return "unknown option '" + name + "'" + did_you_mean(name, candidates);
}

int run_command(const SubCommand& command, std::vector<std::string> arguments,
                const Surroundings& surroundings) {
  CLI::App app(command.summary, std::string("forcetls ") + command.name);
  app.allow_extras();
  app.set_help_flag("-h,--help", "print this help");
  const RunCommand run = command.declare(app);
  std::string problem;
  try {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    app.parse(std::move(arguments));
    if (const auto rest = app.remaining(); !rest.empty())
      problem = unexpected_argument(app, rest.front());
  } catch (const CLI::CallForHelp&) {
    surroundings.out << app.help();
    return 0;
  } catch (const CLI::ParseError& error) {
    problem = error.what();
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
