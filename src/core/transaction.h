// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// One mail from MAIL to the end of its headers: asks the policy as facts arrive and says at each
/// stage what the MTA is to be told (DESIGN.md section 4, steps 5 to 7). The milter, `forcetls
/// explain` and the tests all decide through it. Has no effects and knows no protocol. Not
/// thread-safe; holds references to `policy`, which must outlive it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/policy.h"
#include "core/session.h"
#include "core/verdict.h"

namespace forcetls {

/// The answer at one stage.
struct Step {
  enum class Kind {
    Wait,    // facts to come may matter
    Done,    // accepted: nothing to come can matter, Verdict::action holds
    Refuse,  // with `reply`; at RCPT this recipient only
  };
  Kind kind = Kind::Wait;
  Reply reply;
};

/// What was decided about the whole mail so far.
struct Verdict {
  Exemption exemption = Exemption::None;
  Stage stage = Stage::Mail;        // the last one judged
  Action action = Action::Pass;     // of the mail; a recipient's refusal is not the mail's
  std::optional<Reply> reply;       // of the mail, else of the last refused recipient
  std::vector<Ruling> rulings;      // one an address (and recipient), in the order judged
  unsigned refused_recipients = 0;

  /// Whether any connector had a say, be it in the shadow.
  bool was_judged() const;
  /// For Authentication-Results of mail that is accepted.
  TlsResult tls_result() const;
};

class Transaction {
 public:
  /// `session` holds all facts of MAIL.
  Transaction(const Policy& policy, Session session);

  Step mail();
  /// More is known of the certificate, or nothing more will be: evidence is pending no longer.
  /// Before the rcpt() that it is for.
  void learn(Certificate certificate);
  /// After mail() said Wait. Recipients in more than 1,000 domains are refused for now.
  Step rcpt(Recipient recipient);
  /// After mail() said Wait, once, with every address of every From: field.
  Step end_of_headers(std::vector<SenderAddress> authors);

  const Session& session() const { return session_; }
  const Verdict& verdict() const { return verdict_; }

 private:
  /// What the recipients of one domain were told.
  struct Told {
    Step step;                // the last one
    bool accepted = false;    // any of them
    bool is_current = false;  // for what is known of the certificate now
  };

  std::vector<Ruling> judge_envelope(const Recipient* recipient) const;
  Step judge_recipient(const Recipient& recipient);
  Step refuse(std::vector<Ruling> rulings, Reply reply);
  void accept(std::vector<Ruling> rulings);
  void record(std::vector<Ruling> rulings, bool refused);

  const Policy& policy_;
  Session session_;
  Verdict verdict_;
  bool settled_ = false;            // Done or refused as a whole: facts to come are not looked at
  bool recipients_matter_ = false;  // to an envelope address
  std::map<std::vector<std::string>, Told> recipients_;  // by domains
  std::optional<Action> fixed_action_;                   // of the first accepted recipient
};

}  // namespace forcetls
