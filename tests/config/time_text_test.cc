// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/time_text.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace forcetls {
namespace {

std::string read(std::string_view text, DateMeans date) {
  const auto time = parse_time(text, date);
  return time ? format_time(*time) : "none";
}

BOOST_AUTO_TEST_SUITE(time_text)

BOOST_AUTO_TEST_CASE(texts) {
  const struct {
    const char* text;
    const char* beginning;
    const char* end;
  } cases[] = {
      {"2026-12-01T08:00:00Z", "2026-12-01T08:00:00Z", "2026-12-01T08:00:00Z"},
      {"2026-12-01T23:59:59Z", "2026-12-01T23:59:59Z", "2026-12-01T23:59:59Z"},
      {"2026-12-31", "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z"},
      {"2028-02-29", "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z"},
      {"2026-02-29", "none", "none"},
      {"2026-13-01", "none", "none"},
      {"2026-00-01", "none", "none"},
      {"2026-12-01T24:00:00Z", "none", "none"},
      {"2026-12-01T08:60:00Z", "none", "none"},
      {"2026-12-01T08:00:60Z", "none", "none"},
      {"2026-12-01T08:00:00", "none", "none"},
      {"2026-12-01T08:00:00+01:00", "none", "none"},
      {"2026-12-01T08:00:00z", "none", "none"},
      {"2026-12-01 08:00:00Z", "none", "none"},
      {"2026-12-1", "none", "none"},
      {"01.12.2026", "none", "none"},
      {"2026-12-0x", "none", "none"},
      {"", "none", "none"},
  };
  for (const auto& [text, beginning, end] : cases) BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(read(text, DateMeans::ItsBeginning) == beginning);
      BOOST_TEST(read(text, DateMeans::ItsEnd) == end);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
