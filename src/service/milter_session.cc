// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/milter_session.h"

#include <utility>

namespace forcetls {
namespace {

const Policy& policy_of(const ActiveConfig& config) { return config.config->policy; }

// The MTA's word, with evidence and with what is known of the certificate.
Certificate identify(const ActiveConfig& config, Certificate certificate, const Evidence* evidence,
                     Time time) {
  if (evidence != nullptr) certificate = merge_evidence(std::move(certificate), *evidence);
  config.config->known->identify(certificate, time);
  return certificate;
}

}  // namespace

Answer answer_error(Action on_error) {
  switch (on_error) {
    case Action::Pass: return {Answer::Kind::Accept, {}};
    case Action::Reject: return {Answer::Kind::Refuse, {"550", "5.3.0", "Internal error"}};
    default: break;
  }
  return {Answer::Kind::Refuse, {"451", "4.3.0", "Internal error, try again later"}};
}

MilterSession::Message::Message(std::shared_ptr<const ActiveConfig> its_config, Session session,
                                Certificate its_told)
    : config(std::move(its_config)),
      told(std::move(its_told)),
      transaction(policy_of(*config), std::move(session)) {
  awaits_evidence = transaction.session().evidence_pending;
}

MilterSession::MilterSession(std::shared_ptr<const ActiveConfig> config, Agreement agreement,
                             EvidenceStore* evidence, MessageLog& log)
    : config_(std::move(config)),
      agreement_(std::move(agreement)),
      log_(log),
      evidence_(evidence) {
  // What cannot be done to a message must not be promised to its connector.
  failed_ = !agreement_.lacking.empty();
}

Action MilterSession::on_error() const { return config_->config->milter.on_error; }

void MilterSession::connect(std::optional<IpAddress> address, std::optional<unsigned> port,
                            const MacroLookup& macro) {
  connect_address_ = address;
  connect_port_ = port;
  evidence_.connect(macro);
}

Session MilterSession::read_session(const ActiveConfig& config, const MacroLookup& macro,
                                    std::string_view argument, Time now) const {
  Session session = read_mail_facts({.mta = config.config->milter.mta,
                                     .macro = macro,
                                     .connect_address = connect_address_,
                                     .helo = helo_,
                                     .argument = argument,
                                     .time = now});
  if (!session.client_port) session.client_port = connect_port_;
  return session;
}

Answer MilterSession::mail(const CurrentConfig& current, const MacroLookup& macro,
                           std::string_view argument, Time now) {
  abort();
  if (failed_) return answer_error(on_error());

  auto config = current.get();
  if (!covers(config_->needs, config->needs)) config = config_;
  Session session = read_session(*config, macro, argument, now);
  Certificate told = session.certificate;
  const Evidence* evidence = config->needs.evidence ? evidence_.keep_for(session) : nullptr;
  session.evidence_pending =
      evidence == nullptr && config->needs.evidence && evidence_.may_come(session);
  session.certificate = identify(*config, told, evidence, now);
  message_ = std::make_unique<Message>(config, std::move(session), std::move(told));
  note_queue_id(macro);
  note_session();
  if (config->needs.marks) {
    message_->authserv_id =
        choose_authserv_id(config->config->milter.authserv_id, macro("j").value_or(""));
  }

  const Step step = message_->transaction.mail();
  if (step.kind == Step::Kind::Refuse) return refuse(step.reply);
  message_->judged_whole = step.kind == Step::Kind::Done;
  const bool wants_authors = !message_->judged_whole && policy_of(*config).looks_at_headers();
  message_->headers = HeaderFacts(wants_authors, message_->authserv_id);
  return message_->judged_whole ? answer_verdict(false) : Answer{};
}

Answer MilterSession::rcpt(const MacroLookup& macro, std::string_view argument) {
  if (is_broken()) return answer_error(on_error());
  note_queue_id(macro);
  if (message_->judged_whole) return {};
  if (message_->awaits_evidence) learn_certificate();
  Step step = message_->transaction.rcpt(read_recipient(macro, argument));
  // Accepting here would accept all recipients to come, unseen.
  if (step.kind != Step::Kind::Refuse) return {};
  return {Answer::Kind::Refuse, std::move(step.reply)};
}

// Postfix asks its policy service before each RCPT, but not for every recipient (`postmaster`).
// Until something was taken each one is a new chance, and is judged by what is known by then.
void MilterSession::learn_certificate() {
  Transaction& transaction = message_->transaction;
  Session session = transaction.session();
  session.certificate = message_->told;
  const auto taken = evidence_.take(session);
  if (taken == SessionEvidence::Take::Disagreeing) log_.report_disagreement(evidence_.server());
  message_->awaits_evidence = taken != SessionEvidence::Take::Taken;
  transaction.learn(
      identify(*message_->config, message_->told, evidence_.kept(), session.time));
  note_session();
}

void MilterSession::note_session() {
  const Session& session = message_->transaction.session();
  log_.note_session(session);
  if (policy_of(*message_->config).looks_at_certificates()) log_.note_digests(session);
}

Answer MilterSession::data(const MacroLookup& macro) {
  if (is_broken()) return answer_error(on_error());
  note_queue_id(macro);
  if (!message_->judged_whole && policy_of(*message_->config).looks_at_headers()) return {};
  if (auto refusal = judge_whole()) return *std::move(refusal);
  return answer_verdict(false);
}

void MilterSession::header(std::string_view name, std::string_view value) {
  if (!is_broken()) message_->headers.add(name, value);
}

Answer MilterSession::end_of_headers(const MacroLookup& macro) {
  if (is_broken()) return answer_error(on_error());
  note_queue_id(macro);
  if (auto refusal = judge_whole()) return *std::move(refusal);
  return answer_verdict(false);
}

Answer MilterSession::end_of_message(const MacroLookup& macro,
                                     const std::function<void(MessageEdits&)>& make) {
  if (is_broken()) return answer_error(on_error());
  note_queue_id(macro);
  if (auto refusal = judge_whole()) return *std::move(refusal);
  const Verdict& verdict = message_->transaction.verdict();
  if (verdict.action != Action::Discard) {
    auto edits = plan_edits(verdict, message_->config->config->milter.add_header,
                            message_->authserv_id, message_->headers.forged());
    make(edits);
  }
  return answer_verdict(true);
}

// Postfix gives the queue id late, Sendmail at once.
void MilterSession::note_queue_id(const MacroLookup& macro) {
  if (message_->queue_id.empty()) message_->queue_id = macro("i").value_or("");
}

// All that the message will tell is known. The refusal, if one follows.
std::optional<Answer> MilterSession::judge_whole() {
  const HeaderFacts& headers = message_->headers;
  if (headers.overflowed()) {
    Reply reply{"550", "5.6.0", "Too many From or Authentication-Results fields"};
    log_.report_unreadable(message_->transaction.session(), reply, message_->queue_id);
    message_.reset();
    return Answer{Answer::Kind::Refuse, std::move(reply)};
  }
  if (std::exchange(message_->judged_whole, true)) return std::nullopt;
  Step step = message_->transaction.end_of_headers(headers.authors());
  if (step.kind != Step::Kind::Refuse) return std::nullopt;
  return refuse(std::move(step.reply));
}

// The message is let in, or dropped unseen. Before its end only if nothing is left to do to it.
Answer MilterSession::answer_verdict(bool at_end) {
  const Action action = message_->transaction.verdict().action;
  const bool is_edited = message_->config->needs.marks || action == Action::Quarantine;
  if (action == Action::Discard) {
    report();
    return {Answer::Kind::Discard, {}};
  }
  if (is_edited && !at_end) return {};
  report();
  return {Answer::Kind::Accept, {}};
}

Answer MilterSession::refuse(Reply reply) {
  report();
  return {Answer::Kind::Refuse, std::move(reply)};
}

void MilterSession::report() {
  const Session& session = message_->transaction.session();
  const Verdict& verdict = message_->transaction.verdict();
  log_.report(session, verdict, message_->queue_id);
  const bool lacks_evidence = session.mta == Mta::Postfix && session.tls.is_present() &&
                              evidence_.kept() == nullptr;
  if (lacks_evidence) {
    log_.report_lack_of_evidence(
        verdict, [&] { return evidence_.explain_lack(*message_->config->config); });
  }
  message_.reset();
}

void MilterSession::abort() {
  if (!message_) return;
  if (message_->transaction.verdict().refused_recipients > 0) {
    report();
  } else {
    message_.reset();
  }
}

}  // namespace forcetls
