// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/asn1_text.h"

#include <algorithm>
#include <cstddef>

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

/// How many bytes follow a lead byte of UTF-8; 4: it is none.
std::size_t tail_size(unsigned char lead) {
  if (lead < 0x80) return 0;
  if (lead < 0xc0) return 4;
  return lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf8 ? 3 : 4;
}

/// RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF.
bool is_well_formed(std::string_view text) {
  constexpr char32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = byte_at(text, i++);
    const std::size_t tail = tail_size(lead);
    if (tail == 4 || text.size() - i < tail) return false;
    char32_t code_point = tail == 0 ? lead : lead & (0x3fU >> tail);
    for (const std::size_t end = i + tail; i < end; ++i) {
      if ((byte_at(text, i) & 0xc0U) != 0x80) return false;
      code_point = code_point << 6U | (byte_at(text, i) & 0x3fU);
    }
    if (code_point < kLeast[tail] || !is_scalar(code_point)) return false;
  }
  return true;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::optional<std::string> read_asn1_text(unsigned long tag, std::string_view bytes) {
  switch (tag) {  // X.680 section 8.4
    case 12:      // UTF8String
      if (!is_well_formed(bytes)) return std::nullopt;
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
