// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/domain_name.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using forcetls::parse_domain;

BOOST_AUTO_TEST_SUITE(domain_name)

namespace {

std::string canonical(std::string_view text) { return parse_domain(text).value_or("(none)"); }

struct Spelling {
  std::string text, expected;
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_spelling_of_a_domain_gives_one_name) {
  const std::vector<Spelling> cases{
      {"contoso.com", "contoso.com"},
      {"ConToso.COM", "contoso.com"},
      {"contoso.com.", "contoso.com"},
      {"localhost", "localhost"},
      {"_dmarc.contoso.com", "_dmarc.contoso.com"},
      {"a_b.-odd-.r3---x.example", "a_b.-odd-.r3---x.example"},
      {"192.0.2.1", "192.0.2.1"},
      {"münchen.example", "xn--mnchen-3ya.example"},
      {"MÜNCHEN.Example", "xn--mnchen-3ya.example"},
      {"mu\u0308nchen.example", "xn--mnchen-3ya.example"},
      {"münchen.example.", "xn--mnchen-3ya.example"},
      {"xn--mnchen-3ya.example", "xn--mnchen-3ya.example"},
      {"XN--MNCHEN-3YA.EXAMPLE.", "xn--mnchen-3ya.example"},
      {"faß.example", "xn--fa-hia.example"},
      {"例え。テスト", "xn--r8jz45g.xn--zckzah"},
      {"contoso\uff0ecom", "contoso.com"},
      {"contoso\uff61com\u3002", "contoso.com"},
      {"ｃｏｎｔｏｓｏ.com", "contoso.com"},
      {"con\u00adtoso.com", "contoso.com"},
      {"xn--999999999.münchen.example", "xn--999999999.xn--mnchen-3ya.example"},
      {"_sip.münchen.example", "_sip.xn--mnchen-3ya.example"},
  };
  for (const auto& [text, expected] : cases) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(canonical(text) == expected);
      BOOST_TEST(canonical(expected) == expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_domain) {
  const std::vector<std::string> cases{"",
                                       ".",
                                       "..",
                                       "contoso..com",
                                       ".contoso.com",
                                       "contoso.com..",
                                       "münchen.example..",
                                       "münchen..example",
                                       "münchen.example.\u3002",
                                       "\u3002",
                                       "\u00ad.example",
                                       "con toso.com",
                                       " contoso.com",
                                       "contoso.com\n",
                                       std::string("contoso.com\0", 12),
                                       std::string("con\0toso.com", 12),
                                       "contoso.com\x7f",
                                       "*.contoso.com",
                                       "a@contoso.com",
                                       "[192.0.2.1]",
                                       "con/toso.com",
                                       "contoso,com",
                                       "\xff.example",
                                       "m\xc3.example",
                                       "m\xfcnchen.example",
                                       "\xed\xa0\x80.example",
                                       "evil\uff20contoso.com",
                                       "a\u2100b.example",
                                       "ab--ü.example",
                                       "-ü.example"};
  for (const auto& text : cases) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(canonical(text) == "(none)"); }
  }
}

BOOST_AUTO_TEST_CASE(lengths_are_those_of_dns) {
  const std::string label63(63, 'a');
  const auto name = label63 + '.' + label63 + '.' + label63 + '.' + std::string(61, 'b');
  BOOST_TEST(canonical(name) == name);
  BOOST_TEST(canonical(name + '.') == name);
  BOOST_TEST(canonical(name + 'b') == "(none)");
  BOOST_TEST(canonical(label63 + "a.example") == "(none)");
  BOOST_TEST(canonical("xn--" + std::string(60, 'a') + ".example") == "(none)");
  std::string sharp;
  for (int i = 0; i < 60; ++i) sharp += "ü";
  BOOST_TEST(canonical(sharp + sharp + ".example") == "(none)");
  BOOST_TEST(canonical(std::string(100000, 'a')) == "(none)");
}

BOOST_AUTO_TEST_CASE(host_names) {
  for (const char* text : {"contoso.com", "mx", "mx_1.example", "_mx.example", "a-b.example", "4u",
                           "1.2.3.x", "xn--bcher-kva.example"})
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(forcetls::is_host_name(text)); }
  for (const char* text : {"", "-", "-mx.example", "mx-", "mx.-a.example", "mx-.example", "12",
                           "192.0.2.1", "1.2.3"})
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(!forcetls::is_host_name(text)); }
}

BOOST_AUTO_TEST_CASE(names_in_certificates) {
  const std::pair<const char*, const char*> cases[] = {
      {"MAIL.Contoso.com.", "mail.contoso.com"}, {"*.Contoso.com", "*.contoso.com"},
      {"*.m\xc3\xbcller.example", "*.xn--mller-kva.example"},
      {"*", ""}, {"*.", ""}, {"*.*.contoso.com", ""}, {"m*.contoso.com", ""}, {"", ""},
      {"evil.example/CN=contoso.com", ""}, {"contoso.com x", ""}, {" contoso.com", ""}};
  for (const auto& [text, expected] : cases) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(forcetls::parse_certificate_name(text) == expected); }
  }
}

BOOST_AUTO_TEST_CASE(in_unicode) {
  const std::pair<const char*, const char*> cases[] = {
      {"contoso.com", "contoso.com"},
      {"xn--bcher-kva.example", "bücher.example"},
      {"mx.xn--bcher-kva.xn--wgv71a119e.example", "mx.bücher.日本語.example"},
      {"xn--strae-oqa.example", "straße.example"},
      {"xn--.example", "xn--.example"},
      {"xn--a.example", "xn--a.example"},
      {".xn--bcher-kva.example", ".bücher.example"},
      {"", ""},
  };
  for (const auto& [domain, unicode] : cases)
    BOOST_TEST(forcetls::format_unicode_domain(domain) == unicode, domain);
}

BOOST_AUTO_TEST_SUITE_END()
