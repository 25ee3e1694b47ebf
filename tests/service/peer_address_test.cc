// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "wire/ip_text.h"

namespace forcetls {
namespace {

std::string read_v6(const char* text) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(40001);
  BOOST_REQUIRE(inet_pton(AF_INET6, text, &address.sin6_addr) == 1);
  const auto& general = reinterpret_cast<const sockaddr&>(address);
  BOOST_TEST(read_port(general).value() == 40001U);
  return format_ip_address(read_address(general).value());
}

BOOST_AUTO_TEST_SUITE(peer_address)

BOOST_AUTO_TEST_CASE(ipv4) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(25);
  inet_pton(AF_INET, "192.0.2.1", &address.sin_addr);
  const auto& general = reinterpret_cast<const sockaddr&>(address);
  BOOST_TEST(format_ip_address(read_address(general).value()) == "192.0.2.1");
  BOOST_TEST(read_address(general)->is_v4);
  BOOST_TEST(read_port(general).value() == 25U);
}

BOOST_AUTO_TEST_CASE(ipv6_and_ipv4_in_it) {
  BOOST_TEST(read_v6("2001:db8::1") == "2001:db8::1");
  BOOST_TEST(read_v6("::ffff:192.0.2.1") == "192.0.2.1");
}

BOOST_AUTO_TEST_CASE(other_families_are_unknown) {
  sockaddr address{};
  for (const int family : {AF_UNSPEC, AF_UNIX}) {
    address.sa_family = static_cast<sa_family_t>(family);
    BOOST_TEST(!read_address(address));
    BOOST_TEST(!read_port(address));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
