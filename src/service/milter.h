// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The filter as libmilter knows it: its callbacks copy what the MTA says into a MilterSession and
/// turn the session's answers into libmilter's. Decides nothing. libmilter passes callbacks
/// nothing of ours before negotiation, so one Milter at a time serves the process.
#pragma once

#include <atomic>

#include "service/current_config.h"
#include "service/evidence_store.h"
#include "service/log.h"
#include "service/message_log.h"

namespace forcetls {

class Milter {
 public:
  /// Registers the callbacks: to be done before the socket is opened. The arguments outlive it;
  /// `evidence` may be nullptr.
  Milter(const CurrentConfig& config, EvidenceStore* evidence, Log& log);
  Milter(const Milter&) = delete;
  Milter& operator=(const Milter&) = delete;
  /// Returns when no callback is running. libmilter's threads may live on; from now on they answer
  /// with a temporary failure and touch nothing of ours.
  ~Milter();

  /// Whether MTAs come over TCP; before run().
  void set_tcp(bool tcp) { tcp_ = tcp; }

  /// Serves until smfi_stop() or a signal; false: libmilter failed.
  bool run();

  const CurrentConfig& config() const { return config_; }
  EvidenceStore* evidence() const { return evidence_; }
  Log& log() { return log_; }
  MessageLog& message_log() { return message_log_; }
  bool is_tcp() const { return tcp_; }
  /// True once: the MTA takes no macro lists, which is to be logged.
  bool is_first_old_mta() { return !old_mta_seen_.exchange(true); }

 private:
  const CurrentConfig& config_;
  EvidenceStore* const evidence_;
  Log& log_;
  MessageLog message_log_;
  std::atomic<bool> old_mta_seen_{false};
  bool tcp_ = false;
};

}  // namespace forcetls
