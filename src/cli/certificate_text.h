// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Certificates as `forcetls cert` and `probe` show them to the administrator. Peer's texts are
/// cleaned. Judges nothing.
#pragma once

#include <string>
#include <string_view>

#include "x509/certificate.h"
#include "x509/chain.h"

namespace forcetls {

/// A text of a peer, on one line and bounded.
std::string clean_peer_text(std::string_view text);

/// `  subject        CN=…`, a label and a clean value.
std::string format_line(std::string_view label, std::string_view value);

/// Every attribute that a rule can name, and what is known of its revocation sources: lines of
/// format_line().
std::string format_attributes(const X509Certificate& certificate);

/// The line of `trust`: whether it is verified, and why not.
std::string format_trust(const Certificate& facts);

/// A line of `root` for each anchor that it chains to, each name once.
std::string format_roots(const JudgedChain& chain);

/// A ready `[certificate NAME]` section: name, organization, issuer, root, min-key-bits, with the
/// pins as comments. `root_cn` empty: no root is known and none is written. A value that an INI file
/// cannot hold becomes a comment that says so.
std::string format_rule_section(const X509Certificate& certificate, const std::string& root_cn);

}  // namespace forcetls
