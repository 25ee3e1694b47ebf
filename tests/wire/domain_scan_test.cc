// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/domain_scan.h"

#include <fmt/ranges.h>

#include <boost/test/unit_test.hpp>

using forcetls::DomainMarks;
using forcetls::scan_domains;

BOOST_AUTO_TEST_SUITE(domain_scan)

namespace {

std::string found(std::string_view text, DomainMarks marks = DomainMarks::At) {
  return fmt::format("{}", fmt::join(scan_domains(text, marks), " "));
}

struct Text {
  std::string text, expected;
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_domain_behind_an_at) {
  const std::string deep = std::string(62, 'a') + '.';
  const std::vector<Text> cases{
      {"", ""},
      {"nothing here", ""},
      {"@", ""},
      {"a@Contoso.com b@evil.example", "contoso.com evil.example"},
      {"a@ \t\r\n contoso.com", "contoso.com"},
      {"a@\"contoso.com\"", "contoso.com"},
      {"a@\\contoso.com", "contoso.com"},
      {"a@<contoso.com>", "contoso.com"},
      {"a@[contoso.com]", "contoso.com"},
      {"a@[192.0.2.1] b@[IPv6:::1]", ""},
      {"a@(c)contoso.com", "contoso.com"},
      {"a@(c(d)e)contoso(f).(g)com", "contoso.com"},
      {"a@(contoso.com", "contoso.com"},
      {"a@contoso . com", "contoso contoso.com"},
      {"a)@contoso.com", "contoso.com"},
      {std::string("a@\0contoso.com", 14), "contoso.com"},
      {std::string("a@contoso.com\0.evil", 19), "contoso.com contoso.com.evil"},
      {"a@.contoso.com..", "contoso.com"},
      {"a@x..contoso.com", "contoso.com"},
      {"a@\xff.contoso.com", "contoso.com"},
      {"a@contoso.com\xff", "contoso.com"},
      {"a@bad\xff.münchen.example", "bad m nchen.example xn--mnchen-3ya.example"},
      {"a@" + deep + deep + deep + deep + "contoso.com", deep + deep + deep + "contoso.com"},
      {"a@" + std::string(64, 'x') + ".contoso.com", "contoso.com"},
      {"contoso.com!a b%evil.example", ""},
  };
  for (const auto& [text, expected] : cases) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(found(text) == expected); }
  }
}

BOOST_AUTO_TEST_CASE(routing_marks) {
  const std::vector<Text> cases{
      {"contoso.com!ceo", "contoso.com"},
      {"a.example!b.example!ceo", "a.example b.example"},
      {"\"contoso.com\" !ceo", "contoso.com"},
      {"!", ""},
      {"x%contoso.com", "contoso.com"},
      {"x%a.example%b.example@c.example", "a.example b.example c.example"},
      {"100%", ""},
  };
  for (const auto& [text, expected] : cases) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(found(text, DomainMarks::AtPercentBang) == expected); }
  }
}

BOOST_AUTO_TEST_SUITE_END()
