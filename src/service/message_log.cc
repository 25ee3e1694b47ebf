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

bool is_certificate_missing(const Finding& finding) {
  return finding.outcome == Outcome::Missing && finding.requirement == "require-certificate";
}

bool lacks_certificate(const Judgement& judgement) {
  return std::any_of(judgement.findings.begin(), judgement.findings.end(), is_certificate_missing);
}

// A monitor is there to find out what would be lacking.
bool lacks_certificate(const Ruling& ruling) {
  return (ruling.decision && lacks_certificate(*ruling.decision)) ||
         std::any_of(ruling.shadows.begin(), ruling.shadows.end(),
                     [](const Judgement& shadow) { return lacks_certificate(shadow); });
}

bool refuses_for_certificate_absent(const Ruling& ruling) {
  return ruling.decision && is_refusal(ruling.effect()) &&
         std::any_of(ruling.decision->findings.begin(), ruling.decision->findings.end(),
                     is_certificate_absent);
}

}  // namespace

void MessageLog::note_session(const Session& session) {
  const Certificate& certificate = session.certificate;
  if (certificate.state == Certificate::State::Verified ||
      certificate.state == Certificate::State::Untrusted ||
      certificate.state == Certificate::State::Expired || certificate.sha256.is_present() ||
      certificate.foreign_digest_bits != 0) {
    certificate_seen_ = true;
  }
}

void MessageLog::note_digests(const Session& session) {
  const unsigned bits = session.certificate.foreign_digest_bits;
  if (bits == 0) return;
  const bool is_postfix = session.mta == Mta::Postfix;
  auto& seen = is_postfix ? postfix_digests_seen_ : sendmail_digests_seen_;
  const unsigned bit = 1U << std::min(bits / 32, 31U);
  if ((seen.fetch_or(bit) & bit) != 0) return;
  log_.warning(std::string(is_postfix ? "Postfix" : "Sendmail") + " tells digests of " +
               std::to_string(bits) + " bits of certificates, and only SHA-256 counts: set " +
               (is_postfix ? "smtpd_tls_fingerprint_digest = sha256 in main.cf"
                           : "CertFingerprintAlgorithm=sha256, in sendmail.mc "
                             "define(`confCERT_FINGERPRINT_ALGORITHM', `sha256')"));
}

void MessageLog::report_lack_of_evidence(const Verdict& verdict,
                                         const std::function<std::string()>& explain) {
  const bool matters =
      std::any_of(verdict.rulings.begin(), verdict.rulings.end(),
                  [](const Ruling& ruling) { return lacks_certificate(ruling); });
  if (matters && lack_hint_.allows(RateLimit::Clock::now())) log_.warning(explain());
}

void MessageLog::report_disagreement(std::string_view server) {
  if (!disagreement_hint_.allows(RateLimit::Clock::now())) return;
  log_.warning("evidence from Postfix at " + std::string(server) +
               " was of another TLS session than its macros, and was dropped; if this is often so, "
               "look for TLS macros in milter_macro_defaults");
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
      "no client certificate has been seen since the start: if Postfix does not ask for them, set "
      "smtpd_tls_ask_ccert = yes; to trust any it needs smtpd_tls_CAfile");
}

}  // namespace forcetls
