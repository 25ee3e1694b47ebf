// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/printable.h"

#include <algorithm>

namespace forcetls {
namespace {

bool is_printable(char byte) { return byte >= ' ' && byte <= '~'; }

}  // namespace

std::string clean_text(std::string_view text, std::size_t max_bytes) {
  const bool cut = text.size() > max_bytes;
  const std::size_t dots = cut ? std::min<std::size_t>(3, max_bytes) : 0;
  std::string result(text.substr(0, cut ? max_bytes - dots : text.size()));
  std::replace_if(
      result.begin(), result.end(), [](char byte) { return !is_printable(byte); }, '?');
  return result.append(dots, '.');
}

std::string format_log_value(std::string_view text) {
  const std::string clean = clean_text(text, text.size());
  if (!clean.empty() && clean.find_first_of(" \"=\\") == std::string::npos) return clean;
  std::string result = "\"";
  for (const char byte : clean) {
    if (byte == '"' || byte == '\\') result += '\\';
    result += byte;
  }
  return result + '"';
}

}  // namespace forcetls
