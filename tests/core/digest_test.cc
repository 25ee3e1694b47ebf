// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/digest.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>

namespace forcetls {
namespace {

const std::string kPlain = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff";
const std::string kColons =
    "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:"
    "10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:FF";

BOOST_AUTO_TEST_SUITE(digest)

BOOST_AUTO_TEST_CASE(every_spelling_is_read_and_one_is_written) {
  const auto digest = parse_digest(kColons);
  BOOST_TEST_REQUIRE(digest.has_value());
  BOOST_TEST((*digest)[1] == 1);
  BOOST_TEST((*digest)[31] == 255);
  BOOST_TEST(format_digest(*digest) == kColons);
  BOOST_TEST(format_digest_plain(*digest) == kPlain);
  BOOST_TEST((parse_digest(kPlain) == digest));
  std::string upper = kPlain;
  for (char& c : upper)
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  BOOST_TEST((parse_digest(upper) == digest));
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_digest) {
  const std::string texts[] = {"",
                               "00",
                               kPlain.substr(2),
                               kPlain + "00",
                               kPlain + ":",
                               ":" + kPlain,
                               "0:" + kPlain,
                               "g" + kPlain.substr(1),
                               "0x" + kPlain.substr(2),
                               " " + kPlain,
                               "00::" + kColons.substr(3),
                               "d41d8cd98f00b204e9800998ecf8427e"};
  for (const auto& text : texts) BOOST_TEST(!parse_digest(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(digests_of_other_kinds_are_told_by_their_size) {
  const std::pair<std::string, unsigned> cases[] = {{kPlain, 256},
                                                    {kColons, 256},
                                                    {"d41d8cd98f00b204e9800998ecf8427e", 128},
                                                    {"D4:1d", 16},
                                                    {"", 0},
                                                    {"d41", 0},
                                                    {"d4 1d", 0},
                                                    {"0xd4", 0}};
  for (const auto& [text, bits] : cases) BOOST_TEST(digest_bits(text) == bits, text);
}

BOOST_AUTO_TEST_CASE(digests_that_differ_early_hash_differently) {
  Digest one{};
  Digest other{};
  other[7] = 1;
  BOOST_TEST(DigestHash()(one) != DigestHash()(other));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
