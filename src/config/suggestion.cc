// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/ascii.h"

namespace forcetls {

namespace {

// What is longer than any key or name is no slip of the finger.
constexpr std::size_t kMaxWord = 64;
// A short word is as near to its opposite: `on`, `no`.
constexpr std::size_t kMinWord = 4;

/// Optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = ascii_lower(a[i - 1]) == ascii_lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && ascii_lower(a[i - 1]) == ascii_lower(b[j - 2]) &&
                           ascii_lower(a[i - 2]) == ascii_lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string_view suggest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  if (word.size() > kMaxWord) return best;
  // A third of the word may be wrong, three letters at most, and never all of it.
  std::size_t nearest =
      word.size() < kMinWord ? 0 : std::min<std::size_t>(3, (word.size() + 2) / 3);
  bool found = false;
  for (const auto candidate : candidates) {
    const auto longer = std::max(word.size(), candidate.size());
    if (candidate == best || longer - std::min(word.size(), candidate.size()) > nearest) continue;
    const auto edits = distance(word, candidate);
    if (edits > nearest || edits >= longer) continue;
    const bool tie = found && edits == nearest;
    nearest = edits;
    best = tie ? std::string_view() : candidate;
    found = true;
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const auto best = suggest(word, candidates);
  return best.empty() ? std::string() : fmt::format("; did you mean '{}'?", best);
}

}  // namespace forcetls
