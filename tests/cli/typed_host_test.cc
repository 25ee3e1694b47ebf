// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/typed_host.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "cli/dns.h"
#include "wire/ip_text.h"

namespace forcetls {

namespace {

/// `name port`, with brackets around a host.
std::string shown(const char* text) {
  const auto host = parse_typed_host(text);
  if (!host) return "-";
  const std::string name = host->is_host ? "[" + host->name + "]" : host->name;
  return name + " " + std::to_string(host->port);
}

std::string shown_server(const char* text) {
  const auto server = parse_name_server(text);
  return server ? format_ip_address(server->address) + " " + std::to_string(server->port) : "-";
}

struct Case {
  const char* text;
  const char* expected;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(typed_host)

BOOST_AUTO_TEST_CASE(hosts_and_domains) {
  const Case cases[] = {
      {"contoso.com", "contoso.com 25"},
      {"Contoso.COM.", "contoso.com 25"},
      {"contoso.com:2525", "contoso.com 2525"},
      {"münchen.example", "xn--mnchen-3ya.example 25"},
      {"MÜNCHEN.example:26", "xn--mnchen-3ya.example 26"},
      {"xn--mnchen-3ya.example", "xn--mnchen-3ya.example 25"},
      {"localhost", "localhost 25"},
      {"[mx.contoso.com]", "[mx.contoso.com] 25"},
      {"[mx.contoso.com]:587", "[mx.contoso.com] 587"},
      {"192.0.2.1", "[192.0.2.1] 25"},
      {"192.0.2.1:65535", "[192.0.2.1] 65535"},
      {"[192.0.2.1]:26", "[192.0.2.1] 26"},
      {"2001:db8::1", "[2001:db8::1] 25"},
      {"2001:DB8:0::1:25", "[2001:db8::1:25] 25"},
      {"[2001:db8::1]", "[2001:db8::1] 25"},
      {"[2001:db8::1]:2525", "[2001:db8::1] 2525"},
      {"[IPv6:2001:db8::1]", "[2001:db8::1] 25"},
      {"::ffff:192.0.2.1", "[192.0.2.1] 25"},
  };
  for (const auto& one : cases)
    BOOST_TEST_CONTEXT(one.text) BOOST_TEST(shown(one.text) == one.expected);
}

BOOST_AUTO_TEST_CASE(what_is_no_host) {
  for (const char* text :
       {"", ":", ":25", "[", "[]", "[]:25", "]", "contoso.com:", "contoso.com:0",
        "contoso.com:65536", "contoso.com:25x", "contoso.com:-1", "contoso.com:+25",
        "contoso.com: 25", "contoso.com::25", "contoso.com:smtp", "[contoso.com",
        "[contoso.com]25", "[contoso.com]:", "a@contoso.com",
        "https://contoso.com/", "contoso..com", "con toso.com", "-x\n", "contoso.com\r\nQUIT",
        "2001:db8::1::2", "[2001:db8::zz]", "*.contoso.com", "\xff.example"})
    BOOST_TEST_CONTEXT(text) BOOST_TEST(shown(text) == "-");
}

BOOST_AUTO_TEST_CASE(name_servers) {
  const Case cases[] = {
      {"192.0.2.1", "192.0.2.1 53"},      {"192.0.2.1:5353", "192.0.2.1 5353"},
      {"::1", "::1 53"},                  {"[::1]", "::1 53"},
      {"[::1]:5353", "::1 5353"},         {"localhost", "-"},
      {"192.0.2.1:0", "-"},               {"192.0.2.1:x", "-"},
      {"[::1", "-"},                      {"", "-"},
  };
  for (const auto& one : cases)
    BOOST_TEST_CONTEXT(one.text) BOOST_TEST(shown_server(one.text) == one.expected);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
