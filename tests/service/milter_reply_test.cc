// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/milter_reply.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace forcetls {
namespace {

BOOST_AUTO_TEST_SUITE(milter_reply)

BOOST_AUTO_TEST_CASE(text_is_one_safe_line) {
  BOOST_TEST(format_milter_text("") == "");
  BOOST_TEST(format_milter_text("Must issue STARTTLS first") == "Must issue STARTTLS first");
  BOOST_TEST(format_milter_text("100% %s %%") == "100%% %%s %%%%");
  BOOST_TEST(format_milter_text("a\r\nb\tc\x7f\xc3\xa4") == "a??b?c???");
}

BOOST_AUTO_TEST_CASE(text_is_cut_at_what_libmilter_takes) {
  BOOST_TEST(format_milter_text(std::string(2000, 'x')) == std::string(980, 'x'));
  // A doubled sign is not cut in two: one % alone would spoil the whole reply.
  BOOST_TEST(format_milter_text(std::string(979, 'x') + "%y") == std::string(979, 'x'));
  BOOST_TEST(format_milter_text(std::string(978, 'x') + "%y") == std::string(978, 'x') + "%%");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
