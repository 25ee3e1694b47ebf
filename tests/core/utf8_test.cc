// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/utf8.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

namespace forcetls {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(whole_characters) {
  for (const auto text : {""sv, "a\0b"sv, "M\xc3\xbcller"sv, "\xe6\x97\xa5"sv, "\xef\xbf\xbf"sv,
                          "\xed\x9f\xbf"sv, "\xf0\x90\x80\x80"sv, "\xf4\x8f\xbf\xbf"sv})
    BOOST_TEST(is_utf8(text), text);
}

BOOST_AUTO_TEST_CASE(anything_else) {
  const std::string_view texts[] = {
      "\xfc"sv,              // Latin-1
      "\xbf"sv,              // a tail alone
      "\xc3"sv,              // cut
      "\xe6\x97"sv,          //
      "\xf0\x9f\x98"sv,      //
      "\xc3\x28"sv,          // no tail
      "\xc0\xaf"sv,          // longer than need be
      "\xe0\x80\xaf"sv,      //
      "\xf0\x80\x80\xaf"sv,  //
      "\xed\xa0\x80"sv,      // a surrogate
      "\xf4\x90\x80\x80"sv,  // beyond Unicode
      "\xf8\x88\x80\x80\x80"sv};
  for (const auto text : texts) {
    BOOST_TEST(!is_utf8(text), text);
    BOOST_TEST(!is_utf8("good "s + std::string(text)));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
