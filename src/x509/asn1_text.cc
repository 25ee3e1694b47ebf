// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/asn1_text.h"

#include <algorithm>
#include <cstddef>

#include "core/utf8.h"

namespace forcetls {

namespace {

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

bool is_scalar(char32_t code_point) {
  return code_point <= 0x10ffff && (code_point < 0xd800 || code_point > 0xdfff);
}

void append_utf8(std::string& text, char32_t code_point) {
  const auto add = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (code_point < 0x80) return add(code_point);
  if (code_point < 0x800) {
    add(0xc0 | code_point >> 6U);
  } else {
    if (code_point < 0x10000) {
      add(0xe0 | code_point >> 12U);
    } else {
      add(0xf0 | code_point >> 18U);
      add(0x80 | (code_point >> 12U & 0x3f));
    }
    add(0x80 | (code_point >> 6U & 0x3f));
  }
  add(0x80 | (code_point & 0x3f));
}

/// Code points of `width` bytes each, the most significant first.
std::optional<std::string> read_fixed(std::string_view bytes, std::size_t width) {
  if (bytes.size() % width != 0) return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += width) {
    char32_t code_point = 0;
    for (std::size_t k = 0; k < width; ++k) code_point = code_point << 8U | byte_at(bytes, i + k);
    if (!is_scalar(code_point)) return std::nullopt;
    append_utf8(text, code_point);
  }
  return text;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::optional<std::string> read_asn1_text(unsigned long tag, std::string_view bytes) {
  switch (tag) {  // X.680 section 8.4
    case 12:      // UTF8String
      if (!is_utf8(bytes)) return std::nullopt;
      return std::string(bytes);
    case 18:  // NumericString
    case 19:  // PrintableString
    case 20:  // TeletexString, also called T61String
    case 22:  // IA5String
    case 26:  // VisibleString
      return is_ascii(bytes) ? std::string(bytes) : read_fixed(bytes, 1);
    case 28: return read_fixed(bytes, 4);  // UniversalString
    case 30: return read_fixed(bytes, 2);  // BMPString
    default: return std::nullopt;
  }
}

bool holds_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = byte_at(text, i);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < text.size() && byte_at(text, i + 1) < 0xa0) return true;
  }
  return false;
}

}  // namespace forcetls
