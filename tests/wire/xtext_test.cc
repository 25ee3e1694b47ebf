// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/xtext.h"

#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

using namespace forcetls;

BOOST_AUTO_TEST_SUITE(xtext)

BOOST_AUTO_TEST_CASE(decodes) {
  const std::pair<std::string_view, std::string> kCases[] = {
      {"", ""},
      {"mail.partner.example", "mail.partner.example"},
      {"Partner+20Corporation", "Partner Corporation"},
      {"/C=US/CN=x", "/C=US/CN=x"},
      {"+20mail", " mail"},
      {"mail+2Bprotection", "mail+protection"},
      {"m+C3+A4il", "m\xC3\xA4il"},
      {"a+3Cb+3E+28c+29+5Cd;e,f=g%41&h{i}[j]~!#$*?@k", "a<b>(c)\\d;e,f=g%41&h{i}[j]~!#$*?@k"},
      {"+2B20", "+20"},
      {"+00", std::string(1, '\0')},
  };
  for (const auto& [text, decoded] : kCases) {
    BOOST_TEST_CONTEXT(text) BOOST_TEST(parse_xtext(text).value_or("(nothing)") == decoded);
  }
}

BOOST_AUTO_TEST_CASE(refuses) {
  for (const std::string_view text :
       {"+", "a+", "a+2", "+2b", "+2G", "+G2", "++20", "+ 2", "a b", "tab\t", "m\xC3\xA4il",
        "\x7f"}) {
    BOOST_TEST_CONTEXT(text) BOOST_TEST(!parse_xtext(text));
  }
}

BOOST_AUTO_TEST_CASE(hex_bytes) {
  BOOST_TEST((parse_hex_byte("C3") == '\xC3'));
  BOOST_TEST((parse_hex_byte("00") == '\0'));
  for (const std::string_view digits : {"", "C", "c3", "C3 ", "0x", "-1"}) {
    BOOST_TEST(!parse_hex_byte(digits));
  }
}

BOOST_AUTO_TEST_SUITE_END()
