// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The one canonical spelling of a domain name, by which domains of addresses, certificates and
/// the configuration are compared. Knows nothing of patterns (`*.example.org`), of address literals
/// or of DNS. All functions are pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace forcetls {

/// The canonical form of a domain: A-labels (IDNA2008, UTS 46 non-transitional), lower case, no
/// trailing dot. nullopt for empty text or labels, bytes that no domain holds, invalid UTF-8,
/// labels over 63 and names over 253 bytes. An ASCII name of letters, digits, `-` and `_` that IDNA
/// refuses is still a domain: real mail has them. Feeding a result back gives it unchanged.
std::optional<std::string> parse_domain(std::string_view text);

/// A canonical domain with its A-labels as U-labels, lower case. A label that is none stays as it is.
std::string format_unicode_domain(std::string_view domain);

/// Whether a canonical domain is a host name to MTAs, too (postfix/src/util/valid_hostname.c): no
/// label begins or ends with `-`, and there is more in it than digits.
bool is_host_name(std::string_view domain);

/// A name in a certificate: a domain, or `*.` and a domain. Empty text for anything else.
std::string parse_certificate_name(std::string_view text);

/// True for bytes that may stand in some spelling of a domain: letters, digits, `-`, `_`, `.` and
/// all bytes from 0x80.
constexpr bool is_domain_byte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.' ||
         static_cast<unsigned char>(byte) >= 0x80;
}

}  // namespace forcetls
