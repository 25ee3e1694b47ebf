// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/digest.h"

#include <algorithm>
#include <iterator>

namespace forcetls {

namespace {

constexpr std::string_view kUpper = "0123456789ABCDEF";
constexpr std::string_view kLower = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string format(const Digest& digest, std::string_view digits, bool colons) {
  std::string text;
  for (const std::uint8_t octet : digest) {
    if (colons && !text.empty()) text += ':';
    text += digits[octet >> 4];
    text += digits[octet & 15];
  }
  return text;
}

}  // namespace

std::optional<Digest> parse_digest(std::string_view text) {
  Digest digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    if (i > 0 && text.starts_with(':')) text.remove_prefix(1);
    if (text.size() < 2) return std::nullopt;
    const int high = hex_value(text[0]);
    const int low = hex_value(text[1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(high << 4 | low);
    text.remove_prefix(2);
  }
  if (!text.empty()) return std::nullopt;
  return digest;
}

unsigned digest_bits(std::string_view text) {
  const auto digits =
      std::count_if(text.begin(), text.end(), [](char c) { return hex_value(c) >= 0; });
  const auto colons = std::count(text.begin(), text.end(), ':');
  return digits % 2 == 0 && digits + colons == std::ssize(text) ? 4 * static_cast<unsigned>(digits)
                                                                : 0;
}

std::string format_digest(const Digest& digest) { return format(digest, kUpper, true); }

std::string format_digest_plain(const Digest& digest) { return format(digest, kLower, false); }

}  // namespace forcetls
