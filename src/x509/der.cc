// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/der.h"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace forcetls {

namespace {

std::uint8_t octet(std::string_view bytes, std::size_t index) {
  return static_cast<std::uint8_t>(bytes[index]);
}

unsigned two_digits(std::string_view text, std::size_t index) {
  return static_cast<unsigned>((text[index] - '0') * 10 + (text[index + 1] - '0'));
}

}  // namespace

std::optional<DerElement> DerReader::take() {
  if (rest_.size() < 2 || (octet(rest_, 0) & 0x1fU) == 0x1fU) return std::nullopt;
  std::size_t header = 2, size = octet(rest_, 1);
  if (size >= 0x80) {
    const std::size_t octets = size & 0x7fU;
    if (octets == 0 || octets > 4 || rest_.size() < 2 + octets) return std::nullopt;
    size = 0;
    for (; header < 2 + octets; ++header) size = size << 8U | octet(rest_, header);
    if (octet(rest_, 2) == 0 || size < 0x80) return std::nullopt;
  }
  if (size > rest_.size() - header) return std::nullopt;
  const DerElement element{octet(rest_, 0), rest_.substr(header, size),
                           rest_.substr(0, header + size)};
  rest_.remove_prefix(header + size);
  return element;
}

std::optional<DerElement> DerReader::take(std::uint8_t tag) {
  if (rest_.empty() || octet(rest_, 0) != tag) return std::nullopt;
  return take();
}

std::optional<DerReader> open_sequence(std::string_view bytes) {
  DerReader outside(bytes);
  const auto sequence = outside.take(kDerSequence);
  if (!sequence || !outside.at_end()) return std::nullopt;
  return DerReader(sequence->content);
}

std::string format_oid(std::string_view content) {
  std::string text;
  std::uint64_t arc = 0;
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (arc >> 56U) return {};
    arc = arc << 7U | (octet(content, i) & 0x7fU);
    if (octet(content, i) & 0x80U) {
      if (i + 1 == content.size()) return {};
      continue;
    }
    if (text.empty()) {
      const std::uint64_t first = std::min<std::uint64_t>(arc / 40, 2);
      text = std::to_string(first) + '.' + std::to_string(arc - first * 40);
    } else {
      text += '.' + std::to_string(arc);
    }
    arc = 0;
  }
  return text;
}

std::optional<Time> parse_der_time(const DerElement& element) {
  std::string_view text = element.content;
  const std::size_t year_digits = element.tag == kDerGeneralizedTime ? 4 : 2;
  if (element.tag != kDerGeneralizedTime && element.tag != kDerUtcTime) return std::nullopt;
  if (text.size() != year_digits + 11 || text.back() != 'Z') return std::nullopt;
  text.remove_suffix(1);
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  unsigned year = two_digits(text, 0);
  year = year_digits == 4 ? year * 100 + two_digits(text, 2) : year + (year < 50 ? 2000 : 1900);
  text.remove_prefix(year_digits);

  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(two_digits(text, 0)),
                                         std::chrono::day(two_digits(text, 2))};
  const unsigned hour = two_digits(text, 4), minute = two_digits(text, 6),
                 second = two_digits(text, 8);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

std::string_view shortest_integer(std::string_view content) {
  while (content.size() > 1 && content[0] == 0 && octet(content, 1) < 0x80)
    content.remove_prefix(1);
  return content;
}

}  // namespace forcetls
