// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/log_line.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/reply.h"
#include "service/log_pairs.h"
#include "wire/ip_text.h"

namespace forcetls {
namespace {

constexpr std::size_t kMaxJudgements = 8;
constexpr std::size_t kMaxAuthors = 8;

void add_fact(LogPairs& line, std::string_view key, const Fact<std::string>& fact) {
  if (fact.is_present()) line.add(key, *fact);
}

void add_digest(LogPairs& line, std::string_view key, const Fact<Digest>& digest) {
  if (digest.is_present()) line.add(key, format_digest_plain(*digest));
}

void add_certificate(LogPairs& line, const Certificate& certificate) {
  line.add("certificate", format_certificate_state(certificate.state));
  add_fact(line, "subject_cn", certificate.subject_cn);
  add_fact(line, "issuer_cn", certificate.issuer_cn);
  add_digest(line, "cert_sha256", certificate.sha256);
  add_digest(line, "key_sha256", certificate.key_sha256);
  line.add_unless_empty("certificate_source", certificate.known_as);
  line.add_unless_empty("certificate_problem", certificate.problem);
  if (certificate.revoked.is_present()) line.add("revoked", *certificate.revoked ? "yes" : "no");
}

void add_tls(LogPairs& line, const Session& session) {
  if (!session.tls.is_present()) {
    line.add("tls", session.tls.is_absent() ? "none" : "unknown");
    return;
  }
  line.add("tls", session.tls->version_text);
  line.add_unless_empty("cipher", session.tls->cipher);
  if (session.tls->bits) line.add("bits", std::to_string(*session.tls->bits));
  add_certificate(line, session.certificate);
}

std::string format_authors(const std::vector<SenderAddress>& authors) {
  std::string text;
  for (std::size_t i = 0; i < authors.size(); ++i) {
    if (i == kMaxAuthors) return text + ",...";
    if (i > 0) text += ',';
    text += authors[i].domain;
  }
  return text;
}

void add_session(LogPairs& line, const Session& session) {
  line.add("client", session.client_address.is_present()
                         ? format_ip_address(*session.client_address)
                         : "unknown");
  add_fact(line, "client_name", session.client_name);
  line.add_unless_empty("helo", session.helo);
  line.add("sender", session.sender);
  line.add_unless_empty("from", format_authors(session.authors));
  add_fact(line, "auth", session.auth_user);
  add_tls(line, session);
}

bool says_the_same(const Judgement& one, const Judgement& other) {
  return one.connector == other.connector && one.standing == other.standing &&
         one.action == other.action &&
         std::equal(one.findings.begin(), one.findings.end(), other.findings.begin(),
                    other.findings.end(), [](const Finding& a, const Finding& b) {
                      return a.outcome == b.outcome && a.violation == b.violation;
                    });
}

std::vector<const Judgement*> distinct_judgements(const std::vector<Ruling>& rulings,
                                                  std::size_t& more) {
  std::vector<const Judgement*> distinct;
  const auto note = [&](const Judgement& judgement) {
    const auto same = [&](const Judgement* known) { return says_the_same(*known, judgement); };
    if (std::any_of(distinct.begin(), distinct.end(), same)) return;
    // Beyond any line's length it does not matter which ones are left out, or counted twice.
    if (distinct.size() < 8 * kMaxJudgements) distinct.push_back(&judgement);
    else ++more;
  };
  for (const Ruling& ruling : rulings) {
    if (ruling.decision) note(*ruling.decision);
    for (const Judgement& shadow : ruling.shadows) note(shadow);
  }
  std::stable_sort(distinct.begin(), distinct.end(), [](const Judgement* a, const Judgement* b) {
    const bool a_decides = a->standing == Standing::Deciding;
    const bool b_decides = b->standing == Standing::Deciding;
    return a_decides != b_decides ? a_decides : a->action > b->action;
  });
  if (distinct.size() > kMaxJudgements) {
    more += distinct.size() - kMaxJudgements;
    distinct.resize(kMaxJudgements);
  }
  return distinct;
}

void add_judgement(LogPairs& line, const Judgement& judgement) {
  std::vector<std::string_view> violations;
  std::vector<std::string_view> missing;
  const auto note = [](std::vector<std::string_view>& words, std::string_view word) {
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  };
  for (const Finding& finding : judgement.findings) {
    if (finding.outcome == Outcome::Failed) note(violations, format_violation(finding.violation));
    if (finding.outcome == Outcome::Missing) note(missing, finding.requirement);
  }
  line.add("connector", judgement.connector->name);
  line.add("mode", format_standing(judgement.standing));
  line.add(judgement.standing == Standing::Deciding ? "action" : "would",
           format_action(judgement.action));
  line.add_words("violations", violations);
  line.add_words("missing", missing);
}

// One is enough to find the mail in the MTA's log, which names them all.
std::string_view find_refused_recipient(const std::vector<Ruling>& rulings) {
  const auto refused = std::find_if(rulings.begin(), rulings.end(), [](const Ruling& ruling) {
    return ruling.refused && !ruling.recipient.empty();
  });
  return refused == rulings.end() ? std::string_view() : refused->recipient;
}

}  // namespace

std::string format_log_line(const Session& session, const Verdict& verdict,
                            std::string_view queue_id) {
  LogPairs line;
  line.add("stage", format_stage(verdict.stage));
  add_session(line, session);

  std::size_t more = 0;
  const auto judgements = distinct_judgements(verdict.rulings, more);
  if (judgements.empty() || judgements.front()->standing != Standing::Deciding) {
    line.add("action", format_action(verdict.action));
  }
  if (verdict.exemption != Exemption::None) {
    line.add("exempt", format_exemption(verdict.exemption));
  }
  for (const Judgement* judgement : judgements) add_judgement(line, *judgement);
  if (more > 0) line.add("more", std::to_string(more));

  if (verdict.refused_recipients > 0) {
    line.add_unless_empty("recipient", find_refused_recipient(verdict.rulings));
    line.add("refused_recipients", std::to_string(verdict.refused_recipients));
  }
  if (verdict.reply) line.add_whole("reply", format_reply(*verdict.reply));
  line.add_unless_empty("queue_id", queue_id);
  return line.take();
}

}  // namespace forcetls
