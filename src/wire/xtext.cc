// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/xtext.h"

#include <cstddef>

namespace forcetls {

std::optional<char> parse_hex_byte(std::string_view digits) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  if (digits.size() != 2) return std::nullopt;
  const auto high = kDigits.find(digits[0]);
  const auto low = kDigits.find(digits[1]);
  if (high == kDigits.npos || low == kDigits.npos) return std::nullopt;
  return static_cast<char>(16 * high + low);
}

std::optional<std::string> parse_xtext(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] < '!' || text[i] > '~') return std::nullopt;
    if (text[i] != '+') {
      decoded += text[i];
      continue;
    }
    const auto byte = parse_hex_byte(text.substr(i + 1, 2));
    if (!byte) return std::nullopt;
    decoded += *byte;
    i += 2;
  }
  return decoded;
}

}  // namespace forcetls
