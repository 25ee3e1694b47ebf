// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/ip_text.h"

#include <boost/test/unit_test.hpp>
#include <vector>

BOOST_AUTO_TEST_SUITE(ip_text)

namespace {

std::string address(std::string_view text) {
  const auto parsed = forcetls::parse_ip_address(text);
  return parsed ? forcetls::format_ip_address(*parsed) : "(none)";
}

std::string network(std::string_view text) {
  const auto parsed = forcetls::parse_network(text);
  if (const auto* reason = std::get_if<std::string>(&parsed)) return *reason;
  return forcetls::format_network(std::get<forcetls::Network>(parsed));
}

struct Text {
  std::string text, expected;
};

}  // namespace

BOOST_AUTO_TEST_CASE(addresses) {
  const std::vector<Text> cases{
      {"192.0.2.1", "192.0.2.1"},
      {"0.0.0.0", "0.0.0.0"},
      {"2001:DB8::1", "2001:db8::1"},
      {"::1", "::1"},
      {"IPv6:::1", "::1"},
      {"ipV6:0:0:0:0:0:0:0:1", "::1"},
      {"IPV6:2001:db8:0:0:0:0:0:1", "2001:db8::1"},
      {"::ffff:192.0.2.1", "192.0.2.1"},
      {"::FFFF:c000:201", "192.0.2.1"},
      {"IPv6:::ffff:192.0.2.1", "192.0.2.1"},
      {"::192.0.2.1", "::192.0.2.1"},
      {"", "(none)"},
      {"IPv6:", "(none)"},
      {"IPv6:192.0.2.1", "(none)"},
      {"IPv6:IPv6:::1", "(none)"},
      {"192.0.2", "(none)"},
      {"192.0.2.01", "(none)"},
      {"192.0.2.256", "(none)"},
      {" 192.0.2.1", "(none)"},
      {"192.0.2.1 ", "(none)"},
      {"[192.0.2.1]", "(none)"},
      {"fe80::1%eth0", "(none)"},
      {"unknown", "(none)"},
      {std::string("192.0.2.1\0", 10), "(none)"},
      {std::string(1000, '1'), "(none)"},
  };
  for (const auto& [text, expected] : cases) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(address(text) == expected); }
  }
}

BOOST_AUTO_TEST_CASE(ipv4_uses_the_first_four_bytes) {
  const auto mapped = forcetls::parse_ip_address("::ffff:192.0.2.1");
  BOOST_TEST(mapped.has_value());
  BOOST_CHECK(*mapped == (forcetls::IpAddress{{192, 0, 2, 1}, true}));
}

BOOST_AUTO_TEST_CASE(networks) {
  const std::vector<Text> cases{
      {"203.0.113.0/24", "203.0.113.0/24"},
      {"203.0.113.7", "203.0.113.7/32"},
      {"0.0.0.0/0", "0.0.0.0/0"},
      {"2001:db8::/32", "2001:db8::/32"},
      {"2001:db8::1", "2001:db8::1/128"},
      {"::/0", "::/0"},
      {"::ffff:10.0.0.0/104", "10.0.0.0/8"},
      {"::ffff:10.0.0.1", "10.0.0.1/32"},
      {"10.0.0.1/8", "host bits set in network 10.0.0.1/8; did you mean 10.0.0.0/8?"},
      {"2001:db8::1/32", "host bits set in network 2001:db8::1/32; did you mean 2001:db8::/32?"},
      {"::ffff:0:0/90", "host bits set in network ::ffff:0:0/90; did you mean ::ffc0:0:0/90?"},
      {"10.0.0.0/33", "prefix of network 10.0.0.0/33 must be a number from 0 to 32"},
      {"10.0.0.0/08", "prefix of network 10.0.0.0/08 must be a number from 0 to 32"},
      {"10.0.0.0/", "prefix of network 10.0.0.0/ must be a number from 0 to 32"},
      {"10.0.0.0/-1", "prefix of network 10.0.0.0/-1 must be a number from 0 to 32"},
      {"10.0.0.0/255.0.0.0", "prefix of network 10.0.0.0/255.0.0.0 must be a number from 0 to 32"},
      {"2001:db8::/129", "prefix of network 2001:db8::/129 must be a number from 0 to 128"},
      {"::/99999999999", "prefix of network ::/99999999999 must be a number from 0 to 128"},
      {"", "'' is not an IP address or network"},
      {"10.0.0/8", "'10.0.0/8' is not an IP address or network"},
      {"mail.contoso.com", "'mail.contoso.com' is not an IP address or network"},
  };
  for (const auto& [text, expected] : cases) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(network(text) == expected); }
  }
}

BOOST_AUTO_TEST_SUITE_END()
