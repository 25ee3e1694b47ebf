// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/outbound_answer.h"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "service/given_outbound.h"

namespace forcetls {
namespace {

using given::at;
using given::outbound;

OutboundConnector suspended(std::string name, std::initializer_list<std::string_view> recipients) {
  OutboundConnector connector = outbound(std::move(name), recipients);
  connector.particulars.suspend_until = at(2000);
  return connector;
}

OutboundConnector behind(std::string smart_host, OutboundConnector connector) {
  connector.smart_host = std::move(smart_host);
  return connector;
}

const Policy& policy() {
  static const Policy made = given::outbound_policy({
      outbound("contoso", {"contoso.com", "*.partner.contoso.com"}),
      given::monitor("trial", {"trial.example"}),
      suspended("pause", {"pause.example"}),
      given::outdated("old", {"old.example"}),
      behind("[mx.relayed.example]:25", outbound("relayed", {"relayed.example"})),
  });
  return made;
}

OutboundAnswer ask(std::string_view map, std::string_view key, const Policy& of = policy(),
                   PostfixVersion version = {}) {
  return answer_outbound({map, key}, {of, at(1000), version});
}

std::string show(const OutboundAnswer& answer) {
  const std::string text = format_socketmap_reply(answer.reply);
  return text.substr(text.find(':') + 1);
}

const std::string kSecure = "OK secure match=nexthop:dot-nexthop protocols=>=TLSv1.2,";
const std::string kNotFound = "NOTFOUND ,";

BOOST_AUTO_TEST_SUITE(outbound_answer)

BOOST_AUTO_TEST_CASE(tls_policies) {
  const std::pair<std::string, std::string> kRows[] = {
      {"contoso.com", kSecure},
      {"CONTOSO.com", kSecure},
      {"contoso.com.", kSecure},
      {"contoso.com:2525", kSecure},
      {"sub.contoso.com", kNotFound},
      {".contoso.com", kNotFound},
      {"a.partner.contoso.com", kSecure},
      {".partner.contoso.com", kSecure},
      {".com", kNotFound},
      {"trial.example", kNotFound},
      {"pause.example", kNotFound},
      {"old.example",
       "TEMP none of the [certificate] sections of [outbound old] counts at this time,"},
      {"relayed.example", kSecure},
      {"[mx.relayed.example]:25", kSecure},
      {"[MX.relayed.example]:25", kSecure},
      {"[mx.relayed.example]", kNotFound},
      {"", kNotFound},
      {"two words", kNotFound},
      {std::string("contoso.com\0", 12), kNotFound},
      {std::string(10'000, 'x'), kNotFound},
  };
  for (const auto& [key, reply] : kRows)
    BOOST_TEST_CONTEXT(key) BOOST_TEST(show(ask("postfix-tls", key)) == reply);
}

BOOST_AUTO_TEST_CASE(words_are_those_of_the_postfix_that_asks) {
  BOOST_TEST(show(ask("postfix-tls", "contoso.com", policy(), {3, 5})) ==
             "OK secure match=nexthop:dot-nexthop protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1,");
}

BOOST_AUTO_TEST_CASE(sendmail) {
  const std::string tls = "/OK/TLSv1.3/TLS_AES_256_GCM_SHA384//mx.contoso.com/";
  const std::string clear = "/NONE////mx.contoso.com//";
  const std::string no_tls = "OK wait \"the server has no STARTTLS [outbound ";
  const std::pair<std::string, std::string> kRows[] = {
      {"contoso.com" + tls + "contoso.com/", "OK send,"},
      {"Contoso.COM." + tls + "contoso.com/", "OK send,"},
      {"contoso.com" + tls + "x.test/",
       "OK named \"the certificate has another name than *.contoso.com [outbound contoso]\" "
       ":contoso.com:*.contoso.com:mx.contoso.com:*.mx.contoso.com:,"},
      {"contoso.com" + clear, no_tls + "contoso]\","},
      {"a.partner.contoso.com" + clear, no_tls + "contoso]\","},
      {"sub.contoso.com" + clear, "OK send,"},
      {"trial.example" + clear, "OK send,"},
      {"pause.example" + clear, "OK send,"},
      {"old.example" + tls + "old.example/",
       "OK wait \"none of the [certificate] sections counts at this time [outbound old]\","},
      {"[mx.relayed.example]" + clear, "OK send,"},
      {clear, "OK send,"},
      {"contoso.com", "TEMP not a query of forcetls-outbound.m4,"},
      {"", "TEMP not a query of forcetls-outbound.m4,"},
  };
  for (const auto& [key, reply] : kRows)
    BOOST_TEST_CONTEXT(key) BOOST_TEST(show(ask("sendmail_tls", key)) == reply);

  const Policy all = given::outbound_policy({outbound("all", {"*"})});
  for (const auto* domain : {"", "any.example", "[192.0.2.1]"})
    BOOST_TEST(show(ask("sendmail_tls", domain + clear, all)) == no_tls + "all]\",");
  BOOST_TEST(ask("sendmail_tls", "trial.example" + clear).ruling.shadows.size() == 1u);
  BOOST_TEST(ask("sendmail_tls", "trial.example" + clear).next_hop.text == "trial.example");
}

BOOST_AUTO_TEST_CASE(transports) {
  const std::pair<std::string, std::string> kRows[] = {
      {"relayed.example", "OK smtp:[mx.relayed.example]:25,"},
      {"Relayed.Example", "OK smtp:[mx.relayed.example]:25,"},
      {"contoso.com", kNotFound},
      {"user@relayed.example", "OK smtp:[mx.relayed.example]:25,"},
      {"user+x@relayed.example", "OK smtp:[mx.relayed.example]:25,"},
      {"a@b@Relayed.Example", "OK smtp:[mx.relayed.example]:25,"},
      {"relayed.example@contoso.com", kNotFound},
      {"user@sub.relayed.example", kNotFound},
      {"@", kNotFound},
      {"\"a@contoso.com\"+x@RELAYED.example", "OK smtp:[mx.relayed.example]:25,"},
      {"\"a@relayed.example\"@contoso.com", kNotFound},
      {"relayed.example:x@contoso.com", kNotFound},
      {"user@", kNotFound},
      {"user@[mx.relayed.example]", kNotFound},
      {"*", kNotFound},
      {".relayed.example", kNotFound},
      {"", kNotFound},
  };
  for (const auto& [key, reply] : kRows)
    BOOST_TEST_CONTEXT(key) BOOST_TEST(show(ask("postfix-transport", key)) == reply);

  const Policy all = given::outbound_policy({
      behind("[relay.example]", outbound("all", {"*"})),
      behind("[relay.example]", outbound("tree", {"*.direct.example"})),
      outbound("direct", {"direct.example"}),
  });
  for (const auto* key : {"*", "a@other.example", "a@direct.example"})
    BOOST_TEST_CONTEXT(key) BOOST_TEST(show(ask("postfix-transport", key, all)) == kNotFound);
  BOOST_TEST(show(ask("postfix-transport", "a@x.direct.example", all)) ==
             "OK smtp:[relay.example],");
}

BOOST_AUTO_TEST_CASE(maps_that_are_none) {
  for (const auto map : {"", "postfix-tsl", "Postfix-tls", "postfix-tls\n"}) {
    const auto answer = ask(map, "contoso.com");
    BOOST_TEST(show(answer) ==
               "TEMP no such map; there are: postfix-tls, postfix-transport, sendmail_tls,");
    BOOST_TEST(!answer.known_map);
  }
  BOOST_TEST(ask("postfix-tls", "").known_map);
}

BOOST_AUTO_TEST_CASE(why) {
  const auto decided = ask("postfix-tls", "Contoso.com");
  BOOST_TEST(decided.next_hop.text == "contoso.com");
  BOOST_REQUIRE(decided.ruling.demanding());
  BOOST_TEST(decided.ruling.demanding()->name == "contoso");

  const auto paused = ask("postfix-tls", "pause.example");
  BOOST_REQUIRE(paused.ruling.connector);
  BOOST_TEST(paused.ruling.connector->name == "pause");
  BOOST_TEST(!paused.ruling.demanding());

  const auto trial = ask("postfix-tls", "trial.example");
  BOOST_TEST(!trial.ruling.connector);
  BOOST_REQUIRE(trial.ruling.shadows.size() == 1U);
  BOOST_TEST(trial.ruling.shadows[0]->name == "trial");
}

BOOST_AUTO_TEST_CASE(what_would_be_demanded) {
  const OutboundContext context{policy(), at(1000), {}};
  const auto& connectors = policy().outbound().connectors();
  BOOST_TEST(format_would(connectors[1], context) ==
             "secure match=nexthop:dot-nexthop protocols=>=TLSv1.2");
  BOOST_TEST(format_would(connectors[3], context) == "defer");
}

BOOST_AUTO_TEST_CASE(relays_that_hide_recipients) {
  for (const auto key : {"[relay.example]", "[relay.example]:587", "[192.0.2.1]:25",
                         "[ipv6:2001:db8::1]", "relay.example:587"})
    BOOST_TEST_CONTEXT(key) BOOST_TEST(ask("postfix-tls", key).hides_recipients);
  for (const auto key : {"[mx.relayed.example]:25", "relay.example", "contoso.com:2525", ".example",
                         "[127.0.0.1]:10024", "[::1]:10024", "[IPv6:::1]", "[localhost]:10024",
                         "[", "[]", "/run/lmtp", "a b:1", ""})
    BOOST_TEST_CONTEXT(key) BOOST_TEST(!ask("postfix-tls", key).hides_recipients);
  BOOST_TEST(!ask("postfix-transport", "[relay.example]").hides_recipients);

  const Policy none = given::outbound_policy({});
  BOOST_TEST(!ask("postfix-tls", "[relay.example]", none).hides_recipients);
  const Policy trial =
      given::outbound_policy({behind("[relay.example]", given::monitor("trial", {"a.example"}))});
  BOOST_TEST(!ask("postfix-tls", "[relay.example]", trial).hides_recipients);
  const Policy all = given::outbound_policy({given::monitor("trial", {"*"})});
  BOOST_TEST(ask("postfix-tls", "[relay.example]", all).hides_recipients);
  const Policy paused =
      given::outbound_policy({behind("[relay.example]", suspended("pause", {"a.example"}))});
  BOOST_TEST(!ask("postfix-tls", "[relay.example]", paused).hides_recipients);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
