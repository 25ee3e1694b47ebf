// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/value.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <variant>

#include "core/ascii.h"
#include "wire/ip_text.h"

namespace forcetls {

namespace {

bool is_separator(char c) { return c == ' ' || c == ',' || c == '\t'; }

bool is_word_byte(char c) {
  const char letter = ascii_lower(c);
  return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

bool is_glob_byte(char c) { return is_word_byte(c) || c == '*' || c == '?' || c == '+'; }

std::optional<unsigned> parse_number(std::string_view text, int base) {
  unsigned value = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, base);
  return error == std::errc() && stopped == end ? std::optional(value) : std::nullopt;
}

/// What to say to a text that is not SHA-256; other digests are as common, and told by their
/// length.
std::string expected_digest(std::string_view text) {
  std::string expected = "expected 64 hexadecimal digits (SHA-256)";
  if (digest_bits(text) == 128) expected += "; 32 are an MD5 digest";
  if (digest_bits(text) == 160) expected += "; 40 are a SHA-1 digest";
  return expected;
}

constexpr Choice<bool> kFlags[] = {{"yes", true},    {"no", false}, {"true", true},
                                   {"false", false}, {"on", true},  {"off", false}};

constexpr unsigned kMaxMode = 0777;

}  // namespace

bool Value::same_word(std::string_view a, std::string_view b) { return equal_without_case(a, b); }

bool Value::is_empty() const {
  return std::all_of(lines_.begin(), lines_.end(),
                     [](const ValueLine& line) { return line.text.empty(); });
}

std::vector<ValueWord> Value::split() const {
  std::vector<ValueWord> words;
  for (const auto& line : lines_) {
    const auto end = line.text.end();
    for (auto at = std::find_if_not(line.text.begin(), end, is_separator); at != end;) {
      const auto stop = std::find_if(at, end, is_separator);
      words.push_back({{at, stop}, {file_, line.line}});
      at = std::find_if_not(stop, end, is_separator);
    }
  }
  return words;
}

std::vector<ValueWord> Value::words() const {
  auto words = split();
  if (words.empty()) bad({lines_.front().text, where()}, "expected a value");
  return words;
}

std::optional<ValueWord> Value::word() const {
  const auto given = words();
  if (given.size() > 1) bad(given[1], "expected one value only");
  return given.size() == 1 ? std::optional(given.front()) : std::nullopt;
}

std::vector<ValueWord> Value::text_lines() const {
  std::vector<ValueWord> texts;
  for (const auto& line : lines_) {
    if (line.text.empty()) continue;
    if (line.text.size() > 1 && line.text.front() == '"' && line.text.back() == '"')
      warning({file_, line.line},
              fmt::format("the quotes in '{}' in {} are part of the value", key_, section_));
    texts.push_back({line.text, {file_, line.line}});
  }
  return texts;
}

std::vector<std::string> Value::texts() const {
  std::vector<std::string> texts;
  for (const auto& line : text_lines()) texts.emplace_back(line.text);
  return texts;
}

std::string Value::text() const {
  std::string text;
  for (const auto& line : lines_) {
    if (line.text.empty()) continue;
    if (line.commented)
      error(
          {file_, line.line},
          fmt::format(
              "' ;' in '{}' in {} would begin a comment; comments stand on lines of their own here",
              key_, section_));
    text.append(text.empty() ? "" : " ").append(line.text);
  }
  return text;
}

std::optional<bool> Value::flag() const { return choice<bool>(kFlags); }

std::optional<unsigned> Value::number(unsigned least, unsigned most) const {
  const auto given = words();
  const auto value = given.size() == 1 ? parse_number(given[0].text, 10) : std::nullopt;
  if (value && *value >= least && *value <= most) return value;
  bad_word(given, fmt::format("expected a number from {} to {}", least, most));
  return std::nullopt;
}

std::optional<unsigned> Value::file_mode() const {
  const auto given = words();
  const auto value = given.size() == 1 ? parse_number(given[0].text, 8) : std::nullopt;
  if (value && *value <= kMaxMode) return value;
  bad_word(given, "expected an octal mode from 0 to 0777");
  return std::nullopt;
}

std::optional<Time> Value::time(DateMeans date) const {
  const auto given = words();
  const auto time = given.size() == 1 ? parse_time(given[0].text, date) : std::nullopt;
  if (!time)
    bad_word(given, "expected a date or a time in UTC, as 2026-12-01 or 2026-12-01T08:00:00Z");
  return time;
}

std::string Value::reply_text(std::size_t most) const {
  auto value = text();
  const bool printable =
      std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!printable)
    error(where(),
          fmt::format("'{}' in {} is for SMTP replies and takes ASCII only", key_, section_));
  if (value.size() > most)
    error(where(), fmt::format("'{}' in {} is longer than {} bytes", key_, section_, most));
  return value;
}

