// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// INI text as a stream of sections, keys and values with their lines. The only place that knows
/// inih, and what inih would do silently to a careless file (cut, split or move it to the section
/// before) is an error here. Knows no key or section by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace forcetls {

/// What is told of a file, in the order of its lines, which count from 1. Texts live as long as the
/// call.
class IniSink {
 public:
  /// What stands between the brackets, without outer white space.
  virtual void section(std::string_view name, std::uint32_t line) = 0;
  /// A key and the first line of its value, which may be empty. `commented`: a comment followed.
  virtual void value(std::string_view key, std::string_view text, std::uint32_t line,
                     bool commented) = 0;
  /// A further line of the last value.
  virtual void continuation(std::string_view text, std::uint32_t line, bool commented) = 0;
  /// `word`: the line's first, which may be a key; empty if the line went on with a value, or if
  /// the file as a whole is in error (line 0).
  virtual void error(std::uint32_t line, std::string text, std::string_view word) = 0;

 protected:
  ~IniSink() = default;
};

/// Longest line that is not a comment, without its end: what inih reads whole.
inline constexpr std::size_t kMaxLine = 198;

/// Reads to the end. All lines in error are reported; each is skipped with its continuation.
void read_ini(std::istream& stream, IniSink& sink);

}  // namespace forcetls
