// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/trace_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/time_text.h"
#include "core/reply.h"
#include "wire/printable.h"

namespace forcetls {

namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kMostPeerText = 200;

std::string clean(std::string_view text) { return clean_text(text, kMostPeerText); }

std::string join(const std::vector<std::string>& texts) {
  std::string joined;
  for (const auto& text : texts) joined.append(joined.empty() ? "" : ", ").append(clean(text));
  return joined;
}

std::string fact_text(const Fact<std::string>& fact) {
  if (fact.is_unknown()) return "unknown";
  if (fact.is_absent()) return "none";
  return fact->empty() ? "''" : clean(*fact);
}

std::string fact_text(const Fact<std::vector<std::string>>& fact) {
  if (fact.is_unknown()) return "unknown";
  return fact.is_absent() ? "none" : join(*fact);
}

std::string client_text(const Session& session) {
  const std::string address =
      session.client_address.is_present() ? session.client_text : std::string("unknown address");
  return address + ", name " + fact_text(session.client_name);
}

std::string tls_text(const Fact<Tls>& tls) {
  if (tls.is_unknown()) return "unknown";
  if (tls.is_absent()) return "none";
  return fmt::format("{}, {}, {}",
                     tls->version_text.empty() ? "version unknown" : clean(tls->version_text),
                     tls->cipher.empty() ? "cipher unknown" : clean(tls->cipher),
                     tls->bits ? fmt::format("{} bits", *tls->bits) : "bits unknown");
}

std::string fact_text(const Fact<bool>& fact) {
  if (!fact.is_present()) return "unknown";
  return *fact ? "yes" : "no";
}

std::string certificate_text(const Certificate& certificate) {
  switch (certificate.state) {
    case Certificate::State::Absent: return "none";
    case Certificate::State::Silent: return "none that Postfix trusts";
    case Certificate::State::Unknown: return "unknown";
    case Certificate::State::Untrusted:
    case Certificate::State::Expired:
    case Certificate::State::Verified: break;
  }
  return fmt::format("{}; CN {}; issuer {}; organization {}",
                     format_certificate_state(certificate.state), fact_text(certificate.subject_cn),
                     fact_text(certificate.issuer_cn), fact_text(certificate.organizations));
}

std::string address_text(const Session& session, const Ruling& ruling) {
  std::string text = clean(ruling.address.domain);
  if (ruling.address.null_sender)
    text = session.helo.empty() ? "<>" : "<> with HELO " + clean(session.helo);
  else if (text.empty())
    text = "an address without a domain";
  text += ruling.place == SenderPlace::Header ? " in From:" : " in MAIL";
  if (!ruling.recipient.empty()) text += ", to " + clean(ruling.recipient);
  return text;
}

/// Builds the text line by line.
class Trace {
 public:
  Trace(const Explanation& explanation, const TraceContext& context)
      : explanation_(explanation), context_(context) {}

  std::string run() {
    write_facts();
    for (const auto& ruling : explanation_.verdict.rulings) write_ruling(ruling);
    write_result();
    return std::move(text_);
  }

 private:
  void line(std::string_view label, std::string_view value) {
    text_ += fmt::format("  {:<13} {}\n", label, value);
  }

  void write_facts() {
    const ExplainedMail& mail = explanation_.mail;
    const Session& session = mail.session;
    text_ += "Mail\n";
    line("time", format_time(session.time));
    line("client", client_text(session));
    line("HELO", session.helo.empty() ? "none" : clean(session.helo));
    line("from", clean(session.sender));
    for (const auto& recipient : mail.recipients) line("to", clean(recipient.text));
    for (const auto& field : mail.from_fields) line("From:", clean(field));
    line("TLS", tls_text(session.tls));
    write_certificate(mail.certificate());
    if (session.auth_user.is_present()) line("authenticated", clean(*session.auth_user));
    for (const auto& note : mail.notes) line("note", note);
    if (explanation_.lacks_recipient)
      line("note", "a connector with match-recipient may judge instead; see --to");
  }

  void write_certificate(const Certificate& certificate) {
    line("certificate", certificate_text(certificate));
    if (!certificate.problem.empty()) line("", clean(certificate.problem));
    if (!certificate.known_as.empty())
      line("", fmt::format("known as {}; root {}; revoked: {}", certificate.known_as,
                           fact_text(certificate.root_cns), fact_text(certificate.revoked)));
    if (certificate.sha256.is_present()) line("", "sha256 " + format_digest(*certificate.sha256));
    if (certificate.key_sha256.is_present())
      line("", "key-sha256 " + format_digest(*certificate.key_sha256));
  }

