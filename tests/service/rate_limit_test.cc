// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/rate_limit.h"

#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

namespace forcetls {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

BOOST_AUTO_TEST_SUITE(rate_limit)

BOOST_AUTO_TEST_CASE(allows_the_first_and_one_an_interval) {
  RateLimit limit(hours(1));
  const RateLimit::Clock::time_point start{minutes(5)};  // soon after the machine's start
  BOOST_TEST(limit.allows(start));
  BOOST_TEST(!limit.allows(start));
  BOOST_TEST(!limit.allows(start + minutes(59)));
  BOOST_TEST(limit.allows(start + minutes(60)));
  BOOST_TEST(!limit.allows(start + minutes(119)));
  BOOST_TEST(limit.allows(start + hours(50)));
}

BOOST_AUTO_TEST_CASE(allows_one_of_many_threads) {
  RateLimit limit(hours(1));
  std::atomic<int> allowed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) {
        if (limit.allows(RateLimit::Clock::time_point{})) ++allowed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(allowed == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
