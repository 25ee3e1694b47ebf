// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/index_table.h"

#include <boost/test/unit_test.hpp>
#include <cstdint>

namespace forcetls {
namespace {

BOOST_AUTO_TEST_SUITE(index_table)

BOOST_AUTO_TEST_CASE(finds_what_was_put_in) {
  IndexTable table;
  for (std::uint32_t i = 0; i < 10'000; ++i)
    BOOST_REQUIRE(!table.find_or_insert(i, i, [&](std::uint32_t other) { return other == i; }));
  for (std::uint32_t i = 0; i < 10'000; ++i)
    BOOST_REQUIRE(
        table.find_or_insert(i, 99'999, [&](std::uint32_t other) { return other == i; }) == i);
}

BOOST_AUTO_TEST_CASE(equal_hashes_are_told_apart) {
  IndexTable table;
  for (std::uint32_t i = 0; i < 100; ++i)
    BOOST_REQUIRE(!table.find_or_insert(7, i, [&](std::uint32_t) { return false; }));
  BOOST_TEST(
      table.find_or_insert(7, 200, [](std::uint32_t other) { return other == 42; }).value() == 42U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
