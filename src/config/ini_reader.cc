// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/ini_reader.h"

#include <fmt/format.h>
#include <ini.h>

#include <algorithm>
#include <istream>
#include <utility>

#include "config/line_bytes.h"
#include "core/utf8.h"

namespace forcetls {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
// Section names that inih would not cut.
constexpr std::size_t kMaxSection = 49;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Where `mark` follows white space, which makes it a comment for inih (`;`) or for everybody but
/// inih (`#`).
std::size_t find_after_blank(std::string_view text, char mark) {
  for (auto at = text.find(mark, 1); at < text.size(); at = text.find(mark, at + 1))
    if (is_blank(text[at - 1])) return at;
  return std::string_view::npos;
}

/// A line that its writer took for a key of its own: `word =`.
bool looks_like_key(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
  const auto rest = trim(text.substr(static_cast<std::size_t>(end - text.begin())));
  return end != text.begin() && rest.starts_with('=');
}

/// Between inih, which asks for lines and hands back keys, and the sink. Each line that inih is to
/// see has been looked at before; for all others it gets an empty one.
class IniReader {
 public:
  IniReader(std::istream& stream, IniSink& sink) : stream_(stream), sink_(sink) {}

  void run() {
    const int result = ini_parse_stream(&IniReader::read_line, this, &IniReader::take_value, this);
    check_taken();
    if (result < 0) sink_.error(0, "the INI library ran out of memory", {});
    if (stream_.bad()) sink_.error(0, "cannot be read to its end", {});
  }

 private:
  /// Whether an indented line may go on with the value above it.
  enum class Above { Value, ValueInError, Nothing };
  enum class Awaited { Nothing, Value, Continuation };

  static char* read_line(char* buffer, int size, void* self) {
    return static_cast<IniReader*>(self)->next(buffer, static_cast<std::size_t>(size));
  }

  static int take_value(void* self, const char*, const char* key, const char* text) {
    static_cast<IniReader*>(self)->take(key, text);
    return 1;
  }

  char* next(char* buffer, std::size_t size) {
    check_taken();
    if (!std::getline(stream_, raw_)) return nullptr;
    ++line_;
    auto text = accept();
    // Room for the line's end and the NUL; smaller only where inih was built to read less.
    if (text.size() + 2 > size) {
      awaited_ = Awaited::Nothing;
      text = reject(fmt::format("line longer than {} bytes", size - 2));
    }
    auto* end = std::copy(text.begin(), text.end(), buffer);
    *end++ = '\n';
    *end = '\0';
    return buffer;
  }

  void take(std::string_view key, std::string_view text) {
    const auto awaited = std::exchange(awaited_, Awaited::Nothing);
    if (awaited == Awaited::Value) sink_.value(key, text, line_, commented_);
    if (awaited == Awaited::Continuation) sink_.continuation(text, line_, commented_);
  }

  /// inih has dealt with the last line. Whatever its build options, no value gets lost unseen.
  void check_taken() {
    if (std::exchange(awaited_, Awaited::Nothing) != Awaited::Nothing)
      sink_.error(line_, "the INI library did not understand this line", first_word());
  }

  /// The current line as inih may see it; empty if there is nothing in it for inih.
  std::string_view accept() {
    std::string_view line = raw_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line_ == 1 && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    const bool plain = is_printable_ascii(line);
    if (!plain && line.find('\0') != std::string_view::npos) return reject("NUL byte");
    if (!plain && !is_utf8(line)) return reject("not UTF-8");
    const auto content = trim(line);
    if (content.empty() || content.front() == ';' || content.front() == '#') {
      above_ = Above::Nothing;
      return {};
    }
    if (line.size() > kMaxLine)
      return reject(
          fmt::format("line longer than {} bytes; a value goes on in indented lines", kMaxLine));
    if (!plain && has_control_byte(content)) return reject("control character");
    const auto comment = find_after_blank(content, ';');
    commented_ = comment != std::string_view::npos;
    const auto text = trim(content.substr(0, comment));
    if (is_blank(line.front())) return accept_indented(line, text);
    return text.front() == '[' ? accept_section(text) : accept_key(text);
  }

  std::string_view accept_section(std::string_view text) {
    above_ = Above::ValueInError;
    const auto end = text.find(']');
    if (end == std::string_view::npos) return reject("section header without ']'");
    const auto name = trim(text.substr(1, end - 1));
    if (end + 1 != text.size()) sink_.error(line_, "text after ']'", first_word());
    sink_.section(name, line_);
    above_ = Above::Nothing;
    return name.size() > kMaxSection ? std::string_view() : text.substr(0, end + 1);
  }

  std::string_view accept_key(std::string_view text) {
    const auto separator = static_cast<std::size_t>(
        std::find_if(text.begin(), text.end(), [](char c) { return c == '=' || c == ':'; }) -
        text.begin());
    if (separator == text.size()) return reject("expected 'key = value'");
    if (text[separator] == ':')
      return reject("':' does not separate key and value; write 'key = value'");
    if (separator == 0) return reject("key missing before '='");
    if (find_after_blank(text, '#') != std::string_view::npos) return reject_hash();
    above_ = Above::Value;
    awaited_ = Awaited::Value;
    return text;
  }

  std::string_view accept_indented(std::string_view line, std::string_view text) {
    if (text.front() == '[' || looks_like_key(text))
      return reject(
          "an indented line continues the value above it; begin sections and keys in the first "
          "column");
    if (above_ == Above::ValueInError) return {};
    if (above_ == Above::Nothing)
      return reject("an indented line continues the value directly above it, and there is none");
    if (find_after_blank(text, '#') != std::string_view::npos) return reject_hash();
    awaited_ = Awaited::Continuation;
    // One blank before it is what makes it a continuation for inih.
    const auto start = static_cast<std::size_t>(text.data() - line.data());
    return line.substr(start - 1, text.size() + 1);
  }

  /// As IniSink::error has it.
  std::string_view first_word() const {
    const auto text = trim(raw_);
    const bool is_comment = text.starts_with('#') || text.starts_with(';');
    if (is_blank(raw_.front()) && !is_comment && !looks_like_key(text)) return {};
    return text.substr(0, text.find_first_of(" \t=:", 1));
  }

  std::string_view reject_hash() {
    return reject("'#' after white space in a value; a comment after a value begins with ' ;'");
  }

  std::string_view reject(std::string text) {
    sink_.error(line_, std::move(text), first_word());
    above_ = Above::ValueInError;
    return {};
  }

  std::istream& stream_;
  IniSink& sink_;
  std::string raw_;
  std::uint32_t line_ = 0;
  Above above_ = Above::Nothing;
  Awaited awaited_ = Awaited::Nothing;
  bool commented_ = false;
};

}  // namespace

void read_ini(std::istream& stream, IniSink& sink) { IniReader(stream, sink).run(); }

}  // namespace forcetls
