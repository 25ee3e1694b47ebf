// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What the rulesets in contrib/sendmail/forcetls-outbound.m4 ask of the socket map, and are told:
/// texts within what Sendmail's rewriting takes. A ruleset that is broken off lets mail through
/// (rscheck() in sendmail/parseaddr.c); nothing here may break one. Pure and thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/sendmail_policy.h"

namespace forcetls {

struct SendmailQuery {
  std::string domain;  // of the recipient, canonical; empty: none, or no domain name
  SendmailConnection connection;
};

/// `domain/{verify}/{tls_version}/{cipher}/{cert_fp}/{server_name}/{cn_subject}/`, names as
/// Sendmail encodes them. A key that was cut off has lost the end of its last field, which does not
/// count then. nullopt: not of this form.
std::optional<SendmailQuery> parse_sendmail_query(std::string_view key);

/// `send`, `wait "REASON"`, or `named "REASON" :NAME:NAME:`. More names than a ruleset can hold
/// become `wait`.
std::string format_sendmail_ruling(const SendmailRuling& ruling);

/// The longest answer. Sendmail takes 1256 bytes with one more for each word, and 1000 words
/// (PSBUFSIZE, MAXATOM); each dot of a name is one.
inline constexpr std::size_t kMaxSendmailAnswer = 700;

}  // namespace forcetls
