// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/daemon.h"

#include <libmilter/mfapi.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

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
#include "service/signals.h"
#include "service/start_failure.h"

namespace forcetls {
namespace {

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
  int wait_for_stop(Signals& signals);

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
  for (const Diagnostic& warning : active->config->warnings) {
    log_.warning(format_diagnostic(warning));
  }
  log_.info("forcetlsd " FORCETLS_VERSION " is ready on " +
            format_socket_address(settings_.socket) + ", " +
            std::to_string(active->config->policy.connectors().size()) + " connectors");
  const bool ended_well = serve(listener, background);
  log_.info("forcetlsd ends");
  return ended_well ? EX_OK : EX_UNAVAILABLE;
}

bool Daemon::serve(const Listener& listener, Background& background) {
  Signals signals;
  std::promise<bool> ended;
  std::future<bool> end = ended.get_future();
  std::thread milter([&] {
    block_signals();
    ended.set_value(milter_.run());
    signals.post_end();
  });
  notify_ready();
  background.ready();
  const bool ended_by_itself = wait_for_stop(signals) == Signals::kEnd;

  notify_stopping();
  // Stopped before it accepts, libmilter would open the socket a second time.
  if (!ended_by_itself) listener.wait_until_served();
  // smfi_stop() waits for the accept loop, and that for a connection or five seconds.
  std::thread stopper(smfi_stop);
  while (end.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready) listener.wake();
  stopper.join();
  milter.join();
  return end.get() || !ended_by_itself;
}

int Daemon::wait_for_stop(Signals& signals) {
  for (;;) {
    const int signal = signals.wait();
    if (signal != SIGUSR1) return signal;
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
  if (options.check_only) return EX_OK;

  const auto account = find_account(config->milter.user);
  raise_descriptor_limit();
  Background background;
  if (!options.foreground) background.detach();
  Daemon daemon(options, file, std::move(config));
  return daemon.run(account, background);
}

}  // namespace

int run_daemon(const DaemonOptions& options) {
  block_signals();  // before any thread is started
  try {
    return start(options);
  } catch (const StartFailure& failure) {
    std::cerr << "forcetlsd: " << failure.what() << '\n';
    return failure.exit_code();
  }
}

}  // namespace forcetls
