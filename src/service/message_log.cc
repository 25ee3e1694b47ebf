// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/message_log.h"

#include <algorithm>

#include "service/log_line.h"

namespace forcetls {
namespace {

bool is_certificate_absent(const Finding& finding) {
  return finding.outcome == Outcome::Failed && finding.violation == Violation::CertificateAbsent;
}

bool refuses_for_certificate_absent(const Ruling& ruling) {
  return ruling.decision && is_refusal(ruling.effect()) &&
         std::any_of(ruling.decision->findings.begin(), ruling.decision->findings.end(),
                     is_certificate_absent);
}

}  // namespace

void MessageLog::note_session(const Session& session) {
  if (session.certificate.state == Certificate::State::Verified ||
      session.certificate.state == Certificate::State::Untrusted) {
    certificate_seen_ = true;
  }
}

void MessageLog::report(const Session& session, const Verdict& verdict, std::string_view queue_id) {
  if (verdict.was_judged()) {
    log_.info(format_log_line(session, verdict, queue_id));
    hint_at_ask_ccert(session, verdict);
  } else if (log_.wants_debug()) {
    log_.debug(format_log_line(session, verdict, queue_id));
  }
}

void MessageLog::report_unreadable(const Session& session, const Reply& reply,
                                   std::string_view queue_id) {
  Verdict verdict;
  verdict.stage = Stage::EndOfHeaders;
  verdict.action = Action::Reject;
  verdict.reply = reply;
  log_.warning(format_log_line(session, verdict, queue_id));
}

// Only Postfix: it does not ask clients for certificates unless told, and cannot tell a milter so.
void MessageLog::hint_at_ask_ccert(const Session& session, const Verdict& verdict) {
  if (certificate_seen_ || session.mta != Mta::Postfix) return;
  const auto& rulings = verdict.rulings;
  if (std::none_of(rulings.begin(), rulings.end(), refuses_for_certificate_absent)) return;
  if (!ask_ccert_hint_.allows(RateLimit::Clock::now())) return;
  log_.warning(
      "no trusted client certificate has been seen since the start: if Postfix does not ask for "
      "them, set smtpd_tls_ask_ccert = yes and smtpd_tls_CAfile");
}

}  // namespace forcetls
