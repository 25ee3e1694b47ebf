// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/daemon.h"

#include <libmilter/mfapi.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <future>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "config/loader.h"
#include "service/background.h"
#include "service/current_config.h"
#include "service/listener.h"
#include "service/log.h"
#include "service/milter.h"
#include "service/notify.h"
#include "service/privileges.h"
#include "service/reload.h"
#include "service/start_failure.h"

namespace forcetls {
namespace {

sigset_t our_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGUSR1}) sigaddset(&signals, signal);
  return signals;
}

/// nullptr: the file has errors. All that there is to say of it goes to stderr.
std::shared_ptr<const Config> load_or_complain(const std::string& file, bool with_warnings) {
  if (access(file.c_str(), R_OK) != 0) throw StartFailure(EX_NOINPUT, "cannot read " + file, errno);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const LoadResult loaded = load_config(file, now);
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    const bool is_error = diagnostic.severity == Diagnostic::Severity::Error;
    if (is_error || with_warnings) std::cerr << format_diagnostic(diagnostic) << '\n';
  }
  return loaded.config;
}

/// That the daemon would find the user and the group, whoever asks.
void check_names(const MilterSettings& settings) {
  if (!settings.user.empty()) find_user(settings.user);
  if (!settings.socket_group.empty()) find_group(settings.socket_group);
}

// At the limit libmilter's accept loop spins.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

class Daemon {
 public:
  Daemon(const DaemonOptions& options, std::string file, std::shared_ptr<const Config> config)
      : foreground_(options.foreground),
        file_(std::move(file)),
        settings_(config->milter),
        log_(options.foreground ? LogTarget::Stderr : LogTarget::Syslog, settings_),
        config_(std::move(config)),
        milter_(config_, log_) {}

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

  const bool foreground_;
  const std::string file_;
  const MilterSettings settings_;  // those it was started with
  Log log_;
  CurrentConfig config_;
  Milter milter_;
};

int Daemon::start_and_serve(const std::optional<Account>& account, Background& background) {
  ListenerOptions options{.address = settings_.socket, .mode = settings_.socket_mode};
  if (!settings_.socket_group.empty()) options.group = find_group(settings_.socket_group);
  if (account) options.owner = account->uid;
  const Listener listener(options);
  milter_.set_tcp(listener.is_tcp());
  if (account) become(*account);

  const auto active = config_.get();
  for (const Diagnostic& warning : active->config->warnings) log_.note(warning);
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
            format_socket_address(settings_.socket) + ", connectors: " +
            std::to_string(config_.get()->config->policy.connectors().size()));
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
  const sigset_t signals = our_signals();
  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGUSR1) return;
    notify_reloading();
    try {
      reload(file_, settings_, config_, log_);
    } catch (const std::exception& error) {
      log_.error(std::string("reload failed: ") + error.what());
    }
    notify_ready();
  }
}

int start(const DaemonOptions& options) {
  const std::string file = std::filesystem::absolute(options.config_file);
  auto config = load_or_complain(file, options.check_only);
  if (!config) return EX_CONFIG;
  if (options.check_only) {
    check_names(config->milter);
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
  }
}

}  // namespace forcetls
