// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/domain_scan.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "wire/domain_name.h"
#include "wire/ip_text.h"

namespace forcetls {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

bool is_mark(char byte) { return byte == '@' || byte == '%' || byte == '!'; }

/// Bytes that may stand between a mark and its domain without meaning anything.
bool is_padding(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value <= 0x20 || value == 0x7f || byte == '"' || byte == '\\' || byte == '<' ||
         byte == '[';
}

/// The longest suffix of whole labels that is a domain: of `x..contoso.com` that is contoso.com.
void add_suffix(std::string_view name, std::vector<std::string>& domains) {
  while (name.ends_with('.')) name.remove_suffix(1);
  std::string best;
  while (!name.empty()) {
    const auto dot = name.rfind('.');
    const auto begin = dot == std::string_view::npos ? 0 : dot + 1;
    const auto label = parse_domain(name.substr(begin));
    if (!label) break;
    const auto longer = best.empty() ? label : parse_domain(*label + '.' + best);
    if (!longer) break;
    best = *longer;
    name = name.substr(0, begin == 0 ? 0 : dot);
  }
  if (!best.empty()) domains.push_back(std::move(best));
}

/// `name`: a run of domain bytes.
void add_domain(std::string_view name, std::vector<std::string>& domains) {
  if (auto domain = parse_domain(name)) {
    domains.push_back(std::move(*domain));
    return;
  }
  add_suffix(name, domains);
  for (std::size_t i = 0; i < name.size();) {
    std::size_t end = i;
    while (end < name.size() && static_cast<unsigned char>(name[end]) < 0x80) ++end;
    add_suffix(name.substr(i, end - i), domains);
    i = end + 1;
  }
}

/// `begin`: behind a `[`.
bool is_literal(std::string_view text, std::size_t begin) {
  constexpr std::size_t kMostLiteral = 64;
  const auto inside = text.substr(begin, kMostLiteral);
  return parse_ip_address(inside.substr(0, inside.find(']'))).has_value();
}

void scan_after(std::string_view text, std::size_t mark, std::vector<std::string>& domains) {
  std::size_t begin = mark + 1;
  while (begin < text.size() && is_padding(text[begin])) ++begin;
  if (text[begin - 1] == '[' && is_literal(text, begin)) return;
  std::size_t end = begin;
  while (end < text.size() && is_domain_byte(text[end])) ++end;
  add_domain(text.substr(begin, end - begin), domains);
}

void scan_before(std::string_view text, std::size_t mark, std::vector<std::string>& domains) {
  std::size_t end = mark;
  while (end > 0 && is_padding(text[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_domain_byte(text[begin - 1])) --begin;
  add_domain(text.substr(begin, end - begin), domains);
}

void scan_marks(std::string_view text, DomainMarks marks, std::vector<std::string>& domains) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_mark(text[i]) || (text[i] != '@' && marks == DomainMarks::At)) continue;
    if (text[i] == '!') {
      scan_before(text, i, domains);
    } else {
      scan_after(text, i, domains);
    }
  }
}

/// Without comments, quotes, backslashes, control bytes, and blanks around dots and marks. A
/// parenthesis that is never closed is dropped alone: what follows it counts.
std::string without_decoration(std::string_view text) {
  std::string result;
  std::vector<std::size_t> open;  // where in `result` each comment began
  bool blank = false;
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    if (byte == '(') {
      open.push_back(result.size());
    } else if (byte == ')') {
      if (open.empty()) continue;
      result.resize(open.back());
      open.pop_back();
    } else if (kBlank.find(byte) != std::string_view::npos) {
      blank = true;
    } else if (byte != '"' && byte != '\\' && value > 0x20 && value != 0x7f) {
      const auto glue = [](char c) { return c == '.' || is_mark(c); };
      if (blank && !result.empty() && !glue(result.back()) && !glue(byte)) result += ' ';
      blank = false;
      result += byte;
    }
  }
  return result;
}

}  // namespace

std::vector<std::string> scan_domains(std::string_view text, DomainMarks marks) {
  std::vector<std::string> domains;
  scan_marks(text, marks, domains);
  const std::string bare = without_decoration(text);
  if (bare != text) scan_marks(bare, marks, domains);
  make_unique(domains);
  return domains;
}

void make_unique(std::vector<std::string>& domains) {
  std::sort(domains.begin(), domains.end());
  domains.erase(std::unique(domains.begin(), domains.end()), domains.end());
}

}  // namespace forcetls
