// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Fuzz target for wire/distinguished_name.h. The input is read twice: as xtext, and as the values
/// of a certificate's subject, which are printed as OpenSSL 3 and Sendmail do and must come back as
/// the same attributes or not at all.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/distinguished_name.h"
#include "wire/xtext.h"

namespace {

using Attributes = std::vector<std::pair<std::string, std::string>>;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string format_hex(char byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto number = static_cast<unsigned char>(byte);
  return {kDigits[number >> 4U], kDigits[number & 15U]};
}

// X509_NAME_oneline, openssl/crypto/x509/x509_obj.c: a backslash is not escaped.
std::string format_oneline(const Attributes& attributes) {
  std::string text;
  for (const auto& [type, value] : attributes) {
    text += "/" + type + "=";
    for (const char byte : value) {
      if (byte < ' ' || byte > '~') {
        text += "\\x" + format_hex(byte);
      } else {
        text += byte == '/' || byte == '+' ? std::string("\\") + byte : std::string(1, byte);
      }
    }
  }
  return text;
}

// xtextify, sendmail/savemail.c.
std::string format_xtext(const std::string& text) {
  std::string encoded;
  for (const char byte : text) {
    const bool plain = byte >= '!' && byte <= '~' &&
                       std::string_view("+\\(<>\")").find(byte) == std::string_view::npos;
    encoded += plain ? std::string(1, byte) : "+" + format_hex(byte);
  }
  return encoded;
}

Attributes attributes_from(std::string_view text) {
  constexpr const char* kTypes[] = {"C", "O", "OU", "CN"};
  Attributes attributes;
  for (std::size_t i = 0;; ++i) {
    const auto end = text.find('\n');
    attributes.emplace_back(kTypes[i % 4], text.substr(0, end));
    if (end == text.npos) return attributes;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);

  if (const auto name = forcetls::parse_oneline_dn(text)) {
    require(!name->attributes.empty());
    require(format_oneline(name->attributes) == forcetls::parse_xtext(text));
  }

  const auto attributes = attributes_from(text);
  const auto oneline = format_oneline(attributes);
  const auto xtext = format_xtext(oneline);
  require(forcetls::parse_xtext(xtext) == oneline);
  const bool clear = text.find_first_of("\\/+") == std::string::npos && oneline.size() < 255;
  const auto name = forcetls::parse_oneline_dn(xtext);
  if (clear) require(name && name->attributes == attributes);
  if (!name) return 0;
  // Values that spell `\xHH` are the one thing that cannot be told apart; fields always are.
  require(name->attributes.size() == attributes.size());
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    require(name->attributes[i].first == attributes[i].first);
    if (attributes[i].second.find('\\') == std::string::npos) {
      require(name->attributes[i].second == attributes[i].second);
    }
  }
  return 0;
}
