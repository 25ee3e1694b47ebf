// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Whether a connection of Sendmail's to a server is what an outbound connector demands (DESIGN.md
/// section 7). Sendmail has no words for most of it: it tells what it sees, and its rulesets do as
/// they are told (contrib/sendmail/forcetls-outbound.m4). Pure and thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/outbound.h"
#include "core/session.h"

namespace forcetls {

/// What Sendmail sees of a server, before MAIL and before each RCPT.
struct SendmailConnection {
  std::string verify;  // {verify}, which alone says whether the connection is under TLS
  Fact<Tls> tls;
  Certificate certificate;  // of the server; Sendmail cannot list the names in its SANs
  std::string server;       // the name it was looked up by, canonical; empty: none
};

/// What to do with a mail.
struct SendmailRuling {
  enum class Kind : std::uint8_t { Send, Wait, SendIfNamed };

  Kind kind = Kind::Send;
  std::string reason;              // why it waits, or would
  std::vector<std::string> names;  // SendIfNamed: the SANs hold one of these

  bool operator==(const SendmailRuling&) const = default;
};

/// For mail to recipients in `domain`. Of a rule's `*.d`, and where the server must prove the
/// domain's own name, only those SANs count that can be guessed: d, `*.d`, and what covers the
/// server's own name. What Sendmail cannot tell (`root`, `key-sha256`, `dane` without DANE) holds
/// for no server. `server-name` is not asked for.
SendmailRuling judge_for_sendmail(const OutboundTerms& terms, std::string_view domain,
                                  const SendmailConnection& connection, Time time);

}  // namespace forcetls
