// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The only door to GMime: its address parser and its encoded-word decoder, made safe for text of
/// peers. GMime is initialised at the first call; the functions may be called from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forcetls {

/// The canonical domains, sorted, each once, of all addresses that GMime finds in an address list
/// (RFC 5322 section 3.4). Address literals have none. nullopt if an address has no readable
/// domain. For well-formed lists only: on hostile ones GMime 3.2.13 takes quadratic time, recurses
/// for each `:` and leaks memory (internet-address.c).
std::optional<std::vector<std::string>> parse_with_gmime(std::string_view addresses);

/// `value` in UTF-8 as a lenient reader shows it: bytes that are not UTF-8 are taken for ISO
/// 8859-1, NUL for a space, and every encoded word (RFC 2047), wherever it stands, for what it
/// says, in UTF-8 if its character set is unknown. White space between two encoded words goes.
std::string decode_header_text(std::string_view value);

}  // namespace forcetls
