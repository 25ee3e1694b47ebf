// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/der.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "config/time_text.h"

namespace forcetls {

using namespace std::literals;

BOOST_AUTO_TEST_SUITE(der)

BOOST_AUTO_TEST_CASE(takes_one_element_after_the_other) {
  const std::string bytes = "\x02\x01\x05\x04\x81\x80"s + std::string(128, 'x') + "\x05\x00"s;
  DerReader reader(bytes);
  BOOST_TEST(!reader.take(kDerOctetString));  // another tag: nothing is taken
  const auto number = reader.take(kDerInteger);
  BOOST_REQUIRE(number);
  BOOST_TEST(number->content == "\x05");
  BOOST_TEST(number->whole == "\x02\x01\x05");
  const auto octets = reader.take();
  BOOST_REQUIRE(octets);
  BOOST_TEST(octets->content.size() == 128U);
  BOOST_TEST(octets->whole.size() == 131U);
  BOOST_TEST(!reader.at_end());
  BOOST_TEST(reader.take()->content.empty());
  BOOST_TEST(reader.at_end());
  BOOST_TEST(!reader.take());
  BOOST_TEST(!reader.take(kDerInteger));
}

BOOST_AUTO_TEST_CASE(opens_one_sequence) {
  BOOST_TEST(open_sequence("\x30\x03\x02\x01\x05"sv)->take(kDerInteger)->content == "\x05");
  BOOST_TEST(open_sequence("\x30\x00"sv)->at_end());
  BOOST_TEST(!open_sequence(""));
  BOOST_TEST(!open_sequence("\x31\x00"sv));          // a set
  BOOST_TEST(!open_sequence("\x30\x00\x30\x00"sv));  // two
  BOOST_TEST(!open_sequence("\x30\x01"sv));
}

BOOST_AUTO_TEST_CASE(takes_nothing_malformed) {
  const std::vector<std::string> malformed = {
      "\x30",                                   // no length
      "\x30\x01",                               // no content
      "\x30\x80\x00\x00"s,                      // indefinite
      "\x30\x81\x7f"s + std::string(127, 'x'),  // could be shorter
      "\x30\x82\x00\x80"s + std::string(128, 'x'),
      "\x30\x85\x01\x00\x00\x00\x00"s,  // five octets
      "\x30\x84\xff\xff\xff\xff"s,      // beyond the end
      "\x30\x82\x01"s,
      "\x1f\x81\x01\x00"s,  // long tag
  };
  for (const std::string& bytes : malformed) BOOST_TEST(!DerReader(bytes).take());
}

BOOST_AUTO_TEST_CASE(formats_object_identifiers) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", "1.2.840.113549.1.1.11"},
      {"\x55\x1d\x1c", "2.5.29.28"},
      {"\x88\x37\x03", "2.999.3"},
      {"\x00"s, "0.0"},
      {"\x67", "2.23"},
      {"", ""},
      {"\x55\x9d", ""},                                      // ends inside an arc
      {"\x55\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", ""},  // an arc beyond 64 bits
  };
  for (const auto& [content, text] : cases) BOOST_TEST(format_oid(content) == text);
}

std::string time_text(std::uint8_t tag, std::string_view text) {
  const auto time = parse_der_time({tag, text, {}});
  return time ? format_time(*time) : "none";
}

BOOST_AUTO_TEST_CASE(reads_times) {
  BOOST_TEST(time_text(kDerUtcTime, "261122111213Z") == "2026-11-22T11:12:13Z");
  BOOST_TEST(time_text(kDerUtcTime, "491231235959Z") == "2049-12-31T23:59:59Z");
  BOOST_TEST(time_text(kDerUtcTime, "500101000000Z") == "1950-01-01T00:00:00Z");
  BOOST_TEST(time_text(kDerGeneralizedTime, "20500229000000Z") == "none");
  BOOST_TEST(time_text(kDerGeneralizedTime, "20520229000000Z") == "2052-02-29T00:00:00Z");
  BOOST_TEST(time_text(kDerGeneralizedTime, "99991231235959Z") == "9999-12-31T23:59:59Z");
  for (const char* text : {"", "Z", "2611221112Z", "261122111213", "261122111213+0100",
                           "261322111213Z", "261122241213Z", "261122116013Z", "261122111260Z",
                           "26112211121xZ", "-61122111213Z", "20261122111213Z"})
    BOOST_TEST(time_text(kDerUtcTime, text) == "none");
  BOOST_TEST(time_text(kDerGeneralizedTime, "20261122111213.5Z") == "none");
  BOOST_TEST(time_text(kDerInteger, "261122111213Z") == "none");
}

BOOST_AUTO_TEST_CASE(integers_in_the_fewest_octets) {
  BOOST_TEST(shortest_integer("\x00\x00\x01"s) == "\x01");
  BOOST_TEST(shortest_integer("\x00\x80"s) == "\x00\x80"s);  // not the negative number 0x80
  BOOST_TEST(shortest_integer("\x00"s) == "\x00"s);
  BOOST_TEST(shortest_integer("").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
