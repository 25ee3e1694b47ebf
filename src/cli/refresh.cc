// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/refresh.h"

#include <fmt/format.h>
#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include "cli/program.h"
#include "cli/refresh_report.h"
#include "cli/renewal.h"
#include "cli/revocation_refresh.h"
#include "cli/state_directory.h"
#include "config/loader.h"

namespace forcetls {

namespace {

constexpr unsigned kMostSeconds = 600;

/// As given on the command line.
struct Options {
  std::string config_file = FORCETLS_CONFIG_FILE;
  std::string resolver;
  std::uint16_t port = 25;
  unsigned seconds = 60;
  bool dry_run = false;
};

class Refresh {
 public:
  Refresh(const Options& options, const Surroundings& surroundings)
      : options_(options),
        surroundings_(surroundings),
        report_{surroundings.out, options.dry_run} {}

  int run() {
    if (const int code = read_options(); code != 0) return code;
    if (const int code = load(); code != 0) return code;
    auto opened = StateDirectory::open(config_->milter.state_directory, options_.dry_run);
    if (const auto* problem = std::get_if<StateProblem>(&opened))
      return fail(problem->exit_code, problem->text);
    refresh(std::get<StateDirectory>(opened));
    tell_daemon();
    return report_.failures > 0 ? EX_TEMPFAIL : 0;
  }

 private:
  int fail(int code, std::string_view text) const {
    surroundings_.err << "forcetls refresh: " << text << '\n';
    return code;
  }

  int read_options() {
    if (options_.seconds == 0 || options_.seconds > kMostSeconds)
      return fail(kExitUsage, fmt::format("bad --timeout; expected 1 to {} seconds", kMostSeconds));
    if (options_.port == 0) return fail(kExitUsage, "bad --port; expected 1 to 65535");
    const std::chrono::seconds timeout(options_.seconds);
    starttls_.port = options_.port;
    starttls_.timeout = std::min(starttls_.timeout, timeout);
    starttls_.resolver.timeout = std::min(starttls_.resolver.timeout, timeout);
    if (options_.resolver.empty()) return 0;
    starttls_.resolver.server = parse_name_server(options_.resolver);
    return starttls_.resolver.server
               ? 0
               : fail(kExitUsage, "bad --resolver; expected an IP address, perhaps with a port");
  }

  int load() {
    LoadResult loaded = load_config(options_.config_file, surroundings_.now);
    for (const auto& diagnostic : loaded.diagnostics)
      if (!loaded.config || diagnostic.severity == Diagnostic::Severity::Error)
        surroundings_.err << format_diagnostic(diagnostic) << '\n';
    config_ = std::move(loaded.config);
    return config_ ? 0 : EX_CONFIG;
  }

  /// Certificates first: their revocation is then asked for, too.
  void refresh(const StateDirectory& state) {
    RevocationSources sources;
    for (const auto& known : config_->known->all()) sources.add(known->chain);
    if (const std::string& folder = config_->trust.known_certificates; !folder.empty()) {
      for (const auto& chain : refresh_certificates(config_, surroundings_.now, starttls_, report_))
        sources.add(*chain);
      remove_ended_certificates(folder, surroundings_.now, report_);
    }
    refresh_revocation(sources, state, surroundings_.now, std::chrono::seconds(options_.seconds),
                       report_);
  }

  void tell_daemon() {
    const auto tell = [&](std::string_view what) {
      report_.tell("forcetlsd", config_->milter.state_directory, "", what);
    };
    if (!report_.changed) return tell("nothing changed");
    if (options_.dry_run) return tell("nothing written: --dry-run");
    const auto daemon = find_daemon(config_->milter.state_directory);
    if (!daemon) return tell("not running, or without [trust]");
    if (kill(*daemon, SIGUSR1) == 0) return tell(fmt::format("process {} reloads", *daemon));
    ++report_.failures;
    tell(fmt::format("process {} cannot be told to reload: {}", *daemon,
                     std::generic_category().message(errno)));
  }

  const Options& options_;
  const Surroundings& surroundings_;
  RefreshReport report_;
  StarttlsOptions starttls_;
  std::shared_ptr<const Config> config_;
};

}  // namespace

RunCommand declare_refresh(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("-c", options->config_file, "the configuration")
      ->type_name("FILE")
      ->capture_default_str();
  command.add_option("--resolver", options->resolver, "ask this name server, not the system's")
      ->type_name("ADDR[:PORT]");
  command.add_option("--port", options->port, "of partners' mail servers")
      ->type_name("PORT")
      ->capture_default_str();
  command.add_option("--timeout", options->seconds, "seconds for each source")
      ->type_name("SECONDS")
      ->capture_default_str();
  command.add_flag("--dry-run", options->dry_run, "ask and tell, but write nothing");
  command.footer(
      "Exit code 0: all went well, 75: a source failed, 73 or 77: the state directory "
      "cannot be\nwritten, 78: a mistake in the configuration.");
  return
      [options](const Surroundings& surroundings) { return Refresh(*options, surroundings).run(); };
}

}  // namespace forcetls
