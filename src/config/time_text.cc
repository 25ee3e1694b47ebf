// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/time_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace forcetls {

namespace {

constexpr std::string_view kDate = "0000-00-00";
constexpr std::string_view kTime = "0000-00-00T00:00:00Z";

/// Whether `text` has a digit for each 0 of `shape`, and its other bytes.
bool has_shape(std::string_view text, std::string_view shape) {
  return std::equal(text.begin(), text.end(), shape.begin(), shape.end(),
                    [](char byte, char wanted) {
                      return wanted == '0' ? byte >= '0' && byte <= '9' : byte == wanted;
                    });
}

unsigned number_at(std::string_view text, std::size_t position, std::size_t digits) {
  unsigned value = 0;
  for (const char digit : text.substr(position, digits))
    value = value * 10 + static_cast<unsigned>(digit - '0');
  return value;
}

}  // namespace

std::optional<Time> parse_time(std::string_view text, DateMeans date) {
  using namespace std::chrono;
  const bool whole = has_shape(text, kTime);
  if (!whole && !has_shape(text, kDate)) return std::nullopt;
  const year_month_day day{year{static_cast<int>(number_at(text, 0, 4))},
                           month{number_at(text, 5, 2)}, std::chrono::day{number_at(text, 8, 2)}};
  if (!day.ok()) return std::nullopt;
  if (!whole) return sys_days(day) + days(date == DateMeans::ItsEnd ? 1 : 0);
  const auto hour = number_at(text, 11, 2);
  const auto minute = number_at(text, 14, 2);
  const auto second = number_at(text, 17, 2);
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return sys_days(day) + hours(hour) + minutes(minute) + seconds(second);
}

std::string format_time(Time time) {
  using namespace std::chrono;
  const auto midnight = floor<days>(time);
  const year_month_day day(midnight);
  const hh_mm_ss clock(time - midnight);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace forcetls
