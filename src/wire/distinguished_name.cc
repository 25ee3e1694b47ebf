// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/distinguished_name.h"

#include <algorithm>
#include <cstddef>

#include "wire/xtext.h"

namespace forcetls {

namespace {

// MAXNAME of sendmail/conf.h less the NUL.
constexpr std::size_t kFullBuffer = 255;

bool is_printable(char byte) { return byte >= ' ' && byte <= '~'; }

// A short name (`CN`, `emailAddress`) or the dotted form of an object identifier.
bool is_attribute_type(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '.' || byte == '-';
  });
}

std::optional<std::string> parse_value(std::string_view text) {
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_printable(text[i]) || text[i] == '+') return std::nullopt;
    if (text[i] != '\\') {
      value += text[i];
      continue;
    }
    if (text.substr(i + 1, 1) != "x") return std::nullopt;
    const auto byte = parse_hex_byte(text.substr(i + 2, 2));
    if (!byte || is_printable(*byte)) return std::nullopt;  // OpenSSL escapes no printable byte so
    value += *byte;
    i += 3;
  }
  return value;
}

}  // namespace

std::vector<std::string> DistinguishedName::values_of(std::string_view type) const {
  std::vector<std::string> values;
  for (const auto& [name, value] : attributes) {
    if (name == type) values.push_back(value);
  }
  return values;
}

std::optional<DistinguishedName> parse_oneline_dn(std::string_view xtext) {
  const auto decoded = parse_xtext(xtext);
  if (!decoded || decoded->empty() || decoded->size() >= kFullBuffer) return std::nullopt;

  DistinguishedName name;
  std::string_view rest = *decoded;
  while (!rest.empty()) {
    if (rest.front() != '/') return std::nullopt;
    rest.remove_prefix(1);
    const auto part = rest.substr(0, rest.find('/'));
    const auto equals = part.find('=');
    if (equals == part.npos || !is_attribute_type(part.substr(0, equals))) return std::nullopt;
    auto value = parse_value(part.substr(equals + 1));
    if (!value) return std::nullopt;
    name.attributes.emplace_back(part.substr(0, equals), std::move(*value));
    rest.remove_prefix(part.size());
  }
  return name;
}

}  // namespace forcetls
