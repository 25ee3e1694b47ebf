// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The daemon's life from its command line to its end: configuration, socket, privileges,
/// readiness, signals.
#pragma once

#include <string>

namespace forcetls {

struct DaemonOptions {
  std::string config_file;
  bool foreground = false;  // log to stderr, do not fork
  bool check_only = false;  // load the configuration and end
};

/// In the state directory: a daemon with [trust] holds a lock on it (service/file_lock.h), by which
/// `forcetls refresh` finds the daemon.
inline constexpr const char* kDaemonLock = "forcetlsd.lock";

/// Gives the exit code (sysexits(3)). To be called once, before any thread is started.
int run_daemon(const DaemonOptions& options);

}  // namespace forcetls
