// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// A line of the administrator's log, made of `key=value` pairs. Writes nothing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/printable.h"

namespace forcetls {

class LogPairs {
 public:
  /// Any text, cleaned and cut.
  void add(std::string_view key, std::string_view value) {
    constexpr std::size_t kMaxValue = 256;
    add_whole(key, clean_text(value, kMaxValue));
  }
  void add_unless_empty(std::string_view key, std::string_view value) {
    if (!value.empty()) add(key, value);
  }
  /// A text of ours, which is never cut.
  void add_whole(std::string_view key, std::string_view value) {
    begin(key);
    text_ += format_log_value(value);
  }
  /// A list of words of our own: may be empty, and is never cut.
  void add_words(std::string_view key, const std::vector<std::string_view>& words) {
    if (words.empty()) return;
    begin(key);
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (i > 0) text_ += ',';
      text_ += words[i];
    }
  }
  std::string take() { return std::move(text_); }

 private:
  void begin(std::string_view key) {
    if (!text_.empty()) text_ += ' ';
    text_ += key;
    text_ += '=';
  }

  std::string text_;
};

}  // namespace forcetls
