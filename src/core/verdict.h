// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What was decided about a mail, and why: plain values that the milter turns into effects, and that
/// the log and `forcetls explain` print. The reasons are recorded where the decision is made.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/connector.h"

namespace forcetls {

enum class Outcome { Passed, Failed, Missing };

/// In the order in which a reply names them (DESIGN.md section 4).
enum class Violation {
  None,
  TlsAbsent,
  TlsVersion,
  Cipher,
  CipherBits,
  ForwardSecrecy,
  CertificateAbsent,
  CertificateUntrusted,
  CertificateExpired,
  CertificateRevoked,
  CertificateKey,
  CertificateName,
  CertificateSubject,
  CertificateIssuer,
  CertificatePin,
  CertificateRuleDates,
  ClientAddress,
  EvidenceMissing,
};

/// One requirement's result. `wanted` and `seen` are for the administrator and name everything; the
/// `public_` ones may be told to the peer and never say what would have been right.
struct Finding {
  std::string_view requirement;  // the key that demands it: require-tls
  std::string rule;              // the [certificate] section, if one demands it
  std::string_view key;          // its key there
  Outcome outcome = Outcome::Passed;
  Violation violation = Violation::None;  // unless Passed
  std::string wanted;
  std::string seen;
  std::string public_wanted;  // Failed only
  std::string public_seen;    // Failed: what was seen; Missing: what cannot be verified
};

/// How a connector takes part in a mail's fate.
enum class Standing { Deciding, Suspended, Monitor };

/// One connector's verdict on one address.
struct Judgement {
  const Connector* connector = nullptr;
  Standing standing = Standing::Deciding;
  SenderAddress address;
  SenderPlace place = SenderPlace::Envelope;  // where the address stood; never Either
  Outcome outcome = Outcome::Passed;
  Action action = Action::Pass;  // what follows; unless Deciding: what would have followed
  std::vector<Finding> findings;

  /// What follows for the mail.
  Action effect() const { return standing == Standing::Deciding ? action : Action::Pass; }
};

/// A connector that covers the mail but was passed over for a more specific one.
struct PassedOver {
  const Connector* connector = nullptr;
  std::string_view reason;
};

/// What the policy says of one address, for one recipient or before recipients are known.
struct Ruling {
  SenderAddress address;
  SenderPlace place = SenderPlace::Envelope;
  std::optional<Judgement> decision;  // none: no enforcing connector, opportunistic TLS
  std::vector<Judgement> shadows;     // monitor connectors ahead of the decision
  std::vector<PassedOver> passed_over;
  std::string recipient;          // as received; empty: for all, or before any is known
  bool awaits_recipient = false;  // a candidate ahead of the decision may still hold at RCPT
  bool awaits_evidence = false;   // what is demanded of the certificate cannot be judged before RCPT
  bool final = true;              // a refusal may be given now
  bool refused = false;           // the mail, or this recipient, was refused: counts no further

  Action effect() const { return decision ? decision->effect() : Action::Pass; }
};

/// An SMTP reply: `530`, `5.7.0`, text of printable ASCII in one line.
struct Reply {
  std::string code;
  std::string enhanced;
  std::string text;

  bool operator==(const Reply&) const = default;
};

/// Why a mail is not judged at all.
enum class Exemption { None, Client, Authenticated, LocalSubmission };

/// What Authentication-Results say as x-tls.
enum class TlsResult { None, Pass, Fail, FailMonitor };

enum class Stage { Mail, Rcpt, EndOfHeaders };

/// The words of configuration, log and manual for these values.
std::string_view format_violation(Violation violation);
std::string_view format_outcome(Outcome outcome);
std::string_view format_action(Action action);
std::string_view format_standing(Standing standing);
std::string_view format_exemption(Exemption exemption);
std::string_view format_tls_result(TlsResult result);
std::string_view format_stage(Stage stage);
std::string_view format_certificate_state(Certificate::State state);

}  // namespace forcetls
