// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// One key's value on its way from text to a C++ value. Each reading function reports what is wrong
/// with the value to the DiagnosticList, with what was expected, and then gives nothing.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/domain_pattern.h"
#include "config/suggestion.h"
#include "config/time_text.h"
#include "core/connector.h"

namespace forcetls {

/// A line of a value; the first is that of the key and may be empty.
struct ValueLine {
  std::string text;
  std::uint32_t line = 0;
  bool commented = false;  ///< a comment stood after it
};

/// A word of a List, with its line.
struct ValueWord {
  std::string_view text;
  SourceLine where;
};

/// A word that a key takes and what it stands for.
template <typename T>
struct Choice {
  std::string_view word;
  T value;
  bool synonym = false;  ///< understood, but messages do not offer it
};

class Value {
 public:
  /// `section` as in messages: `[inbound contoso]`. All must outlive the Value.
  Value(std::string_view key, const std::string& section, std::uint32_t file,
        std::span<const ValueLine> lines, DiagnosticList& diagnostics)
      : key_(key), section_(section), file_(file), lines_(lines), diagnostics_(diagnostics) {}

  SourceLine where() const { return {file_, lines_.front().line}; }
  bool is_empty() const;

  /// The words of a List: separated by commas and white space.
  std::vector<ValueWord> words() const;
  /// The word of a List that takes one only.
  std::optional<ValueWord> word() const;
  /// Each line that is not empty, whole.
  std::vector<ValueWord> text_lines() const;
  std::vector<std::string> texts() const;
  /// All lines joined by a space.
  std::string text() const;

  /// One of `choices`, without case.
  template <typename T>
  std::optional<T> choice(std::span<const Choice<T>> choices) const {
    const auto given = word();
    if (!given) return std::nullopt;
    std::vector<std::string_view> known;
    for (const auto& choice : choices) {
      if (same_word(given->text, choice.word)) return choice.value;
      if (!choice.synonym) known.push_back(choice.word);
    }
    bad_choice(*given, known);
    return std::nullopt;
  }
  std::optional<bool> flag() const;
  std::optional<unsigned> number(unsigned least, unsigned most) const;
  std::optional<unsigned> file_mode() const;
  std::optional<Time> time(DateMeans date) const;
  /// Printable ASCII of at most `most` bytes: what an SMTP reply can carry.
  std::string reply_text(std::size_t most) const;
  /// A word of letters, digits and `._-`.
  std::string plain_word() const;
  std::string absolute_path() const;
  std::vector<Network> networks() const;
  std::vector<DomainPattern> patterns(PatternForms forms) const;
  std::vector<ValueWord> cipher_globs() const;
  /// SHA-256, with or without colons.
  std::vector<Digest> digests() const;

  /// Whether the value is the one word `none` or `no`.
  bool is_none() const;

  void error(SourceLine where, std::string text) const;
  void warning(SourceLine where, std::string text) const;
  /// `bad value 'x' for 'key' in [section]: expected …`
  void bad(const ValueWord& word, std::string_view expected) const;

  static bool same_word(std::string_view a, std::string_view b);

 private:
  std::vector<ValueWord> split() const;
  void bad_word(std::span<const ValueWord> given, std::string_view expected) const;
  void bad_choice(const ValueWord& given, std::span<const std::string_view> known) const;
  void warn_of_repeats(const std::vector<ValueWord>& words) const;

  std::string_view key_;
  const std::string& section_;
  std::uint32_t file_;
  std::span<const ValueLine> lines_;
  DiagnosticList& diagnostics_;
};

}  // namespace forcetls
