// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The encoding that Sendmail puts around names from certificates (RFC 3461 section 4; xtextify in
/// sendmail/savemail.c). Postfix's milter values are not encoded: a `+` there is a `+`. Pure and
/// thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace forcetls {

/// Each `+` and two upper-case hexadecimal digits become a byte. nullopt for any other `+` and for
/// bytes outside `!` to `~`. Unlike the RFC's, Sendmail's `=` is not encoded and stands for itself.
std::optional<std::string> parse_xtext(std::string_view text);

/// The byte that two upper-case hexadecimal digits stand for; nullopt for anything else.
std::optional<char> parse_hex_byte(std::string_view digits);

}  // namespace forcetls
