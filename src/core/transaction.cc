// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/transaction.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/reply.h"

namespace forcetls {

namespace {

/// What one message may make us keep and do. An MTA takes 1,000 recipients or fewer.
constexpr std::size_t kMaxRecipientDomains = 1000;
constexpr std::size_t kMaxRulings = 1000;

/// The gravest of the rulings that hold; nullptr if there are none.
const Ruling* gravest(const std::vector<Ruling>& rulings, bool final_only) {
  const Ruling* worst = nullptr;
  for (const auto& ruling : rulings) {
    if (final_only && !ruling.final) continue;
    if (!worst || ruling.effect() > worst->effect()) worst = &ruling;
  }
  return worst;
}

Action gravest_action(const std::vector<Ruling>& rulings) {
  const Ruling* worst = gravest(rulings, false);
  return worst ? worst->effect() : Action::Pass;
}

bool any_waits(const std::vector<Ruling>& rulings) {
  return std::any_of(rulings.begin(), rulings.end(), [](const Ruling& ruling) {
    return ruling.awaits_recipient || ruling.awaits_evidence;
  });
}

}  // namespace

bool Verdict::was_judged() const {
  return std::any_of(rulings.begin(), rulings.end(), [](const Ruling& ruling) {
    return ruling.decision || !ruling.shadows.empty();
  });
}

TlsResult Verdict::tls_result() const {
  TlsResult result = TlsResult::None;
  bool monitor_failed = false;
  for (const auto& ruling : rulings) {
    if (ruling.refused) continue;
    if (ruling.decision && ruling.decision->outcome == Outcome::Passed) result = TlsResult::Pass;
    // What a suspended connector would have held against the mail is not told.
    else if (ruling.decision && ruling.decision->standing == Standing::Deciding)
      return TlsResult::Fail;
    monitor_failed |= std::any_of(ruling.shadows.begin(), ruling.shadows.end(),
                                  [](const Judgement& shadow) {
                                    return shadow.outcome != Outcome::Passed;
                                  });
  }
  return monitor_failed ? TlsResult::FailMonitor : result;
}

Transaction::Transaction(const Policy& policy, Session session)
    : policy_(policy), session_(std::move(session)) {}

std::vector<Ruling> Transaction::judge_envelope(const Recipient* recipient) const {
  std::vector<Ruling> rulings;
  for (const auto& address : session_.sender_addresses) {
    rulings.push_back(policy_.judge(session_, address, SenderPlace::Envelope, recipient));
    if (recipient) rulings.back().recipient = recipient->text;
  }
  return rulings;
}

void Transaction::record(std::vector<Ruling> rulings, bool refused) {
  for (auto& ruling : rulings) {
    if (verdict_.rulings.size() >= kMaxRulings && !is_refusal(ruling.effect())) continue;
    ruling.refused = refused;
    verdict_.rulings.push_back(std::move(ruling));
  }
}

Step Transaction::refuse(std::vector<Ruling> rulings, Reply reply) {
  record(std::move(rulings), true);
  verdict_.reply = reply;
  return {Step::Kind::Refuse, std::move(reply)};
}

void Transaction::accept(std::vector<Ruling> rulings) {
  verdict_.action = std::max(verdict_.action, gravest_action(rulings));
  record(std::move(rulings), false);
}

Step Transaction::mail() {
  verdict_.stage = Stage::Mail;
  verdict_.exemption = policy_.exemption(session_);
  if (verdict_.exemption != Exemption::None) {
    settled_ = true;
    return {Step::Kind::Done, {}};
  }
  auto rulings = judge_envelope(nullptr);
  if (const Ruling* worst = gravest(rulings, true); worst && is_refusal(worst->effect())) {
    settled_ = true;
    verdict_.action = worst->effect();
    auto reply = policy_.reply_for(session_, *worst->decision);
    return refuse(std::move(rulings), std::move(reply));
  }
  recipients_matter_ = any_waits(rulings);
  if (recipients_matter_)
    record(std::move(rulings), false);  // superseded by the first recipient's
  else
    accept(std::move(rulings));
  settled_ = !recipients_matter_ && !policy_.looks_at_headers();
  return {settled_ ? Step::Kind::Done : Step::Kind::Wait, {}};
}

void Transaction::learn(Certificate certificate) {
  if (settled_) return;
  session_.evidence_pending = false;
  if (certificate == session_.certificate) return;
  session_.certificate = std::move(certificate);
  for (auto& [domains, told] : recipients_) told.is_current = false;
}

Step Transaction::rcpt(Recipient recipient) {
  if (settled_) return {Step::Kind::Done, {}};
  verdict_.stage = Stage::Rcpt;
  std::sort(recipient.domains.begin(), recipient.domains.end());
  const bool is_first = recipients_.empty();
  if (recipients_.size() == kMaxRecipientDomains && !recipients_.contains(recipient.domains)) {
    ++verdict_.refused_recipients;
    return refuse({}, too_many_recipients_reply());
  }
  // A recipient in the same domain is told the same, unless more has been learnt meanwhile.
  Told& told = recipients_[recipient.domains];
  if (!std::exchange(told.is_current, true) && recipients_matter_) {
    if (is_first) verdict_.rulings.clear();
    told.step = judge_recipient(recipient);
  }
  if (told.step.kind == Step::Kind::Refuse) {
    ++verdict_.refused_recipients;
    verdict_.reply = told.step.reply;
  } else {
    told.accepted = true;
  }
  return told.step;
}

Step Transaction::judge_recipient(const Recipient& recipient) {
  auto rulings = judge_envelope(&recipient);
  const Ruling* worst = gravest(rulings, false);
  const Action action = worst ? worst->effect() : Action::Pass;
  if (is_refusal(action)) {
    auto reply = policy_.reply_for(session_, *worst->decision);
    return refuse(std::move(rulings), std::move(reply));
  }
  // Tag, quarantine and discard hold for the whole message, so all its recipients must agree.
  if (fixed_action_ && *fixed_action_ != action)
    return refuse(std::move(rulings), separate_recipients_reply());
  fixed_action_ = action;
  accept(std::move(rulings));
  return {};
}

Step Transaction::end_of_headers(std::vector<SenderAddress> authors) {
  if (settled_) return {Step::Kind::Done, {}};
  settled_ = true;
  session_.evidence_pending = false;
  verdict_.stage = Stage::EndOfHeaders;
  std::vector<Ruling> rulings;
  Action worst_action = Action::Pass;
  const auto keep = [&](Ruling ruling) {
    if (rulings.size() >= kMaxRulings && ruling.effect() <= worst_action) return;
    worst_action = std::max(worst_action, ruling.effect());
    rulings.push_back(std::move(ruling));
  };
  for (const auto& author : std::set(authors.begin(), authors.end())) {
    auto ruling = policy_.judge(session_, author, SenderPlace::Header, nullptr);
    if (!ruling.awaits_recipient) {
      keep(std::move(ruling));
      continue;
    }
    for (const auto& [domains, told] : recipients_) {
      if (!told.accepted) continue;
      const Recipient recipient{domains, domains.empty() ? std::string() : domains.front()};
      ruling = policy_.judge(session_, author, SenderPlace::Header, &recipient);
      ruling.recipient = recipient.text;
      keep(std::move(ruling));
    }
  }
  session_.authors = std::move(authors);
  if (const Ruling* worst = gravest(rulings, false); worst && is_refusal(worst->effect())) {
    verdict_.action = worst->effect();
    auto reply = policy_.reply_for(session_, *worst->decision);
    return refuse(std::move(rulings), std::move(reply));
  }
  accept(std::move(rulings));
  return {Step::Kind::Done, {}};
}

}  // namespace forcetls
