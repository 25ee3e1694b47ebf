// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/gmime_text.h"

#include <fmt/ranges.h>

#include <boost/test/unit_test.hpp>

using forcetls::decode_header_text;

BOOST_AUTO_TEST_SUITE(gmime_text)

namespace {

std::string domains(std::string_view addresses) {
  const auto parsed = forcetls::parse_with_gmime(addresses);
  return parsed ? fmt::format("{}", fmt::join(*parsed, " ")) : "(unreadable)";
}

struct Text {
  std::string text, expected;
};

}  // namespace

BOOST_AUTO_TEST_CASE(addresses) {
  const std::vector<Text> cases{
      {"Boss <boss@Contoso.com>, b@one.example", "contoso.com one.example"},
      {"Team: a@one.example, b@one.example;", "one.example"},
      {"=?made-up?q?x?= <a@XN--MNCHEN-3YA.example>", "xn--mnchen-3ya.example"},
      {"a@xn--mnchen-3ya.example", "xn--mnchen-3ya.example"},
      {"a@[192.0.2.1]", ""},
      {"", ""},
      {"<a@con*toso.com>", "(unreadable)"},
      {"Team: <a@con*toso.com>;", "(unreadable)"},
      {"<postmaster>", "(unreadable)"},
  };
  for (const auto& [text, expected] : cases) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(domains(text) == expected); }
  }
}

BOOST_AUTO_TEST_CASE(encoded_words) {
  const std::vector<Text> cases{
      {"", ""},
      {"plain", "plain"},
      {"Jürgen", "Jürgen"},
      {"J\xfcrgen =?utf-8?q?J=C3=BCrgen?=", "Jürgen Jürgen"},
      {std::string("a\0=?utf-8?q?b?=", 15), "a b"},
      {"a =?utf-8?q?x=40contoso.com?= b", "a x@contoso.com b"},
      {"<=?UTF-8?B?eEBjb250b3NvLmNvbQ==?=>", "<x@contoso.com>"},
      {"=?utf-8?q?x=40con?= \r\n\t=?utf-8?q?toso.com?=", "x@contoso.com"},
      {"=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"},
      {"=?utf-8*en?q?a?=", "a"},
      {"=?made-up?q?x=40contoso.com?=", "x@contoso.com"},
      {"=?utf-7?q?x+AEA-contoso.com?=", "x@contoso.com"},
      {"=?utf-16be?b?AHgAQABjAC4AZQ==?=", "x@c.e"},
      {"=?iso-8859-1?q?J=FCrgen?=", "Jürgen"},
      {"=?utf-8?q?open", "=?utf-8?q?open"},
      {"=?utf-8?x?a?=", "=?utf-8?x?a?="},
      {"=?utf-8?qq?a?=", "=?utf-8?qq?a?="},
      {"=?", "=?"},
      {"=?utf-8?", "=?utf-8?"},
      {"?= =?utf-8?q?open", "?= =?utf-8?q?open"},
      {"=?a=?utf-8?q?b?=", "=?ab"},
  };
  for (const auto& [text, expected] : cases) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(decode_header_text(text) == expected); }
  }
}

BOOST_AUTO_TEST_SUITE_END()
