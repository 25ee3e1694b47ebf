// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/daemon.h"

#include <libmilter/mfapi.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <exception>
#include <filesystem>
#include <future>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "config/endings.h"
#include "config/loader.h"
#include "service/anchor_files.h"
#include "service/background.h"
#include "service/clock.h"
#include "service/current_config.h"
#include "service/evidence_door.h"
#include "service/evidence_store.h"
#include "service/file_lock.h"
#include "service/listener.h"
#include "service/listening_socket.h"
#include "service/log.h"
#include "service/milter.h"
#include "service/notify.h"
#include "service/outbound_door.h"
#include "service/privileges.h"
#include "service/reload.h"
#include "service/start_failure.h"

namespace forcetls {
namespace {

using SteadyClock = std::chrono::steady_clock;

sigset_t our_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGUSR1}) sigaddset(&signals, signal);
  return signals;
}

/// Its number; -1: there was none before `limit`, or the wait was interrupted.
int wait_for_signal(SteadyClock::time_point limit) {
  const auto left = std::max(limit - SteadyClock::now(), SteadyClock::duration::zero());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  const timespec wait{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
  const sigset_t signals = our_signals();
  return sigtimedwait(&signals, nullptr, &wait);
}

/// nullptr: the file has errors. All that there is to say of it goes to stderr.
std::shared_ptr<const Config> load_or_complain(const std::string& file, bool with_warnings) {
  if (access(file.c_str(), R_OK) != 0) throw StartFailure(EX_NOINPUT, "cannot read " + file, errno);
  const LoadResult loaded = load_config(file, now());
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    const bool is_error = diagnostic.severity == Diagnostic::Severity::Error;
    if (is_error || with_warnings) std::cerr << format_diagnostic(diagnostic) << '\n';
  }
  return loaded.config;
}

/// That the daemon would find the user and the groups, whoever asks.
void check_names(const StartSettings& settings) {
  if (!settings.milter.user.empty()) find_user(settings.milter.user);
  if (!settings.milter.socket_group.empty()) find_group(settings.milter.socket_group);
  if (settings.evidence && !settings.evidence->socket_group.empty())
    find_group(settings.evidence->socket_group);
  if (settings.outbound_map && !settings.outbound_map->socket_group.empty())
    find_group(settings.outbound_map->socket_group);
}

/// `settings`: those of a section with a socket.
template <typename Settings>
ListenerOptions listener_options(const Settings& settings, const std::optional<Account>& account) {
  ListenerOptions options{.address = settings.socket, .mode = settings.socket_mode};
  if (!settings.socket_group.empty()) options.group = find_group(settings.socket_group);
  if (account) options.owner = account->uid;
  return options;
}

bool has_trust(const Config& config) { return !config.trust.known_certificates.empty(); }

// At the limit libmilter's accept loop spins.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Leaves half of all descriptors to the milter.
StreamDoorLimits outbound_limits() {
  StreamDoorLimits limits = kOutboundDoorLimits;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
    limits.connections = std::min<std::size_t>(limits.connections, limit.rlim_cur / 2);
  return limits;
}

class Daemon {
 public:
  Daemon(const DaemonOptions& options, std::string file, std::shared_ptr<const Config> config)
      : foreground_(options.foreground),
        file_(std::move(file)),
        started_(*config),
        log_(options.foreground ? LogTarget::Stderr : LogTarget::Syslog, started_.milter),
        evidence_(started_.evidence ? std::make_unique<EvidenceStore>() : nullptr),
        lock_(started_.milter.state_directory + "/" + kDaemonLock),
        config_(std::move(config)),
        milter_(config_, evidence_.get(), log_) {}

  int run(const std::optional<Account>& account, Background& background) {
    try {
      return start_and_serve(account, background);
    } catch (const StartFailure& failure) {
      if (!foreground_) log_.error(failure.what());  // stderr is told by run_daemon
      throw;
    }
  }

 private:
  int start_and_serve(const std::optional<Account>& account, Background& background);
  bool serve(const Listener& listener, Background& background);
  void wait_for_stop();
  void look_at_certificates();
  /// Does what mail does not depend on.
  template <typename Work>
  void survive(const char* what, Work work) {
    try {
      work();
    } catch (const std::exception& error) {
      log_.error(std::string(what) + " failed: " + error.what());
    }
  }

  const bool foreground_;
  const std::string file_;
  const StartSettings started_;
  Log log_;
  const std::unique_ptr<EvidenceStore> evidence_;  // nullptr: no [postfix-evidence]
  FileLock lock_;
  CurrentConfig config_;
  Milter milter_;
};

