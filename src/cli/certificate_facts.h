// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The client's certificate as `forcetls explain` is told it: what of it each MTA would show, what
/// Postfix's evidence would add, and what is known of it. Puts that together with the functions
/// that the daemon uses. Judges nothing.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/mail_facts.h"
#include "config/config.h"
#include "core/session.h"

namespace forcetls {

struct GivenCertificate {
  Certificate at_mail;
  std::optional<Certificate> learned{};  // before RCPT, by evidence; nullopt: none is awaited
  std::vector<std::string> notes{};      // where the MTA shows less than the options say
};

/// Whether there is a certificate.
bool gives_certificate(const MailOptions& options);

/// Puts what the file of --cert says, as far as the MTA shows it, in place of the options that say
/// it one by one. Gives what is wrong; empty: nothing.
std::string read_certificate_file(MailOptions& options, Mta mta);

/// For a session with TLS, at its time and with its MTA. The string says what is wrong.
std::variant<GivenCertificate, std::string> read_certificate_options(const MailOptions& options,
                                                                     const Session& session,
                                                                     const Config& config);

}  // namespace forcetls
