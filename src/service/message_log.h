// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Writes the outcome of each mail to the log: one line a judged mail, at info; unjudged and
/// exempt mail at debug. Watches for what an administrator should be told beside that. Safe from
/// any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <string_view>

#include "core/transaction.h"
#include "service/log.h"
#include "service/rate_limit.h"

namespace forcetls {

class MessageLog {
 public:
  explicit MessageLog(Log& log) : log_(log) {}

  /// A session whose TLS facts are known: remembers whether any client ever showed a certificate.
  void note_session(const Session& session);
  /// The end of a mail, or of its refused recipients.
  void report(const Session& session, const Verdict& verdict, std::string_view queue_id);
  /// A mail that was refused because it could not be judged.
  void report_unreadable(const Session& session, const Reply& reply, std::string_view queue_id);

 private:
  void hint_at_ask_ccert(const Session& session, const Verdict& verdict);

  Log& log_;
  std::atomic<bool> certificate_seen_{false};
  RateLimit ask_ccert_hint_{std::chrono::hours(1)};
};

}  // namespace forcetls
