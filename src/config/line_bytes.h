// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What bytes a line of the configuration may hold, beside being UTF-8 (core/utf8.h).
#pragma once

#include <algorithm>
#include <string_view>

namespace forcetls {

/// Only printable ASCII and tabs: what nearly every line is.
inline bool is_printable_ascii(std::string_view text) {
  // No early exit, so that the compiler checks many bytes at once.
  bool plain = true;
  for (const char c : text) plain &= (c >= ' ' && c <= '~') || c == '\t';
  return plain;
}

/// Whether a byte is an ASCII control other than a tab.
inline bool has_control_byte(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

}  // namespace forcetls
