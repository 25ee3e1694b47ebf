// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/certificate_name.h"

#include <string>
#include <utility>

#include "core/ascii.h"

namespace forcetls {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// ASCII lower case, white space at the ends removed and elsewhere one blank.
std::string fold(std::string_view text) {
  std::string folded;
  bool space = false;
  for (const char c : text) {
    if (is_space(c)) {
      space = !folded.empty();
      continue;
    }
    if (std::exchange(space, false)) folded.push_back(' ');
    folded.push_back(ascii_lower(c));
  }
  return folded;
}

}  // namespace

bool same_text(std::string_view a, std::string_view b) { return fold(a) == fold(b); }

bool certificate_name_meets(const DomainPattern& pattern, std::string_view name) {
  const bool wildcard = name.starts_with("*.");
  const std::string_view base = wildcard ? name.substr(2) : name;
  if (base.empty()) return false;
  if (pattern.kind == DomainPattern::Kind::Subtree) return is_in_domain(base, pattern.domain);
  if (!wildcard) return name == pattern.domain;
  const auto dot = pattern.domain.find('.');
  return dot != std::string::npos && std::string_view(pattern.domain).substr(dot + 1) == base;
}

}  // namespace forcetls
