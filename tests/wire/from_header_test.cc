// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/from_header.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <ctime>
#include <thread>

using forcetls::parse_from_domains;

BOOST_AUTO_TEST_SUITE(from_header)

namespace {

std::string domains(std::string_view value) {
  return fmt::format("{}", fmt::join(parse_from_domains(value), " "));
}

struct Value {
  std::string text, expected;
};

void check(const std::vector<Value>& cases) {
  for (const auto& [text, expected] : cases) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(domains(text) == expected); }
  }
}

/// CPU seconds for `unit` repeated to `size` bytes.
double seconds(std::string_view unit, std::size_t size) {
  std::string text;
  while (text.size() < size) text += unit;
  const std::clock_t start = std::clock();
  BOOST_TEST(parse_from_domains(text + " a@contoso.com").size() > 0U);
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace

BOOST_AUTO_TEST_CASE(well_formed_values_name_their_addresses) {
  check({
      {"boss@Contoso.com", "contoso.com"},
      {" Boss <boss@contoso.com>", "contoso.com"},
      {"Boss\r\n\t<boss@contoso.com>\r\n", "contoso.com"},
      {"<boss@contoso.com>", "contoso.com"},
      {"Boss < boss@contoso.com >", "contoso.com"},
      {"\"boss@contoso.com\" <x@evil.example>", "evil.example"},
      {"=?utf-8?q?boss=40contoso.com?= <x@evil.example>", "evil.example"},
      {"x@evil.example (boss@contoso.com)", "evil.example"},
      {"(boss@contoso.com) x@evil.example", "evil.example"},
      {"x(nested (boss@contoso.com) \\)) <x@evil.example>", "evil.example"},
      {"\"boss@contoso.com\"@evil.example", "evil.example"},
      {"\"a \\\" b@contoso.com\" <x@evil.example>", "evil.example"},
      {"a@one.example, B <b@two.example>, c@one.example", "one.example two.example"},
      {"a@one.example,, b@two.example,", "one.example two.example"},
      {"Team: a@one.example, B <b@two.example>;", "one.example two.example"},
      {"Team: a@one.example;, c@three.example", "one.example three.example"},
      {"Undisclosed recipients:;", ""},
      {"<@r1.example,@r2.example:u@dom.example>", "dom.example"},
      {"Jürgen <j@münchen.example>", "xn--mnchen-3ya.example"},
      {"J\xfcrgen <j@contoso.com>", "contoso.com"},
      {"John Q. Public <j@contoso.com>", "contoso.com"},
      {"a@[192.0.2.1]", ""},
      {"a@[IPv6:2001:db8::1]", ""},
      {"a@contoso.com.", "contoso.com"},
      {"", ""},
  });
}

BOOST_AUTO_TEST_CASE(in_any_other_value_every_address_counts) {
  check({
      {"boss@contoso.com <x@evil.example>", "contoso.com evil.example"},
      {"<boss@contoso.com> <x@evil.example>", "contoso.com evil.example"},
      {"\"boss@contoso.com <x@evil.example>", "contoso.com evil.example"},
      {"(boss@contoso.com <x@evil.example>", "contoso.com evil.example"},
      {"<x@evil.example> (boss@contoso.com", "contoso.com evil.example"},
      {"\"boss@contoso.com\" x@evil.example", "contoso.com evil.example"},
      {"x@evil.example boss@contoso.com", "contoso.com evil.example"},
      {"x@evil.example; boss@contoso.com", "contoso.com evil.example"},
      {"Team: \"boss@contoso.com\" <x@evil.example>", "contoso.com evil.example"},
      {"A: B: boss@contoso.com;;", "contoso.com"},
      {"=?utf-8?Q?boss=40contoso.com=00?=@evil.example", "contoso.com evil.example"},
      {"\"=?utf-8?Q?boss=40contoso.com?=\"@evil.example", "contoso.com evil.example"},
      {"<=?utf-8?Q?boss=40contoso.com?=@evil.example>", "contoso.com evil.example"},
      {"=?utf-8?q?boss=40contoso.com?=", "contoso.com"},
      {"boss@=?utf-8?q?contoso.com?=", "contoso.com"},
      {"<=?utf-8?q?boss=40con?= =?utf-8?q?toso.com?=>", "contoso.com"},
      {std::string("boss@contoso.com\0 <x@evil.example>", 34), "contoso.com evil.example"},
      {std::string("\"boss@contoso.com\0\" <x@evil.example>", 36), "contoso.com evil.example"},
      {std::string("\"\\\0\" <x@evil.example>", 21), "evil.example"},
      {"boss @ contoso.com", "contoso.com"},
      {"boss@contoso . com", "contoso contoso.com"},
      {"boss@con(c)toso.com", "con contoso.com"},
      {"boss@contoso.com <x@[192.0.2.1]>", "contoso.com"},
      {"boss@[contoso.com]", "contoso.com"},
      {"boss@[contoso.com", "contoso.com"},
      {"<boss@contoso.com", "contoso.com"},
      {"<@contoso.com>", "contoso.com"},
      {"<@contoso.com,x@evil.example>", "contoso.com evil.example"},
      {"<(boss@contoso.com", "contoso.com"},
      {"<boss(x)@contoso.com>", "contoso.com"},
      {"Boss (x\x01) <boss@contoso.com>", "contoso.com"},
      {"boss@x\xffy.contoso.com", "contoso.com x xn--xy-6ka.contoso.com y.contoso.com"},
      {"\"j@m\xfcnchen.example", "example m nchen.example xn--mnchen-3ya.example"},
      {"nobody", ""},
      {"<>", ""},
  });
}

BOOST_AUTO_TEST_CASE(large_values_are_scanned_to_their_end) {
  const std::string name(70000, 'x');
  BOOST_TEST(domains("\"" + name + "\" <boss@contoso.com>") == "contoso.com");
  BOOST_TEST(domains("\"boss@contoso.com " + name + "\" <x@evil.example>") ==
             "contoso.com evil.example");
}

BOOST_AUTO_TEST_CASE(hostile_values_take_linear_time) {
  for (const std::string unit : {"(", "(,", "a:", "\"", "<", "a b,", "@a", "=?a?q?", "=?a?q? ",
                                 "=?x?b?YUBi?=", "@(", "@ü,", "a@b,", "[", "\\"}) {
    // Ten times the size: linear time is ten times as much, quadratic time a hundred times.
    BOOST_TEST_CONTEXT(unit) {
      BOOST_TEST(seconds(unit, 65000) < 40 * std::max(seconds(unit, 6500), 0.002));
    }
  }
}

BOOST_AUTO_TEST_CASE(threads_may_parse_at_once) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&wrong] {
      for (int i = 0; i < 300; ++i) {
        if (domains("=?koi8-r?q?x?= <a@one.example>, b@xn--mnchen-3ya.example") !=
            "one.example xn--mnchen-3ya.example")
          ++wrong;
        if (domains("=?iso-8859-2?q?x=40contoso.com?=") != "contoso.com") ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()
