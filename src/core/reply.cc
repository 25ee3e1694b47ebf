// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/reply.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace forcetls {

namespace {

constexpr std::size_t kMaxPeerText = 80;
constexpr std::size_t kMaxText = 480;

/// The codes of a violation: basic ones for reject, `detail` shared by both.
struct Codes {
  std::string_view reject;
  std::string_view detail;  // of 5.7.x and 4.7.x
};

Codes codes_of(Violation violation) {
  switch (violation) {
    case Violation::TlsAbsent: return {"530", "7.0"};
    case Violation::TlsVersion:
    case Violation::Cipher:
    case Violation::CipherBits:
    case Violation::ForwardSecrecy: return {"550", "7.4"};
    case Violation::CertificateAbsent:
    case Violation::CertificateUntrusted:
    case Violation::CertificateExpired:
    case Violation::CertificateRevoked:
    case Violation::CertificateKey: return {"550", "7.5"};
    case Violation::CertificateName:
    case Violation::CertificateSubject:
    case Violation::CertificateIssuer:
    case Violation::CertificatePin:
    case Violation::CertificateRuleDates:
    case Violation::ClientAddress: return {"550", "7.1"};
    case Violation::EvidenceMissing:
    case Violation::None: break;
  }
  return {"550", "7.0"};
}

std::string clean(std::string_view text, std::size_t max = kMaxPeerText) {
  std::string cleaned(text.substr(0, max));
  for (char& c : cleaned)
    if (c < ' ' || c > '~') c = '?';
  return cleaned;
}

/// The domain that was judged: of the sender or author, for the null sender of HELO.
std::string judged_domain(const Session& session, const SenderAddress& address) {
  if (!address.null_sender) return address.domain.empty() ? "this sender" : clean(address.domain);
  if (!session.helo_domain.empty()) return clean(session.helo_domain);
  return session.helo.empty() ? "<>" : clean(session.helo);
}

/// The findings that the reply names: the faults if there are any, else what is missing. A session
/// in the clear is one fault, however many requirements it breaks.
std::vector<const Finding*> named_findings(const Judgement& judgement) {
  std::vector<const Finding*> named;
  for (const auto& finding : judgement.findings)
    if (finding.outcome == judgement.outcome &&
        (finding.violation != Violation::TlsAbsent || named.empty() ||
         named.front()->violation != Violation::TlsAbsent))
      named.push_back(&finding);
  std::stable_sort(named.begin(), named.end(), [](const Finding* a, const Finding* b) {
    return a->violation < b->violation;
  });
  return named;
}

std::string fault_text(const Finding& finding, const std::string& domain) {
  if (finding.violation == Violation::TlsAbsent)
    return "Must issue a STARTTLS command first: mail from " + domain + " requires " +
           finding.public_wanted;
  return clean(finding.public_seen) + " seen, " + finding.public_wanted +
         " required for mail from " + domain;
}

std::string missing_text(const std::vector<const Finding*>& findings, const std::string& domain) {
  std::vector<std::string_view> facts;
  for (const auto* finding : findings)
    if (std::find(facts.begin(), facts.end(), finding->public_seen) == facts.end())
      facts.push_back(finding->public_seen);
  std::string text;
  for (const auto fact : facts) text.append(text.empty() ? "" : ", ").append(fact);
  return "Cannot verify " + text + " for mail from " + domain + ", try again later";
}

template <typename Text>
std::string join(const std::vector<const Finding*>& findings, std::string_view separator,
                 Text text) {
  std::string joined;
  for (const auto* finding : findings) {
    if (!joined.empty()) joined += separator;
    joined += text(*finding);
  }
  return joined;
}

/// The administrator's own text with %{domain}, %{wanted} and %{seen} filled in.
std::string fill_in(std::string_view text, const std::vector<const Finding*>& findings,
                    const std::string& domain) {
  const std::pair<std::string_view, std::string> values[] = {
      {"%{domain}", domain},
      {"%{wanted}",
       join(findings, ", ",
            [](const Finding& finding) {
              return finding.public_wanted.empty() ? finding.public_seen : finding.public_wanted;
            })},
      {"%{seen}", join(findings, ", ", [](const Finding& finding) {
         return finding.outcome == Outcome::Missing ? "unknown" : clean(finding.public_seen);
       })}};
  std::string filled;
  while (!text.empty()) {
    const auto value = std::find_if(std::begin(values), std::end(values), [&](const auto& pair) {
      return text.starts_with(pair.first);
    });
    if (value != std::end(values)) {
      filled += value->second;
      text.remove_prefix(value->first.size());
    } else {
      filled.push_back(text.front());
      text.remove_prefix(1);
    }
  }
  return filled;
}

}  // namespace

Reply form_reply(const ReplySettings& settings, const Session& session,
                 const Judgement& judgement) {
  const auto findings = named_findings(judgement);
  const std::string domain = judged_domain(session, judgement.address);
  const Connector& connector = *judgement.connector;

  std::string text;
  if (const std::string& own = connector.particulars().reply; !own.empty())
    text = fill_in(own, findings, domain);
  else if (judgement.outcome == Outcome::Missing)
    text = missing_text(findings, domain);
  else
    text = join(findings, "; ", [&](const Finding& finding) { return fault_text(finding, domain); });

  std::string ending;
  if (settings.reveal_connector) ending += " [" + connector.name + "]";
  if (!settings.contact.empty()) ending.append("; ").append(settings.contact);
  ending = clean(ending, kMaxText / 2);
  text = clean(text, kMaxText - ending.size()) + ending;

  const Codes codes = codes_of(findings.empty() ? Violation::None : findings.front()->violation);
  const bool reject = judgement.action == Action::Reject;
  return {std::string(reject ? codes.reject : "451"),
          (reject ? "5." : "4.") + std::string(codes.detail), std::move(text)};
}

Reply separate_recipients_reply() {
  return {"451", "4.5.3", "Send separately to this recipient"};
}

Reply too_many_recipients_reply() {
  return {"452", "4.5.3", "Too many recipient domains, send separately"};
}

std::string format_reply(const Reply& reply) {
  return reply.code + " " + reply.enhanced + " " + reply.text;
}

}  // namespace forcetls
