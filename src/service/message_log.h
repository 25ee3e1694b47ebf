// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Writes the outcome of each mail to the log: one line a judged mail, at info; unjudged and
/// exempt mail at debug. Watches for what an administrator should be told beside that. Safe from
/// any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "core/transaction.h"
#include "service/log.h"
#include "service/rate_limit.h"

namespace forcetls {

class MessageLog {
 public:
  explicit MessageLog(Log& log) : log_(log) {}

  /// A session of which all is known for now: remembers whether any client ever showed a
  /// certificate.
  void note_session(const Session& session);
  /// Says once of each MTA and size that its digests do not count.
  void note_digests(const Session& session);
  /// The end of a mail, or of its refused recipients.
  void report(const Session& session, const Verdict& verdict, std::string_view queue_id);
  /// A mail that was refused because it could not be judged.
  void report_unreadable(const Session& session, const Reply& reply, std::string_view queue_id);

  /// There was no evidence. If a certificate could not be judged, says why, at most once a minute:
  /// what `explain` gives, which is called only then.
  void report_lack_of_evidence(const Verdict& verdict,
                               const std::function<std::string()>& explain);
  /// Evidence for `server` was of another TLS session; at most once a minute.
  void report_disagreement(std::string_view server);

 private:
  void hint_at_ask_ccert(const Session& session, const Verdict& verdict);

  Log& log_;
  std::atomic<bool> certificate_seen_{false};
  std::atomic<unsigned> postfix_digests_seen_{0};  // a bit for each size in units of 32
  std::atomic<unsigned> sendmail_digests_seen_{0};
  RateLimit ask_ccert_hint_{std::chrono::hours(1)};
  RateLimit lack_hint_{std::chrono::minutes(1)};
  RateLimit disagreement_hint_{std::chrono::minutes(1)};
};

}  // namespace forcetls
