// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/next_hop.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>

namespace forcetls {
namespace {

/// `text (domain)`, with `parent` if it is one.
std::string read(std::string_view text) {
  const NextHop next_hop = parse_next_hop(text);
  std::string all = next_hop.text + " (" + next_hop.domain + ")";
  return next_hop.parent ? all + " parent" : all;
}

std::string label(std::size_t size) { return std::string(size, 'a'); }

BOOST_AUTO_TEST_SUITE(next_hop)

BOOST_AUTO_TEST_CASE(domains) {
  const std::pair<const char*, const char*> cases[] = {
      {"contoso.com", "contoso.com (contoso.com)"},
      {"SUB.Contoso.COM", "sub.contoso.com (sub.contoso.com)"},
      {"contoso.com.", "contoso.com (contoso.com)"},
      {"com", "com (com)"},
      {"_x.-y-.example", "_x.-y-.example (_x.-y-.example)"},
      {"b\xc3\xbc"
       "cher.example",
       "xn--bcher-kva.example (xn--bcher-kva.example)"},
      {"B\xc3\x9c"
       "CHER.Example.",
       "xn--bcher-kva.example (xn--bcher-kva.example)"},
      {"XN--Bcher-KVA.example", "xn--bcher-kva.example (xn--bcher-kva.example)"},
      {"192.0.2.1", "192.0.2.1 (192.0.2.1)"},
  };
  for (const auto& [text, expected] : cases) BOOST_TEST(read(text) == expected);
}

BOOST_AUTO_TEST_CASE(parents) {
  const std::pair<const char*, const char*> cases[] = {
      {".contoso.com", ".contoso.com (contoso.com) parent"},
      {".Partner.EXAMPLE", ".partner.example (partner.example) parent"},
      {".com", ".com (com) parent"},
      {".b\xc3\xbc"
       "cher.example",
       ".xn--bcher-kva.example (xn--bcher-kva.example) parent"},
      {".", ". ()"},
      {"..", ".. ()"},
      {"..COM", "..com ()"},
      {".Contoso.com:25", ".contoso.com:25 ()"},
      {".[MX]", ".[mx] ()"},
  };
  for (const auto& [text, expected] : cases) BOOST_TEST(read(text) == expected);
}

BOOST_AUTO_TEST_CASE(hosts_in_brackets) {
  const std::pair<const char*, const char*> cases[] = {
      {"[mx.contoso.com]", "[mx.contoso.com] ()"},
      {"[MX.Contoso.com.]:25", "[mx.contoso.com]:25 ()"},
      {"[mx.contoso.com]:SUBMISSION", "[mx.contoso.com]:submission ()"},
      {"[b\xc3\xbc"
       "cher.example]:25",
       "[xn--bcher-kva.example]:25 ()"},
      {"[B\xc3\x9c"
       "cher.example]",
       "[xn--bcher-kva.example] ()"},
      {"[192.0.2.1]:25", "[192.0.2.1]:25 ()"},
      {"[2001:DB8::0:1]", "[ipv6:2001:db8::1] ()"},
      {"[IPv6:2001:db8:0::1]:25", "[ipv6:2001:db8::1]:25 ()"},
      {"[IPV6:mx]", "[ipv6:mx] ()"},
      // Not that form at all.
      {"[]", "[] ()"},
      {"[]:25", "[]:25 ()"},
      {"[Mx", "[Mx ()"},
      {"[Mx]25", "[Mx]25 ()"},
      {"[[Mx]]", "[[Mx]] ()"},
      {"Mx]", "Mx] ()"},
      {"x[Mx]", "x[Mx] ()"},
  };
  for (const auto& [text, expected] : cases) BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(read(text) == expected);
    }
}

BOOST_AUTO_TEST_CASE(domains_with_a_port) {
  const std::pair<const char*, const char*> cases[] = {
      {"Contoso.com:25", "contoso.com:25 (contoso.com)"},
      {"contoso.com.:SMTP", "contoso.com:smtp (contoso.com)"},
      {"b\xc3\xbc"
       "cher.example:2525",
       "xn--bcher-kva.example:2525 (xn--bcher-kva.example)"},
      {"contoso.com:", "contoso.com: (contoso.com)"},
      {":25", ":25 ()"},
      {":", ": ()"},
      {"2001:db8::1", "2001:db8::1 (2001)"},
      {"unix:/run/LMTP", "unix:/run/lmtp (unix)"},
  };
  for (const auto& [text, expected] : cases) BOOST_TEST(read(text) == expected);
}

BOOST_AUTO_TEST_CASE(anything_else_is_itself) {
  for (const std::string& text :
       {std::string(), std::string("*"), std::string("/run/Dovecot/LMTP"),
        std::string("User@Contoso.com"), std::string("a b"), std::string("*.contoso.com"),
        std::string("contoso..com"), std::string("\xff\xfe"), std::string("\xc3"),
        std::string("a\0b", 3), std::string("\0", 1), std::string("a\nb.example"),
        std::string("<>"), std::string("%s"), label(64) + ".example", label(100'000)})
    BOOST_TEST(read(text) == text + " ()");
  const std::string longest =
      label(63) + "." + label(63) + "." + label(63) + "." + label(61);  // 253 bytes
  BOOST_TEST(read(longest) == longest + " (" + longest + ")");
  BOOST_TEST(read(longest + "a") == longest + "a ()");
  BOOST_TEST(read(std::string("[a\0B]", 5)) == std::string("[a\0b] ()", 8));
}

/// What comes back when a canonical text is read is the same.
BOOST_AUTO_TEST_CASE(canonical_texts_stay) {
  for (const char* text :
       {"contoso.com", ".contoso.com", "contoso.com:25", "[mx.contoso.com]:25", "[192.0.2.1]",
        "[ipv6:2001:db8::1]:25", "xn--bcher-kva.example", "/run/lmtp"})
    BOOST_TEST(parse_next_hop(text).text == text);
}

BOOST_AUTO_TEST_CASE(smart_hosts) {
  const std::pair<std::string, const char*> cases[] = {
      {"[mx.contoso.com]:25", "[mx.contoso.com]:25"},
      {"[MX.Contoso.COM]", "[mx.contoso.com]"},
      {"[mx.contoso.com]:Submission", "[mx.contoso.com]:submission"},
      {"Contoso.com", "contoso.com"},
      {"contoso.com.:2525", "contoso.com:2525"},
      {"contoso.com:65535", "contoso.com:65535"},
      {"localhost", "localhost"},
      {"[localhost]:10025", "[localhost]:10025"},
      {"[192.0.2.1]", "[192.0.2.1]"},
      {"[192.0.2.1]:25", "[192.0.2.1]:25"},
      {"[2001:DB8::1]:25", "[ipv6:2001:db8::1]:25"},
      {"[IPv6:2001:DB8::1]", "[ipv6:2001:db8::1]"},
      {"b\xc3\xbc"
       "cher.example",
       "xn--bcher-kva.example"},
      {"[b\xc3\xbc"
       "cher.example]:25",
       "[xn--bcher-kva.example]:25"},
      {"mx_1.example", "mx_1.example"},
      // What Postfix would send to no host, or to another one.
      {"", "none"},
      {"192.0.2.1", "none"},
      {"192.0.2.1:25", "none"},
      {"2001:db8::1", "none"},
      {"12", "none"},
      {"[]", "none"},
      {"[]:25", "none"},
      {"[mx", "none"},
      {"mx]", "none"},
      {"[mx]25", "none"},
      {"[mx]:", "none"},
      {"contoso.com:", "none"},
      {":25", "none"},
      {"[mx]:0", "none"},
      {"[mx]:65536", "none"},
      {"[mx]:99999999999", "none"},
      {"[mx]:25a", "none"},
      {"[mx]:-", "none"},
      {"[mx]:-25", "none"},
      {"[mx]:25:26", "none"},
      {"[mx]:sub mission", "none"},
      {"[mx]:" + std::string(64, 's'), "none"},
      {"smtp:[mx.contoso.com]:25", "none"},
      {"smtp:mx.contoso.com", "none"},
      {".contoso.com", "none"},
      {"*.contoso.com", "none"},
      {"*", "none"},
      {"user@contoso.com", "none"},
      {"/run/lmtp", "none"},
      {"[/run/lmtp]", "none"},
      {"[IPv6:mx.contoso.com]", "none"},
      {"[IPv6:192.0.2.1]", "none"},
      {"[mx-.contoso.com]", "none"},
      {"-contoso.com", "none"},
      {"[12.34]", "none"},
      {std::string("[m\0x]", 5), "none"},
      {"[" + label(300) + "]", "none"},
  };
  for (const auto& [text, expected] : cases) BOOST_TEST_CONTEXT(text) {
      const auto smart_host = parse_smart_host(text);
      BOOST_TEST(smart_host.value_or("none") == expected);
      // So that the question for exactly this host finds it.
      if (smart_host) BOOST_TEST(parse_next_hop(text).text == *smart_host);
    }
}

BOOST_AUTO_TEST_CASE(hosts_out_of_their_brackets) {
  const std::pair<const char*, const char*> cases[] = {
      {"[mx]", "mx"},
      {"[mx]:25", "mx"},
      {"[mx]:", "mx"},
      {"[::1]:25", "::1"},
      {"[ipv6:::1]", "ipv6:::1"},
      {"mx", ""},
      {"[mx", ""},
      {"mx]", ""},
      {"[mx]25", ""},
      {"[a]b]", ""},
      {"[]", ""},
      {"", ""},
      {" [mx]", ""},
  };
  for (const auto& [text, expected] : cases) BOOST_TEST(host_in_brackets(text) == expected);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