std::string Value::plain_word() const {
  const auto given = word();
  if (!given) return {};
  if (!std::all_of(given->text.begin(), given->text.end(), is_word_byte))
    bad(*given, "expected letters, digits, '.', '_' and '-'");
  return std::string(given->text);
}

std::string Value::absolute_path() const {
  const auto given = word();
  if (!given) return {};
  if (!given->text.starts_with('/')) bad(*given, "expected an absolute path");
  return std::string(given->text);
}

std::vector<Network> Value::networks() const {
  const auto given = words();
  warn_of_repeats(given);
  std::vector<Network> networks;
  networks.reserve(given.size());
  for (const auto& word : given) {
    const auto network = parse_network(word.text);
    if (const auto* parsed = std::get_if<Network>(&network))
      networks.push_back(*parsed);
    else
      bad(word, std::get<std::string>(network));
  }
  return networks;
}

std::vector<DomainPattern> Value::patterns(PatternForms forms) const {
  const auto given = words();
  warn_of_repeats(given);
  std::vector<DomainPattern> patterns;
  patterns.reserve(given.size());
  for (const auto& word : given) {
    auto pattern = parse_domain_pattern(word.text, forms);
    if (auto* parsed = std::get_if<DomainPattern>(&pattern))
      patterns.push_back(std::move(*parsed));
    else
      bad(word, std::get<std::string>(pattern));
  }
  return patterns;
}

std::vector<ValueWord> Value::cipher_globs() const {
  std::vector<ValueWord> globs;
  for (const auto& word : words())
    if (std::all_of(word.text.begin(), word.text.end(), is_glob_byte))
      globs.push_back(word);
    else
      bad(word, "expected names of cipher suites, in which '*' and '?' are wildcards");
  return globs;
}

std::vector<Digest> Value::digests() const {
  const auto given = words();
  warn_of_repeats(given);
  std::vector<Digest> digests;
  digests.reserve(given.size());
  for (const auto& word : given) {
    if (const auto digest = parse_digest(word.text))
      digests.push_back(*digest);
    else
      bad(word, expected_digest(word.text));
  }
  return digests;
}

bool Value::is_none() const {
  const auto given = split();
  return given.size() == 1 &&
         (same_word(given.front().text, "none") || same_word(given.front().text, "no"));
}

void Value::error(SourceLine where, std::string text) const {
  diagnostics_.error(where, std::move(text));
}

void Value::warning(SourceLine where, std::string text) const {
  diagnostics_.warning(where, std::move(text));
}

void Value::bad(const ValueWord& word, std::string_view expected) const {
  error(word.where,
        fmt::format("bad value '{}' for '{}' in {}: {}", word.text, key_, section_, expected));
}

/// One word that is not as expected, or several; words() has reported that there is none.
void Value::bad_word(std::span<const ValueWord> given, std::string_view expected) const {
  if (given.size() == 1) bad(given[0], expected);
  if (given.size() > 1)
    bad({fmt::format("{} {}", given[0].text, given[1].text), given[1].where}, expected);
}

void Value::bad_choice(const ValueWord& given, std::span<const std::string_view> known) const {
  bad(given, fmt::format("expected {}{}", join_words(known, " or "), did_you_mean(given.text, known)));
}

void Value::warn_of_repeats(const std::vector<ValueWord>& words) const {
  if (words.size() < 2) return;
  auto sorted = words;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const ValueWord& a, const ValueWord& b) { return a.text < b.text; });
  for (std::size_t i = 1; i < sorted.size(); ++i)
    if (sorted[i].text == sorted[i - 1].text)
      warning(sorted[i].where,
              fmt::format("'{}' stands twice in '{}' in {}", sorted[i].text, key_, section_));
}

}  // namespace forcetls
