// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/mail_path.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <ctime>

using forcetls::MailPath;
using forcetls::merge_mail_path;
using forcetls::parse_mail_address;
using forcetls::parse_mail_path;

BOOST_AUTO_TEST_SUITE(mail_path)

namespace {

/// `contoso.com evil.example [null] [rewritten] [damaged]`
std::string show(const MailPath& path) {
  std::vector<std::string> words = path.domains;
  if (path.null_path) words.emplace_back("[null]");
  if (path.rewritten) words.emplace_back("[rewritten]");
  if (path.damaged) words.emplace_back("[damaged]");
  return fmt::format("{}", fmt::join(words, " "));
}

struct Argument {
  std::string text, expected;
};

void check(const std::vector<Argument>& cases) {
  for (const auto& [text, expected] : cases) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(show(parse_mail_path(text)) == expected); }
  }
}

/// CPU seconds for `unit` repeated to `size` bytes.
double seconds(std::string_view unit, std::size_t size) {
  std::string text = "<a@";
  while (text.size() < size) text += unit;
  const std::clock_t start = std::clock();
  BOOST_TEST(parse_mail_path(text + "\"@contoso.com").domains.size() > 0U);
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace

BOOST_AUTO_TEST_CASE(ordinary_paths_mean_one_domain) {
  check({
      {"<a@B.Example>", "b.example"},
      {"A@Partner.Example", "partner.example"},
      {"a@partner.example.", "partner.example"},
      {"<a@partner.example.>", "partner.example"},
      {"<@r1.example,@r2.example:u@dom.example>", "dom.example"},
      {"<@r1.example:@r2.example:u@dom.example>", "dom.example"},
      {"<@[192.0.2.1]:u@dom.example>", "dom.example"},
      {"<\"a b\"@dom.example>", "dom.example"},
      {"<a @ dom.example>", "dom.example"},
      {"<a@dom . example>", "dom.example"},
      {"< a@dom.example >", "dom.example"},
      {"\t<a@dom.example> ", "dom.example"},
      {"<a b@dom.example>", "dom.example"},
      {"<a@b.example@dom.example>", "dom.example"},
      {"<\"a@evil.example\"@dom.example>", "dom.example"},
      {"<\"a\\\"@evil.example\"@dom.example>", "dom.example"},
      {"<a\\@evil.example@dom.example>", "dom.example"},
      {"<a(comment)@dom.example(c)>", "dom.example"},
      {"<a(one(two)\\) x@evil.example)@dom.example>(three)", "dom.example"},
      {"<a@(c)dom.(c)example>", "dom.example"},
      {"<a.example!b.example!c@d.example>", "d.example"},
      {"<x%a.example@b.example>", "b.example"},
      {"<bounce+u=contoso.com@list.example>", "list.example"},
      {"<SRS0=aB=C1=contoso.com=u@fwd.example>", "fwd.example"},
      {"<o'brien/x{y}|z#$&*-=?^`~@dom.example>", "dom.example"},
      {"<..a..@dom.example>", "dom.example"},
      {"<jürgen@münchen.example>", "xn--mnchen-3ya.example"},
      {"<j\xfcrgen@dom.example>", "dom.example"},
      {"<a@XN--MNCHEN-3YA.example>", "xn--mnchen-3ya.example"},
      {"<a@contoso\u3002com>", "contoso.com"},
      {"<a@sub_domain.example>", "sub_domain.example"},
      {"<a@localhost>", "localhost"},
      {"<a@192.0.2.1>", "192.0.2.1"},
  });
}

BOOST_AUTO_TEST_CASE(paths_without_domain) {
  check({
      {"<>", "[null]"},
      {"< >", "[null]"},
      {"", "[null]"},
      {"<\"\">", "[null]"},
      {"<(comment@contoso.com)>", "[null]"},
      {"<@>", "[null] [damaged]"},
      {"<", "[null] [damaged]"},
      {"<postmaster>", ""},
      {"postmaster", ""},
      {"<contoso.com>", ""},
      {"<\"a b\">", ""},
      {"<a@[192.0.2.1]>", ""},
      {"<a@[ipv6:2001:db8::1]>", ""},
      {"<\"a b\"@[IPv6:2001:db8:0:0:0:0:0:1]>", ""},
      {"<postmaster@>", "[damaged]"},
      {"<a@.>", "[damaged]"},
  });
}

BOOST_AUTO_TEST_CASE(rewritten_forms_mean_every_domain_in_them) {
  check({
      {"<contoso.com!ceo>", "contoso.com [rewritten]"},
      {"contoso.com!ceo", "contoso.com [rewritten]"},
      {"<\"contoso.com!ceo\">", "contoso.com [rewritten]"},
      {"<a.example!b.example!ceo>", "a.example b.example [rewritten]"},
      {"<x%contoso.com>", "contoso.com [rewritten]"},
      {"<x %CONTOSO.com.>", "contoso.com [rewritten]"},
      {"<x%a.example%b.example>", "a.example b.example [rewritten]"},
      {"<\"x%contoso.com\">", "contoso.com [rewritten]"},
      {"<\"x@contoso.com\">", "contoso.com [rewritten]"},
      {"<\"x y@contoso.com\">", "contoso.com [rewritten]"},
      {"\"x\"\"@contoso.com\"", "contoso.com [rewritten]"},
      {"<x\\@contoso.com>", "contoso.com [rewritten]"},
      {"<x\\@cont\\oso.com>", "contoso.com [rewritten]"},
      {"<contoso.com!x%a.example>", "a.example contoso.com [rewritten]"},
      {"<\"x@contoso.com\"%b.example>", "b.example contoso.com [rewritten]"},
      {"<x%contoso.com@[127.0.0.1]>", "contoso.com [rewritten]"},
      {"<x@contoso.com@[127.0.0.1]>", "contoso.com [rewritten]"},
      {"<x@contoso.com@>", "contoso.com [rewritten] [damaged]"},
      {"<x%contoso.com@>", "contoso.com [rewritten] [damaged]"},
      {"<x@contoso.com@.>", "contoso.com [rewritten] [damaged]"},
      {"<x@contoso.com%b.example>", "b.example contoso.com [rewritten] [damaged]"},
      {"<@contoso.com:ceo>", "contoso.com [rewritten] [damaged]"},
      {"<@contoso.com:x%a.example>", "a.example contoso.com [rewritten] [damaged]"},
      {"<@contoso.com:>", "contoso.com [rewritten] [damaged]"},
  });
}

BOOST_AUTO_TEST_CASE(damage_hides_no_domain) {
  check({
      {"<a@contoso.com", "contoso.com [damaged]"},
      {"a@contoso.com>", "contoso.com [damaged]"},
      {"<<a@contoso.com>>", "contoso.com [damaged]"},
      {"<a@evil.example> <b@contoso.com>", "contoso.com evil.example [damaged]"},
      {"<a@evil.example>b@contoso.com", "contoso.com evil.example [damaged]"},
      {"<a@evil.example>\"b@contoso.com\"", "contoso.com evil.example [damaged]"},
      {"<a@evil.example>\\@contoso.com", "contoso.com evil.example [damaged]"},
      {"<a@evil.example>[b@contoso.com]", "contoso.com evil.example [damaged]"},
      {"b@contoso.com<a@evil.example>", "contoso.com evil.example [damaged]"},
      {"a@evil.example,b@contoso.com", "contoso.com evil.example [damaged]"},
      {"b@contoso.com,a@evil.example", "contoso.com evil.example [damaged]"},
      {"<b@contoso.com;a@evil.example>", "contoso.com evil.example [damaged]"},
      {"<group:b@contoso.com>", "contoso.com [damaged]"},
      {"<\"a@contoso.com>", "contoso.com [rewritten] [damaged]"},
      {"<a@contoso.com(>", "contoso.com [damaged]"},
      {"<a(@contoso.com>", "contoso.com [damaged]"},
      {"<a(b(c)@contoso.com>", "contoso.com [damaged]"},
      {"<a)@contoso.com>", "contoso.com [damaged]"},
      {"<a@contoso.com\\>", "contoso.com [rewritten] [damaged]"},
      {"a@contoso.com\\", "contoso.com [damaged]"},
      {"<a@contoso.com]>", "contoso.com [damaged]"},
      {"<a@[192.0.2.1>, x@contoso.com", "192.0.2.1 contoso.com [damaged]"},
      {"<a@[contoso.com]>", "contoso.com [damaged]"},
      {"<<a@[192.0.2.1]>>", "[damaged]"},
      {"<a@[]>", "[damaged]"},
      {"<a@\"contoso.com\">", "contoso.com"},
      {"<a@\"b@contoso.com\">", "b contoso.com [rewritten] [damaged]"},
      {"<a@contoso.com evil>", "contoso.com [rewritten] [damaged]"},
      {"<a@con(x)toso.com>", "con contoso.com [rewritten] [damaged]"},
      {"<a@contoso.com..>", "contoso.com [rewritten] [damaged]"},
      {"<a@\xff.contoso.com>", "contoso.com [rewritten] [damaged]"},
      {"<a@contoso.com\r\n>", "contoso.com [damaged]"},
      {"<a@contoso.com\x7f>", "contoso.com [damaged]"},
      {std::string("<a@contoso.com\0.evil>", 21), "contoso.com contoso.com.evil [damaged]"},
  });
}

BOOST_AUTO_TEST_CASE(address_macros) {
  BOOST_TEST(show(parse_mail_address("u@Partner.example")) == "partner.example");
  BOOST_TEST(show(parse_mail_address("\"a b\"@partner.example.")) == "partner.example");
  BOOST_TEST(show(parse_mail_address("nodomain")) == "");
  BOOST_TEST(show(parse_mail_address("contoso.com!ceo")) == "contoso.com [rewritten]");
  BOOST_TEST(show(parse_mail_address("")) == "[null]");
}

BOOST_AUTO_TEST_CASE(argument_and_macro_both_count) {
  const auto merged = [](std::string_view argument, std::string_view macro) {
    return show(merge_mail_path(parse_mail_path(argument), parse_mail_address(macro)));
  };
  BOOST_TEST(merged("<A@Contoso.com.>", "a@contoso.com") == "contoso.com");
  BOOST_TEST(merged("<a@evil.example>", "a@contoso.com") == "contoso.com evil.example");
  BOOST_TEST(merged("<x%contoso.com@mx.example>", "x@contoso.com") == "contoso.com mx.example");
  BOOST_TEST(merged("<contoso.com!ceo>", "ceo@contoso.com") == "contoso.com [rewritten]");
  BOOST_TEST(merged("<contoso.com!ceo>", "x") == "contoso.com [rewritten]");
  BOOST_TEST(merged("<nodomain>", "nodomain@mx.example") == "mx.example");
  BOOST_TEST(merged("<>", "") == "[null]");
  BOOST_TEST(merged("<a@contoso.com>", "") == "contoso.com [null]");
  BOOST_TEST(show(merge_mail_path(parse_mail_path("<a@contoso.com>"), std::nullopt)) ==
             "contoso.com");
}

BOOST_AUTO_TEST_CASE(hostile_sizes_take_linear_time) {
  for (const std::string unit :
       {"@", "(", "\"", "<", "\\", "@a", "a!", "%ü", "@(", "[", "a.", "@..", "@ ", ":", "é."}) {
    // Ten times the size: linear time is ten times as much, quadratic time a hundred times.
    BOOST_TEST_CONTEXT(unit) {
      BOOST_TEST(seconds(unit, 100000) < 40 * std::max(seconds(unit, 10000), 0.002));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
