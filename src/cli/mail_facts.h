// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The facts of a mail as `forcetls explain` is told them on its command line, read as the milter
/// reads an MTA's macros. Judges nothing; knows no command-line library.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "config/config.h"
#include "core/session.h"

namespace forcetls {

/// The options as typed; each has the name of its option. What is not given is empty.
struct MailOptions {
  std::optional<std::string> client, client_name, helo, from, tls, cipher, auth, mta, at;
  std::optional<std::string> cert, cert_subject, cert_issuer, cert_sha256, key_sha256;
  std::vector<std::string> header_from, to, unknown;
  std::vector<std::string> cert_organization, cert_organizational_unit, cert_issuer_organization;
  std::optional<unsigned> bits;
  bool verified = false;
};

/// A mail to be explained.
struct ExplainedMail {
  Session session;                     // without authors: they come at the end of the headers
  std::optional<Certificate> learned;  // with the first recipient, where evidence is pending
  std::vector<Recipient> recipients;
  std::vector<std::string> from_fields;  // as typed
  std::vector<SenderAddress> authors;    // of all of them
  std::vector<std::string> unknown;      // facts, as named
  std::vector<std::string> notes;        // where the MTA shows less than the options say

  /// All that the options say of it.
  const Certificate& certificate() const { return learned ? *learned : session.certificate; }
};

/// The facts that --unknown takes, separated by commas: `client, client-name, …`.
std::string format_fact_names();

/// The time of --at, else `now`. A string is what is wrong.
std::variant<Time, std::string> read_time_option(const MailOptions& options, Time now);

/// A fact not given is absent, but for the client's address and a certificate's digests, which then
/// are unknown. Alternative names and key size are unknown, as to any MTA, unless the certificate
/// is known by its digest. Postfix shows an untrusted certificate as none, never tells
/// organizations, and tells digests only where `config` has a door for them; what it does not tell
/// is unknown, with a note. The MTA is that of --mta, else of `config`; where neither says, facts
/// are as given. `now` is the mail's time unless --at says another. A string is what is wrong, one
/// line for the administrator.
std::variant<ExplainedMail, std::string> read_mail_options(MailOptions options,
                                                           const Config& config, Time now);

}  // namespace forcetls
