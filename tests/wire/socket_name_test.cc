// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/socket_name.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>

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

BOOST_AUTO_TEST_SUITE(socket_name)

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

BOOST_AUTO_TEST_CASE(made_of_address_and_port) {
  const std::pair<const char*, int> cases[] = {{"192.0.2.1", AF_INET}, {"2001:db8::1", AF_INET6}};
  for (const auto& [text, family] : cases) {
    const auto name = make_socket_name(parse_ip_address(text).value(), 40001);
    BOOST_TEST(name.family() == family);
    BOOST_TEST(name.is_tcp());
    BOOST_TEST(name.size == (family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6)));
    BOOST_TEST(format_ip_address(read_address(*name.get()).value()) == text);
    BOOST_TEST(read_port(*name.get()).value() == 40001U);
  }
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
