// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/domain_name.h"

#include <idn2.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

#include "core/ascii.h"

namespace forcetls {
namespace {

constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabel = 63;
// A spelling may be longer than its canonical form (UTF-8, characters that IDNA drops).
constexpr std::size_t kMaxSpelling = 1024;
constexpr std::string_view kAcePrefix = "xn--";

/// What one pass over a name shows.
struct Shape {
  bool domain_bytes = true;    // nothing that no spelling of a domain holds
  bool international = false;  // some label must go through libidn2
  bool well_sized = true;      // labels and name, as they stand
};

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char byte) { return static_cast<unsigned char>(byte) >= 0x80; });
}

/// Lower-cases the ASCII letters of `name` on the way.
Shape fold(std::string& name) {
  Shape shape{.well_sized = name.size() <= kMaxName};
  std::size_t label = 0;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (i == name.size() || name[i] == '.') {
      if (i == label || i - label > kMaxLabel) shape.well_sized = false;
      if (name.compare(label, kAcePrefix.size(), kAcePrefix) == 0) shape.international = true;
      label = i + 1;
    } else if (!is_domain_byte(name[i])) {
      shape.domain_bytes = false;
      break;
    } else if (static_cast<unsigned char>(name[i]) >= 0x80) {
      shape.international = true;
    } else {
      name[i] = ascii_lower(name[i]);
    }
  }
  return shape;
}

/// U+3002, U+FF0E and U+FF61 separate labels as a full stop does (RFC 3490 section 3.1, UTS 46).
std::string with_plain_dots(std::string_view name) {
  std::string result;
  for (std::size_t i = 0; i < name.size();) {
    const auto three = name.substr(i, 3);
    const bool dot = three == "\u3002" || three == "\uff0e" || three == "\uff61";
    result += dot ? '.' : name[i];
    i += dot ? 3 : 1;
  }
  return result;
}

std::optional<std::string> parse_label(std::string label) {
  const bool ascii = is_ascii(label);
  if (ascii && !label.starts_with(kAcePrefix)) return label;
  std::uint8_t* output = nullptr;
  const int result = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(label.c_str()), &output,
                                    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<std::uint8_t, void (*)(void*)> owner(output, idn2_free);
  if (result == IDN2_MALLOC) throw std::bad_alloc();
  if (result == IDN2_OK) return reinterpret_cast<const char*>(output);
  if (ascii) return label;
  return std::nullopt;
}

std::string decode_label(std::string label) {
  if (!label.starts_with(kAcePrefix)) return label;
  char* output = nullptr;
  const int result = idn2_to_unicode_8z8z(label.c_str(), &output, 0);
  const std::unique_ptr<char, void (*)(void*)> owner(output, idn2_free);
  if (result == IDN2_MALLOC) throw std::bad_alloc();
  // What is no canonical spelling of itself is nobody's.
  return result == IDN2_OK && parse_label(output) == label ? std::string(output) : label;
}

/// Label by label, so that one label which IDNA refuses does not change how the others are read.
std::optional<std::string> parse_international(std::string_view text) {
  std::string spelling = with_plain_dots(text);
  fold(spelling);
  std::string_view rest = spelling;
  if (rest.ends_with('.')) rest.remove_suffix(1);
  std::string result;
  while (true) {
    const auto dot = rest.find('.');
    const auto label = parse_label(std::string(rest.substr(0, dot)));
    if (!label) return std::nullopt;
    result += *label;
    if (dot == std::string_view::npos) break;
    result += '.';
    rest.remove_prefix(dot + 1);
  }
  // IDNA maps some characters to ASCII that no domain holds, and others to nothing.
  const Shape shape = fold(result);
  if (!shape.domain_bytes || !shape.well_sized || !is_ascii(result)) return std::nullopt;
  return result;
}

}  // namespace

std::optional<std::string> parse_domain(std::string_view text) {
  if (text.size() > kMaxSpelling) return std::nullopt;
  std::string name(text.ends_with('.') ? text.substr(0, text.size() - 1) : text);
  const Shape shape = fold(name);
  if (!shape.domain_bytes) return std::nullopt;
  if (shape.international) return parse_international(text);
  if (!shape.well_sized) return std::nullopt;
  return name;
}

std::string format_unicode_domain(std::string_view domain) {
  std::string result;
  while (true) {
    const auto dot = domain.find('.');
    result += decode_label(std::string(domain.substr(0, dot)));
    if (dot == domain.npos) return result;
    result += '.';
    domain.remove_prefix(dot + 1);
  }
}

bool is_host_name(std::string_view domain) {
  const bool misplaced = domain.starts_with('-') || domain.ends_with('-') ||
                         domain.find(".-") != std::string_view::npos ||
                         domain.find("-.") != std::string_view::npos;
  return !misplaced && domain.find_first_not_of("0123456789.") != std::string_view::npos;
}

std::string parse_certificate_name(std::string_view text) {
  const bool wildcard = text.starts_with("*.");
  const auto domain = parse_domain(wildcard ? text.substr(2) : text);
  return domain ? (wildcard ? "*." : "") + *domain : std::string();
}

}  // namespace forcetls
