// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// One mail led through a real Transaction, with all that came out, ready to be printed. Decides
/// nothing by itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/mail_facts.h"
#include "core/transaction.h"

namespace forcetls {

/// A recipient that was refused while MAIL was not.
struct RefusedRecipient {
  std::string text;  // as typed
  Reply reply;
};

struct Explanation {
  ExplainedMail mail;
  Verdict verdict;  // refers to the policy's connectors
  std::vector<RefusedRecipient> refused;
  Action action = Action::Pass;  // of the mail; a refusal of all recipients is one
  std::optional<Reply> reply;    // if action is a refusal
  bool lacks_recipient = false;  // match-recipient matters and no recipient was given

  /// Some deciding connector's requirement failed or could not be verified.
  bool violates() const;
};

/// Without recipients the mail is judged as for one that no match-recipient names. The result
/// refers to `policy`.
Explanation explain(const Policy& policy, ExplainedMail mail);

/// `require-certificate contoso-2026 name`: the requirement, its rule and the rule's key.
std::string format_requirement(const Finding& finding);

/// The deciding judgements, each connector once, in the order judged.
std::vector<const Judgement*> deciding_judgements(const Verdict& verdict);

}  // namespace forcetls
