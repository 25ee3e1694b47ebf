// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/explanation.h"

#include <algorithm>
#include <utility>

namespace forcetls {

namespace {

/// Gives whether MAIL, every recipient or the headers were refused.
bool run_transaction(Transaction& transaction, Explanation& explanation) {
  Step step = transaction.mail();
  if (step.kind != Step::Kind::Wait) return step.kind == Step::Kind::Refuse;

  const auto& rulings = transaction.verdict().rulings;
  explanation.lacks_recipient =
      explanation.mail.recipients.empty() &&
      std::any_of(rulings.begin(), rulings.end(),
                  [](const Ruling& ruling) { return ruling.awaits_recipient; });
  auto recipients = explanation.mail.recipients;
  if (recipients.empty()) recipients.emplace_back();
  if (explanation.mail.learned) transaction.learn(*explanation.mail.learned);
  for (const auto& recipient : recipients) {
    step = transaction.rcpt(recipient);
    if (step.kind == Step::Kind::Refuse)
      explanation.refused.push_back({recipient.text, std::move(step.reply)});
  }
  if (explanation.refused.size() == recipients.size()) return true;
  return transaction.end_of_headers(explanation.mail.authors).kind == Step::Kind::Refuse;
}

}  // namespace

bool Explanation::violates() const {
  if (!refused.empty() || action != Action::Pass) return true;
  const auto judgements = deciding_judgements(verdict);
  return std::any_of(judgements.begin(), judgements.end(), [](const Judgement* judgement) {
    return judgement->standing == Standing::Deciding && judgement->outcome != Outcome::Passed;
  });
}

Explanation explain(const Policy& policy, ExplainedMail mail) {
  Explanation explanation;
  Transaction transaction(policy, mail.session);
  explanation.mail = std::move(mail);
  const bool is_refused = run_transaction(transaction, explanation);
  explanation.verdict = transaction.verdict();
  explanation.action = explanation.verdict.action;
  if (is_refused) {
    explanation.reply = explanation.verdict.reply;
    explanation.action =
        explanation.reply->code.starts_with('4') ? Action::Defer : Action::Reject;
  }
  return explanation;
}

std::string format_requirement(const Finding& finding) {
  std::string text(finding.requirement);
  if (!finding.rule.empty()) text += " " + finding.rule;
  if (!finding.key.empty()) text.append(" ").append(finding.key);
  return text;
}

std::vector<const Judgement*> deciding_judgements(const Verdict& verdict) {
  std::vector<const Judgement*> judgements;
  for (const auto& ruling : verdict.rulings) {
    if (!ruling.decision) continue;
    const auto is_same = [&](const Judgement* judgement) {
      return judgement->connector == ruling.decision->connector;
    };
    if (std::none_of(judgements.begin(), judgements.end(), is_same))
      judgements.push_back(&*ruling.decision);
  }
  return judgements;
}

}  // namespace forcetls
