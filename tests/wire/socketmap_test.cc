// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/socketmap.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <vector>

using namespace forcetls;

namespace {

using Texts = std::vector<std::string>;
using Kind = SocketmapReply::Kind;

/// All queries in `bytes`, fed in parts of `size`; then `failed`, if it did.
Texts read(std::string_view bytes, std::size_t size) {
  SocketmapParser parser;
  Texts seen;
  while (!bytes.empty()) {
    auto part = bytes.substr(0, size);
    bytes.remove_prefix(part.size());
    while (const auto query = parser.feed(part))
      seen.push_back(std::string(query->map) + "|" + std::string(query->key));
    if (!parser.failed()) BOOST_TEST(part.empty());
  }
  if (parser.failed()) seen.push_back("failed");
  return seen;
}

void require(const std::string& bytes, const Texts& seen) {
  for (const std::size_t size : {std::string::npos, std::size_t{1}, std::size_t{7}}) {
    BOOST_TEST_CONTEXT("parts of " << size) {
      BOOST_TEST(read(bytes, size) == seen, boost::test_tools::per_element());
    }
  }
}

const std::string kQuery = "23:postfix-tls contoso.com,";

}  // namespace

BOOST_AUTO_TEST_SUITE(socketmap)

BOOST_AUTO_TEST_CASE(queries) {
  const std::pair<std::string, std::string> kRows[] = {
      {kQuery, "postfix-tls|contoso.com"},
      {"2:m ,", "m|"},
      {"1: ,", "|"},
      {"3: a ,", "|a "},
      {"8:m a,b 1:,", "m|a,b 1:"},
      {std::string("6:m \0\n\xff,,", 9), std::string("m|\0\n\xff,", 6)},
  };
  for (const auto& [bytes, seen] : kRows) BOOST_TEST_CONTEXT(bytes) {
    require(bytes, {seen});
    require(bytes + kQuery + bytes, {seen, "postfix-tls|contoso.com", seen});
    require(bytes.substr(0, bytes.size() - 1), {});
  }
}

BOOST_AUTO_TEST_CASE(rest_stays_with_the_caller) {
  SocketmapParser parser;
  const std::string two = kQuery + "2";
  std::string_view bytes = two;
  BOOST_TEST(parser.feed(bytes).has_value());
  BOOST_TEST(bytes == "2");
  BOOST_TEST(!parser.is_within_request());
  BOOST_TEST(!parser.feed(bytes).has_value());
  BOOST_TEST(bytes.empty());
  for (const std::string_view more : {"", ":", "m", " "}) {
    bytes = more;
    BOOST_TEST(!parser.feed(bytes).has_value());
    BOOST_TEST(parser.is_within_request());
  }
}

BOOST_AUTO_TEST_CASE(failures_are_final) {
  const std::string kRows[] = {
      "GET / HTTP/1.0\r\n", ":,", ":m ,", "02:m ,", "00:,", "+2:m ,", "-2:m ,", " 2:m ,", "2 :m ,",
      "2:m  ", "2:m a,", "0:,", "1:m,", "\n", "2:m ,\n", ",", "99999999999999999999999999:",
      std::string(1, '\0'),
  };
  for (const auto& bytes : kRows) BOOST_TEST_CONTEXT(bytes) {
    auto seen = read(bytes, bytes.npos);
    BOOST_TEST(seen.back() == "failed");
    require(bytes, seen);
    require(bytes + kQuery, seen);
    seen.insert(seen.begin(), "postfix-tls|contoso.com");
    require(kQuery + bytes, seen);
  }
}

BOOST_AUTO_TEST_CASE(the_longest_query) {
  const std::string key(SocketmapParser::kMaxQuery - 2, 'x');
  require(format_netstring("m " + key), {"m|" + key});
  require(format_netstring("m " + key + "x"), {"failed"});
  require(std::to_string(SocketmapParser::kMaxQuery + 1), {"failed"});
  require(std::to_string(SocketmapParser::kMaxQuery) + ":", {});
}

BOOST_AUTO_TEST_CASE(replies) {
  const std::pair<SocketmapReply, std::string> kRows[] = {
      {{Kind::Ok, "secure match=nexthop"}, "23:OK secure match=nexthop,"},
      {{Kind::Ok, ":"}, "4:OK :,"},
      {{Kind::Ok, ""}, "23:TEMP the entry is empty,"},
      {{Kind::NotFound, ""}, "9:NOTFOUND ,"},
      {{Kind::NotFound, "x"}, "9:NOTFOUND ,"},
      {{Kind::Temp, "later"}, "10:TEMP later,"},
      {{Kind::Temp, ""}, "5:TEMP ,"},
      {{Kind::Temp, "a\nb\xff"}, "9:TEMP a?b?,"},
      {{Kind::Temp, std::string(300, 'x')}, "205:TEMP " + std::string(197, 'x') + "...,"},
      {{}, "9:NOTFOUND ,"},
  };
  for (const auto& [reply, text] : kRows) BOOST_TEST(format_socketmap_reply(reply) == text);
}

BOOST_AUTO_TEST_CASE(the_longest_reply) {
  const std::string entry(100'000 - 3, 'x');
  BOOST_TEST(format_socketmap_reply({Kind::Ok, entry}) == "100000:OK " + entry + ",");
  BOOST_TEST(format_socketmap_reply({Kind::Ok, entry + "x"}) == "26:TEMP the entry is too long,");
}

BOOST_AUTO_TEST_CASE(netstrings_may_be_empty) {
  NetstringParser parser(3);
  std::string_view bytes = "0:,3:abc,4:";
  BOOST_TEST((parser.feed(bytes) == ""));
  BOOST_TEST((parser.feed(bytes) == "abc"));
  BOOST_TEST(!parser.feed(bytes));
  BOOST_TEST(parser.failed());
  BOOST_TEST(format_netstring("") == "0:,");
}

BOOST_AUTO_TEST_SUITE_END()