int Daemon::start_and_serve(const std::optional<Account>& account, Background& background) {
  const Listener listener(listener_options(started_.milter, account));
  milter_.set_tcp(listener.is_tcp());
  std::optional<ListeningSocket> evidence_socket;
  if (evidence_) evidence_socket.emplace(listener_options(*started_.evidence, account));
  std::optional<ListeningSocket> outbound_socket;
  if (started_.outbound_map)
    outbound_socket.emplace(listener_options(*started_.outbound_map, account));
  if (account) become(*account);
  const std::shared_ptr<const Config> config = config_.get()->config;
  if (const std::string problem = write_anchor_files(*config); !problem.empty())
    throw StartFailure(EX_CANTCREAT, problem);

  for (const Diagnostic& warning : config->warnings) log_.note(warning);
  look_at_certificates();
  std::optional<EvidenceDoor> door;
  if (evidence_socket) door.emplace(std::move(*evidence_socket), *evidence_, log_);
  std::optional<OutboundDoor> outbound_door;
  if (outbound_socket)
    outbound_door.emplace(std::move(*outbound_socket), config_, log_, outbound_limits());
  const bool ended_well = serve(listener, background);
  log_.info("forcetlsd ends");
  return ended_well ? EX_OK : EX_UNAVAILABLE;
}

// The main thread waits for signals: Linux offers them to it before libmilter's own thread, which
// waits for them too and stops the filter as well, but within five seconds only.
bool Daemon::serve(const Listener& listener, Background& background) {
  std::atomic<bool> has_ended = false;
  std::promise<bool> ended;
  std::future<bool> end = ended.get_future();
  std::thread milter([&, main = pthread_self()] {
    ended.set_value(milter_.run());
    has_ended = true;
    pthread_kill(main, SIGTERM);
  });
  // Stopped before it accepts, libmilter would open the socket a second time.
  listener.wait_until_served();
  log_.info("forcetlsd " FORCETLS_VERSION " is ready on " +
            format_socket_address(started_.milter.socket) +
            (started_.evidence
                 ? ", for evidence on " + format_socket_address(started_.evidence->socket)
                 : "") +
            (started_.outbound_map
                 ? ", for outbound queries on " + format_socket_address(started_.outbound_map->socket)
                 : "") +
            ", " + count_connectors(config_.get()->config->policy));
  notify_ready();
  background.ready();
  wait_for_stop();

  notify_stopping();
  const bool ended_by_itself = has_ended;
  // smfi_stop() waits for the accept loop, and that for a connection or five seconds.
  std::thread stopper(smfi_stop);
  while (end.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready) listener.wake();
  stopper.join();
  milter.join();
  return end.get() || !ended_by_itself;
}

void Daemon::wait_for_stop() {
  constexpr std::chrono::hours kDay(24);
  auto next_look = SteadyClock::now() + kDay;
  for (;;) {
    const int signal = wait_for_signal(next_look);
    if (signal == SIGUSR1) {
      notify_reloading();
      bool in_force = false;
      survive("reload", [&] { in_force = reload(file_, started_, config_, log_); });
      notify_ready();
      if (!in_force) continue;
    } else if (signal > 0) {
      return;
    } else if (SteadyClock::now() < next_look) {
      continue;
    }
    survive("look at certificates", [&] { look_at_certificates(); });
    next_look = SteadyClock::now() + kDay;
  }
}

// What ends soon, for the administrator; and a way for `forcetls refresh` to find this process.
void Daemon::look_at_certificates() {
  const std::shared_ptr<const Config> config = config_.get()->config;
  if (const int error = has_trust(*config) ? lock_.hold() : 0; error != 0) {
    log_.warning("cannot lock " + lock_.path() + ": " +
                 (error == EAGAIN ? "another process holds it" : std::strerror(error)) +
                 "; forcetls refresh cannot tell this daemon to reload");
  }
  constexpr std::size_t kMostLines = 100;
  std::size_t lines = 0;
  for (const Ending& ending : list_endings(*config, now())) {
    if (ending.expected)
      log_.debug(format_diagnostic(ending.warning));
    else if (++lines <= kMostLines)
      log_.note(ending.warning);
  }
  if (lines > kMostLines) {
    log_.warning(std::to_string(lines - kMostLines) + " more of this kind; forcetls check has all");
  }
}

int start(const DaemonOptions& options) {
  const std::string file = std::filesystem::absolute(options.config_file);
  auto config = load_or_complain(file, options.check_only);
  if (!config) return EX_CONFIG;
  if (options.check_only) {
    check_names(StartSettings(*config));
    return EX_OK;
  }
  const auto account = find_account(config->milter.user);
  raise_descriptor_limit();
  Background background;
  if (!options.foreground) background.detach();
  // Before any thread is started: one that does not block them would be killed.
  const sigset_t signals = our_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Daemon daemon(options, file, std::move(config));
  return daemon.run(account, background);
}

}  // namespace

int run_daemon(const DaemonOptions& options) {
  try {
    return start(options);
  } catch (const StartFailure& failure) {
    std::cerr << "forcetlsd: " << failure.what() << '\n';
    return failure.exit_code();
  } catch (const std::exception& error) {
    std::cerr << "forcetlsd: " << error.what() << '\n';
    return EX_OSERR;
  }
}

}  // namespace forcetls
