// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/utf8.h"

#include <cstddef>

namespace forcetls {

namespace {

/// What may follow a lead byte: how many bytes, and the range of the first of them (RFC 3629
/// section 4). No bytes: not a lead byte.
struct Tail {
  std::size_t bytes = 0;
  unsigned char least = 0x80;
  unsigned char most = 0xbf;
};

Tail tail_of(unsigned char lead) {
  if (lead >= 0xc2 && lead <= 0xdf) return {1};
  if (lead == 0xe0) return {2, 0xa0};
  if (lead == 0xed) return {2, 0x80, 0x9f};
  if (lead >= 0xe1 && lead <= 0xef) return {2};
  if (lead == 0xf0) return {3, 0x90};
  if (lead >= 0xf1 && lead <= 0xf3) return {3};
  if (lead == 0xf4) return {3, 0x80, 0x8f};
  return {};
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80) continue;
    auto tail = tail_of(lead);
    if (tail.bytes == 0 || text.size() - i < tail.bytes) return false;
    for (; tail.bytes > 0; --tail.bytes, ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte < tail.least || byte > tail.most) return false;
      tail.least = 0x80;
      tail.most = 0xbf;
    }
  }
  return true;
}

}  // namespace forcetls
