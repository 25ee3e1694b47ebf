// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/printable.h"

#include <boost/test/unit_test.hpp>

using forcetls::clean_text;
using forcetls::format_log_value;

BOOST_AUTO_TEST_SUITE(printable)

BOOST_AUTO_TEST_CASE(clean_text_is_printable_and_bounded) {
  BOOST_TEST(clean_text("", 80) == "");
  BOOST_TEST(clean_text("plain ~text~", 80) == "plain ~text~");
  BOOST_TEST(clean_text("a\r\nX-Forged: b\t\x1b[31m\x7f", 80) == "a??X-Forged: b??[31m?");
  BOOST_TEST(clean_text(std::string_view("a\0b", 3), 80) == "a?b");
  BOOST_TEST(clean_text("Müller", 80) == "M??ller");
  BOOST_TEST(clean_text("12345678", 8) == "12345678");
  BOOST_TEST(clean_text("123456789", 8) == "12345...");
  BOOST_TEST(clean_text("1234", 3) == "...");
  BOOST_TEST(clean_text("1234", 2) == "..");
  BOOST_TEST(clean_text("1234", 0) == "");
}

BOOST_AUTO_TEST_CASE(log_values_are_one_value) {
  BOOST_TEST(format_log_value("contoso.com") == "contoso.com");
  BOOST_TEST(format_log_value("") == "\"\"");
  BOOST_TEST(format_log_value("two words") == "\"two words\"");
  BOOST_TEST(format_log_value("a=b") == "\"a=b\"");
  BOOST_TEST(format_log_value("say \"hi\"") == "\"say \\\"hi\\\"\"");
  BOOST_TEST(format_log_value("back\\slash") == "\"back\\\\slash\"");
  BOOST_TEST(format_log_value("x\naction=accept") == "\"x?action=accept\"");
  BOOST_TEST(format_log_value("<a@b>") == "<a@b>");
}

BOOST_AUTO_TEST_SUITE_END()
