// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/refresh.h"

#include <fmt/format.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include "cli/option_list.h"
#include "cli/program.h"
#include "cli/refresh_report.h"
#include "cli/renewal.h"
#include "cli/revocation_refresh.h"
#include "cli/state_directory.h"
#include "config/loader.h"
#include "service/daemon.h"
#include "service/file_lock.h"

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
    const auto& state = std::get<StateDirectory>(opened);
    refresh(state);
    tell_daemon(state);
    return report_.failures > 0 ? EX_TEMPFAIL : 0;
  }

 private:
  int fail(int code, std::string_view text) const {
    surroundings_.err << "forcetls refresh: " << text << '\n';
    return code;
  }

  int read_options() {
    if (options_.port == 0) return fail(kExitUsage, "bad --port; expected 1 to 65535");
    const std::string problem = read_resolver_options(options_.resolver, options_.seconds,
                                                      kMostSeconds, starttls_.resolver);
    if (!problem.empty()) return fail(kExitUsage, problem);
    starttls_.port = options_.port;
    starttls_.timeout = std::min(starttls_.timeout, std::chrono::seconds(options_.seconds));
    return 0;
  }

  int load() {
    if (access(options_.config_file.c_str(), R_OK) != 0)
      return fail(EX_NOINPUT, fmt::format("cannot read {}: {}", options_.config_file,
                                          std::generic_category().message(errno)));
    LoadResult loaded = load_config(options_.config_file, surroundings_.now);
    config_ = std::move(loaded.config);
    const std::string folder = config_ ? config_->trust.known_certificates : "";
    knows_all_ = !folder.empty() && std::filesystem::is_directory(folder);
    for (const auto& diagnostic : loaded.diagnostics) {
      const bool is_left_out = !folder.empty() && diagnostic.file.starts_with(folder);
      if (is_left_out) knows_all_ = false;
      if (!config_ || is_left_out) surroundings_.err << format_diagnostic(diagnostic) << '\n';
    }
    return config_ ? 0 : EX_CONFIG;
  }

  /// Certificates first: their revocation is then asked for, too.
  void refresh(const StateDirectory& state) {
    RevocationSources sources;
    for (const auto& known : config_->known->all()) sources.add(known->chain, surroundings_.now);
    if (const std::string& folder = config_->trust.known_certificates; !folder.empty()) {
      for (const auto& chain : refresh_certificates(config_, surroundings_.now, starttls_, report_))
        sources.add(*chain, surroundings_.now);
      remove_ended_certificates(folder, surroundings_.now, report_);
    }
    refresh_revocation(sources, state, surroundings_.now, std::chrono::seconds(options_.seconds),
                       report_);
    // What cannot be read just now still needs its answers: they may say that it is revoked.
    if (knows_all_) remove_unneeded_answers(sources, state, report_);
  }

  void tell_daemon(const StateDirectory& state) {
    const auto tell = [&](std::string_view what) {
      report_.tell("forcetlsd", config_->milter.state_directory, "", what);
    };
    if (!report_.changed) return tell("nothing changed");
    if (options_.dry_run) return tell("nothing written: --dry-run");
    const auto daemon = FileLock::holder(state.path_of(kDaemonLock));
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
  bool knows_all_ = false;  // the folder of known certificates was read whole
};

}  // namespace

RunCommand declare_refresh(OptionList& list) {
  auto options = std::make_shared<Options>();
  list.file("-c", options->config_file, "the configuration");
  list.value("--resolver", options->resolver, "ADDR[:PORT]",
             "ask this name server, not the system's");
  list.value("--port", options->port, "PORT", "of partners' mail servers");
  list.value("--timeout", options->seconds, "SECONDS", "seconds for each source");
  list.flag("--dry-run", options->dry_run, "ask and tell, but write nothing");
  list.footer(
      "Exit code 0: all went well, 75: a source failed, 66: the configuration cannot "
      "be read,\n73 or 77: the state directory cannot be written, 78: a mistake in the "
      "configuration.");
  return
      [options](const Surroundings& surroundings) { return Refresh(*options, surroundings).run(); };
}

}  // namespace forcetls
