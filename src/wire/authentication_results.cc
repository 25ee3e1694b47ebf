// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/authentication_results.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "core/ascii.h"

namespace forcetls {

namespace {

constexpr std::string_view kMethod = "x-tls";

bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }

bool is_control(char byte) { return static_cast<unsigned char>(byte) < ' ' || byte == 0x7f; }

bool is_odd_blank(char byte) { return byte == ' ' || is_control(byte); }

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

// RFC 2045's token, and UTF-8 as RFC 8601 takes it in.
bool is_token_byte(char byte) {
  constexpr std::string_view kSpecials = "()<>@,;:\\\"/[]?=";
  return byte != ' ' && !is_control(byte) && kSpecials.find(byte) == kSpecials.npos;
}

bool is_keyword_byte(char byte) {
  return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         byte == '-' || byte == '_';
}

// What stands behind `=` in a property: a token, or an address or path without quotes.
bool is_property_byte(char byte) {
  return is_token_byte(byte) || std::string_view("<>@,:/[]?").find(byte) != std::string_view::npos;
}

bool holds_method_name(std::string_view text) {
  return std::search(text.begin(), text.end(), kMethod.begin(), kMethod.end(),
                     [](char x, char y) { return ascii_lower(x) == y; }) != text.end();
}

// The pieces of RFC 8601's grammar. Each reads on from where the last one stopped.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  char next() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool take(char byte) {
    if (rest_.empty() || rest_.front() != byte) return false;
    rest_.remove_prefix(1);
    return true;
  }

  template <typename Predicate>
  std::string_view take_while(Predicate matches) {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), matches);
    const auto taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  /// White space and comments. False where a comment does not end: all text is then taken.
  bool skip_cfws() {
    for (;;) {
      take_while(is_blank);
      if (next() != '(') return true;
      if (!skip_comment()) return false;
    }
  }

  /// The text of a quoted string, `"` being next, without quotes and backslashes. The flag is false
  /// where it does not end: all text is then taken.
  std::pair<std::string, bool> take_quoted() {
    std::string text;
    take('"');
    while (!at_end()) {
      if (take('"')) return {text, true};
      take('\\');
      if (!at_end()) text += take_byte();
    }
    return {text, false};
  }

 private:
  char take_byte() {
    const char byte = rest_.front();
    rest_.remove_prefix(1);
    return byte;
  }

  bool skip_comment() {
    for (std::size_t depth = 0; !at_end();) {
      const char byte = take_byte();
      if (byte == '\\' && !at_end()) take_byte();
      if (byte == '(') ++depth;
      if (byte == ')' && --depth == 0) return true;
    }
    return false;
  }

  std::string_view rest_;
};

// Whether our id comes next. Controls around it and a quote that does not end hide it from nobody
// who reads less strictly, so they do not hide it here.
bool take_own_id(Reader& reader, std::string_view authserv_id) {
  do {
    reader.take_while(is_odd_blank);
  } while (reader.next() == '(' && reader.skip_cfws());
  if (reader.next() != '"') {
    return equal_without_case(reader.take_while(is_token_byte), authserv_id);
  }

  const auto [quoted, ended] = reader.take_quoted();
  Reader inside(quoted);
  inside.take_while(is_odd_blank);
  if (!equal_without_case(inside.take_while(is_token_byte), authserv_id)) return false;
  inside.take_while(is_odd_blank);
  return inside.at_end() || !ended;
}

// [CFWS "/" [CFWS] version] [CFWS] "="
bool take_equals(Reader& reader, bool version_allowed) {
  if (!reader.skip_cfws()) return false;
  if (version_allowed && reader.take('/')) {
    if (!reader.skip_cfws() || reader.take_while(is_digit).empty()) return false;
    if (!reader.skip_cfws()) return false;
  }
  return reader.take('=') && reader.skip_cfws();
}

bool take_value(Reader& reader, bool (*is_value_byte)(char)) {
  if (reader.next() == '"') return reader.take_quoted().second;
  return !reader.take_while(is_value_byte).empty();
}

// `reason=value` and `ptype.property=value`, any number, up to the next `;`.
bool take_properties(Reader& reader) {
  while (reader.skip_cfws()) {
    if (reader.at_end() || reader.next() == ';') return true;
    const auto word = reader.take_while(is_keyword_byte);
    if (word.empty() || !reader.skip_cfws()) return false;
    if (equal_without_case(word, "reason")) {
      if (!take_equals(reader, false) || !take_value(reader, is_token_byte)) return false;
      continue;
    }
    if (!reader.take('.') || !reader.skip_cfws() || reader.take_while(is_keyword_byte).empty() ||
        !take_equals(reader, false) || !take_value(reader, is_property_byte)) {
      return false;
    }
  }
  return false;
}

// Reads all that follows the id. Whether x-tls is among the methods; nullopt for bad grammar.
std::optional<bool> find_method(Reader& reader) {
  bool found = false;
  if (!reader.skip_cfws()) return std::nullopt;
  reader.take_while(is_digit);
  if (!reader.skip_cfws() || reader.next() != ';') return std::nullopt;
  while (reader.take(';')) {
    if (!reader.skip_cfws()) return std::nullopt;
    const auto method = reader.take_while(is_keyword_byte);
    if (!reader.skip_cfws()) return std::nullopt;
    if (equal_without_case(method, "none") && reader.at_end()) return found;
    if (method.empty() || !take_equals(reader, true) ||
        reader.take_while(is_keyword_byte).empty() || !take_properties(reader)) {
      return std::nullopt;
    }
    found = found || equal_without_case(method, kMethod);
  }
  if (!reader.at_end()) return std::nullopt;
  return found;
}

}  // namespace

bool is_valid_authserv_id(std::string_view text) {
  if (text.empty() || text.size() > 255) return false;
  return std::all_of(text.begin(), text.end(), [](char byte) {
    return is_token_byte(byte) && static_cast<unsigned char>(byte) < 0x80;
  });
}

std::string format_authentication_results(std::string_view authserv_id, std::string_view result) {
  std::string value(authserv_id);
  value += "; ";
  value += kMethod;
  value += '=';
  value += result;
  return value;
}

bool is_own_tls_result(std::string_view value, std::string_view authserv_id) {
  if (!holds_method_name(value)) return false;
  Reader reader(value);
  if (!take_own_id(reader, authserv_id)) return false;
  return find_method(reader).value_or(true);
}

}  // namespace forcetls
