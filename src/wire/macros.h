// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What Postfix and Sendmail tell a milter in macros, read as the facts of a session. The two mean
/// different things by the same names (OBSERVED-MACROS.md); after this file nobody needs to know.
/// Does not talk to libmilter. On Postfix `milter_macro_defaults` can fake any macro that is not
/// sent; nothing here can tell. Pure and thread-safe, as far as the given lookup is.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/ip_address.h"
#include "core/session.h"

namespace forcetls {

/// A macro's value as smfi_getsymval gives it; nullopt: it was not sent. Names are as one asks for
/// them: `{tls_version}`, `i`.
using MacroLookup = std::function<std::optional<std::string_view>(const char* name)>;

/// What to ask for with smfi_setsymlist at MAIL and RCPT. A list replaces the MTA's default one, so
/// everything needed is in it; i, j and {daemon_*} are for header, log and audit record.
extern const char* const kMailMacros;
/// At CONNECT, where that step is wanted: what read_evidence_key() looks at.
extern const char* const kConnectMacros;
extern const char* const kRcptMacros;
/// For stages of which nothing is wanted: Postfix takes an empty list for its default one.
extern const char* const kNoMacros;

/// One MAIL command and what was learnt before it.
struct MailEvent {
  std::optional<Mta> mta;  // as configured; nullopt: found out from the macros
  MacroLookup macro;
  std::optional<IpAddress> connect_address;  // of the CONNECT step, if it was taken
  std::string helo;                          // the last one; empty: none, or the step was not taken
  std::string_view argument;                 // MAIL's first
  Time time{};
};

/// All facts that are there at MAIL (DESIGN.md sections 4.1 to 4.3 and 5).
Session read_mail_facts(const MailEvent& event);

/// `TLSv1.2`: SSL_get_version(3)'s words. nullopt: another.
std::optional<TlsVersion> parse_tls_version(std::string_view word);

/// RCPT's first argument and, if sent, {rcpt_addr}.
Recipient read_recipient(const MacroLookup& macro, std::string_view argument);

}  // namespace forcetls