  void write_ruling(const Ruling& ruling) {
    text_ += fmt::format("\n{}\n", address_text(explanation_.mail.session, ruling));
    for (const auto& shadow : ruling.shadows) write_judgement("monitor", shadow);
    if (ruling.decision)
      write_judgement("judged by", *ruling.decision);
    else
      line("judged by", "no connector: opportunistic TLS");
    for (const auto& loser : ruling.passed_over)
      line("passed over", fmt::format("[inbound {}]: {}", loser.connector->name, loser.reason));
  }

  std::string place_of(const Connector& connector) const {
    if (connector.where.file >= context_.config_files.size()) return {};
    return fmt::format(" ({}:{})", context_.config_files[connector.where.file],
                       connector.where.line);
  }

  void write_judgement(std::string_view role, const Judgement& judgement) {
    const Connector& connector = *judgement.connector;
    line(role, fmt::format("[inbound {}]{}", connector.name, place_of(connector)));
    const std::string& description = connector.particulars().description;
    if (!description.empty()) line("", description);
    std::size_t width = 0;
    for (const auto& finding : judgement.findings)
      width = std::max(width, format_requirement(finding).size());
    for (const auto& finding : judgement.findings) write_finding(finding, width);
    line("", consequence(judgement));
  }

  void write_finding(const Finding& finding, std::size_t width) {
    const std::string head = fmt::format("    {:<7} {:<{}}  ", format_outcome(finding.outcome),
                                         format_requirement(finding), width);
    const std::string wanted = "wanted " + clean(finding.wanted);
    const std::string seen = "seen " + (finding.seen.empty() ? "''" : clean(finding.seen));
    const bool fits = head.size() + wanted.size() + 2 + seen.size() <= kColumns;
    text_ += head + wanted + (fits ? "; " : ";\n" + std::string(head.size(), ' ')) + seen + "\n";
  }

  static std::string consequence(const Judgement& judgement) {
    std::string reasons;
    for (const auto& finding : judgement.findings) {
      if (finding.outcome != judgement.outcome || finding.outcome == Outcome::Passed) continue;
      const auto word = format_violation(finding.violation);
      if (reasons.find(word) == std::string::npos)
        reasons.append(reasons.empty() ? "" : ", ").append(word);
    }
    const std::string action(format_action(judgement.action));
    if (reasons.empty()) return "-> " + action;
    if (judgement.standing == Standing::Deciding) return reasons + " -> " + action;
    return fmt::format("{} -> would {} ({})", reasons, action, format_standing(judgement.standing));
  }

  std::string_view stage_text() const {
    switch (explanation_.verdict.stage) {
      case Stage::Mail: return "MAIL";
      case Stage::Rcpt: return "RCPT";
      case Stage::EndOfHeaders: break;
    }
    return "the end of the headers";
  }

  std::string result() const {
    const Exemption exemption = explanation_.verdict.exemption;
    if (exemption != Exemption::None)
      return fmt::format("accepted, not judged: exempt ({})", format_exemption(exemption));
    switch (explanation_.action) {
      case Action::Pass: return "accepted";
      case Action::Tag: return "accepted and tagged";
      case Action::Quarantine: return "accepted into quarantine";
      case Action::Discard: return "accepted and thrown away";
      case Action::Defer: return fmt::format("deferred at {}", stage_text());
      case Action::Reject: break;
    }
    return fmt::format("rejected at {}", stage_text());
  }

  void write_result() {
    text_ += fmt::format("\nResult: {}\n", result());
    if (!explanation_.reply)
      for (const auto& refused : explanation_.refused)
        text_ += fmt::format("  but not to {}\n  {}\n", clean(refused.text),
                             format_reply(refused.reply));
    if (explanation_.reply) text_ += format_reply(*explanation_.reply) + "\n";
    if (!explanation_.reply && !context_.authentication_results.empty())
      text_ += fmt::format("Authentication-Results: {}\n", context_.authentication_results);
  }

  const Explanation& explanation_;
  const TraceContext& context_;
  std::string text_;
};

}  // namespace

std::string format_trace(const Explanation& explanation, const TraceContext& context) {
  return Trace(explanation, context).run();
}

}  // namespace forcetls
