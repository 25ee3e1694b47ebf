// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Certificates as `forcetls cert`, `probe` and `refresh` show them to the administrator. Peer's texts
/// are cleaned. Judges nothing.
#pragma once

#include <string>

#include "x509/certificate.h"
#include "x509/chain.h"

namespace forcetls {

/// Every attribute that a rule can name, and what is known of its revocation sources: lines of
/// `  subject        CN=…`, indented by two blanks.
std::string format_attributes(const X509Certificate& certificate);

/// A ready `[certificate NAME]` section: name, organization, issuer, root, min-key-bits, with the
/// pins as comments. `root_cn` empty: no root is known and none is written. A value that an INI file
/// cannot hold becomes a comment that says so.
std::string format_rule_section(const X509Certificate& certificate, const std::string& root_cn);

}  // namespace forcetls
