// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// One SMTP connection as the milter sees it, and the message under way in it: takes facts from the
/// MTA, asks the transaction, and says how the MTA is to be answered. Knows the order of a milter's
/// events, but not libmilter: milter.cc carries them in and the answers out. One thread at a time
/// uses a session; successive events may come on different threads.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/transaction.h"
#include "service/current_config.h"
#include "service/header_facts.h"
#include "service/message_edits.h"
#include "service/message_log.h"
#include "service/session_evidence.h"
#include "wire/macros.h"

namespace forcetls {

struct Answer {
  enum class Kind {
    Continue,
    Accept,   // the message, and no more events for it
    Discard,  // likewise
    Refuse,   // with `reply`; at RCPT that recipient only
  };
  Kind kind = Kind::Continue;
  Reply reply;
};

/// What an internal error is answered with, by on-error.
Answer answer_error(Action on_error);

class MilterSession {
 public:
  /// `agreement` is what was negotiated for `config`. `evidence`: what the daemon's door fills;
  /// nullptr: it has none.
  MilterSession(std::shared_ptr<const ActiveConfig> config, Agreement agreement,
                EvidenceStore* evidence, MessageLog& log);

  const Agreement& agreement() const { return agreement_; }
  Action on_error() const;

  /// What the CONNECT step says, if it is taken; nullopt where the MTA does not know either.
  void connect(std::optional<IpAddress> address, std::optional<unsigned> port,
               const MacroLookup& macro);
  void helo(std::string_view name) { helo_ = name; }
  /// Something failed where no answer can be given: messages are answered with on-error from now
  /// on.
  void fail() { failed_ = true; }

  Answer mail(const CurrentConfig& current, const MacroLookup& macro, std::string_view argument,
              Time now);
  Answer rcpt(const MacroLookup& macro, std::string_view argument);
  Answer data(const MacroLookup& macro);
  void header(std::string_view name, std::string_view value);
  Answer end_of_headers(const MacroLookup& macro);
  /// `make` carries out the edits of a message that is let in; where it throws, nothing is logged.
  Answer end_of_message(const MacroLookup& macro,
                        const std::function<void(MessageEdits&)>& make);

  /// The message is gone: by RSET, a new MAIL, or the connection's end. Recipients that were
  /// refused are logged now.
  void abort();

 private:
  struct Message {
    Message(std::shared_ptr<const ActiveConfig> its_config, Session session, Certificate its_told);

    std::shared_ptr<const ActiveConfig> config;  // the transaction refers to its policy
    Certificate told;  // by the macros: what evidence is merged into
    Transaction transaction;
    bool awaits_evidence = false;
    bool judged_whole = false;  // nothing more is to be asked of the transaction
    std::string authserv_id;
    HeaderFacts headers;
    std::string queue_id;
  };

  Session read_session(const ActiveConfig& config, const MacroLookup& macro,
                       std::string_view argument, Time now) const;
  void learn_certificate();
  void note_session();
  bool is_broken() const { return failed_ || !message_; }
  void note_queue_id(const MacroLookup& macro);
  std::optional<Answer> judge_whole();
  Answer answer_verdict(bool at_end);
  Answer refuse(Reply reply);
  void report();

  const std::shared_ptr<const ActiveConfig> config_;
  const Agreement agreement_;
  MessageLog& log_;
  std::optional<IpAddress> connect_address_;
  std::optional<unsigned> connect_port_;
  std::string helo_;
  SessionEvidence evidence_;
  bool failed_ = false;
  std::unique_ptr<Message> message_;
};

}  // namespace forcetls
