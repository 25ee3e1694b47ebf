// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Words in messages: several as one text, and "did you mean": the known word that a mistyped one is
/// nearest to.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace forcetls {

/// The candidate fewest edits (insert, delete, replace, swap neighbours; letters without case) away
/// from `word`. Empty if none is near, if two are equally near, and for words of three bytes or
/// less: what is only guessed might weaken security. A candidate that equals `word` but for case is
/// no guess.
std::string_view suggest(std::string_view word, std::span<const std::string_view> candidates);

/// `; did you mean 'require-tls'?`, or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

/// `a, b or c`, where `last` is ` or `.
template <typename Words>
std::string join_words(const Words& words, std::string_view last) {
  std::string text;
  std::size_t left = words.size();
  for (const auto& word : words) {
    if (!text.empty()) text += left == 1 ? last : ", ";
    text += word;
    --left;
  }
  return text;
}

}  // namespace forcetls
