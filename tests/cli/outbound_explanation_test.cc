// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/outbound_explanation.h"

#include <boost/test/unit_test.hpp>

#include "config/load_text.h"

namespace forcetls {
namespace {

using Result = OutboundExplanation::Result;

const std::string kConfig = R"([outbound contoso]
description = Contoso Ltd
match-recipient = contoso.com
require-certificate = verified
require-certificate-name = mail.contoso.com
smart-host = [mx.contoso.com]:25
[outbound twin]
match-recipient = twin.example
require-certificate = verified
require-certificate-name = mail.contoso.com
smart-host = [mx.contoso.com]:25
[outbound contoso-all]
match-recipient = *.contoso.com
[outbound fabrikam]
match-recipient = fabrikam.example
mode = monitor
require-tls = 1.3
[outbound resting]
match-recipient = resting.example
suspend-until = 2099-01-01
[outbound resting-sub]
match-recipient = sub.contoso.com
suspend-until = 2099-01-01
[outbound over]
match-recipient = over.example
require-certificate = old
deny-ciphers = RC4-SHA
[certificate old]
name = mx.over.example
valid-until = 2026-08-01
)";

OutboundExplanation explained(const std::string& to, std::optional<std::string> relay = {}) {
  static const auto config = config_of(kConfig);
  auto result = explain_outbound(*config, to, relay, kNow);
  const auto* problem = std::get_if<std::string>(&result);
  BOOST_REQUIRE_MESSAGE(!problem, (problem ? *problem : ""));
  return std::get<OutboundExplanation>(std::move(result));
}

std::string problem_of(const std::string& to, std::optional<std::string> relay = {}) {
  const auto result = explain_outbound(*config_of(kConfig), to, relay, kNow);
  return std::holds_alternative<std::string>(result) ? std::get<std::string>(result) : "";
}

std::string text_of(const std::string& to, std::optional<std::string> relay = {}) {
  return format_outbound_text(explained(to, relay), *config_of(kConfig));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(outbound_explanation)

BOOST_AUTO_TEST_CASE(look_ups_as_postfix_makes_them) {
  const std::string contoso = "secure match=mail.contoso.com protocols=>=TLSv1.2";
  const std::string encrypt = "encrypt protocols=>=TLSv1.2";
  const struct {
    std::string to;
    std::optional<std::string> relay;
    std::vector<std::string> keys;
    Result result;
    std::string policy;
  } cases[] = {
      {"<u@Contoso.COM.>", {}, {"contoso.com"}, Result::Policy, contoso},
      {"contoso.com", {}, {"contoso.com"}, Result::Policy, contoso},
      {"u@a.contoso.com", {}, {"a.contoso.com"}, Result::Policy, encrypt},
      {"u@x.example", {}, {"x.example", ".example"}, Result::Default, ""},
      {"u@fabrikam.example", {}, {"fabrikam.example", ".example"}, Result::Default, ""},
      {"u@over.example", {}, {"over.example"}, Result::Wait, ""},
      // Suspended, but Postfix then asks for the parent, where another connector's demand holds.
      {"u@sub.contoso.com", {}, {"sub.contoso.com", ".contoso.com"}, Result::Policy, encrypt},
      {"u@x.example", "[MX.contoso.com]:25", {"[mx.contoso.com]:25"}, Result::Policy, contoso},
      {"u@contoso.com", "[r.example]", {"[r.example]"}, Result::Default, ""},
      {"u@[192.0.2.1]", {}, {"[192.0.2.1]"}, Result::Default, ""},
      {"u@b\u00fccher.example", {}, {"xn--bcher-kva.example", ".example"}, Result::Default, ""},
  };
  for (const auto& [to, relay, keys, result, policy] : cases) BOOST_TEST_CONTEXT(to) {
      const auto explanation = explained(to, relay);
      BOOST_TEST(explanation.keys == keys, boost::test_tools::per_element());
      BOOST_TEST((explanation.result == result));
      BOOST_TEST(explanation.policy == policy);
    }
}

BOOST_AUTO_TEST_CASE(a_relay_hides_a_connector) {
  BOOST_TEST(explained("u@contoso.com", "[r.example]").hidden->name == "contoso");
  BOOST_TEST(!explained("u@contoso.com", "[mx.contoso.com]:25").hidden);
  BOOST_TEST(!explained("u@x.example", "[r.example]").hidden);
  // Its partner behind the same relay answers for it.
  BOOST_TEST(!explained("u@twin.example", "[mx.contoso.com]:25").hidden);
  BOOST_TEST(!explained("u@contoso.com").hidden);
}

BOOST_AUTO_TEST_CASE(bad_options) {
  BOOST_TEST(problem_of("u@") == "--to 'u@': expected an address with a domain");
  BOOST_TEST(problem_of("") == "--to '': expected an address with a domain");
  BOOST_TEST(problem_of("u@a..example\n") ==
             "--to 'u@a..example?': expected an address with a domain");
  BOOST_TEST(problem_of("u@contoso.com", "a b") ==
             "--relay 'a b': expected [HOST], [HOST]:PORT, DOMAIN or DOMAIN:PORT");
}

BOOST_AUTO_TEST_CASE(text_of_a_root) {
  OutboundConnector connector;
  connector.terms.certificate = OutboundTerms::Certificate::Rules;
  connector.terms.rules.push_back({{}, {"anchors/root.pem"}});
  OutboundExplanation explanation = explained("u@contoso.com");
  explanation.connector = explanation.ruling.connector = &connector;
  const std::string text = format_outbound_text(explanation, *config_of(kConfig));
  BOOST_TEST_CONTEXT(text) BOOST_TEST(text.find(R"(
to a server whose certificate leads to that root (smtp_tls_CAfile does not count) and has such a name.
)") != text.npos);
}

BOOST_AUTO_TEST_CASE(text) {
  BOOST_TEST(text_of("u@contoso.com") == R"(Mail
  time          2026-09-01T00:00:00Z
  to            u@contoso.com
  next hop      contoso.com

mail to contoso.com
  governed by   [outbound contoso] (f:1)
                match-recipient contoso.com
                Contoso Ltd
  smart host    smtp:[mx.contoso.com]:25 by the map postfix-transport; the same holds there

Result: secure match=mail.contoso.com protocols=>=TLSv1.2
Postfix sends over TLS 1.2 or newer,
to a server whose certificate is trusted (smtp_tls_CAfile) and has such a name.
Mail for which that cannot be had waits in the queue.
)");
  BOOST_TEST(text_of("u@fabrikam.example") == R"(Mail
  time          2026-09-01T00:00:00Z
  to            u@fabrikam.example
  next hop      fabrikam.example

mail to fabrikam.example
  monitor       [outbound fabrikam] (f:14)
                would: encrypt protocols=>=TLSv1.3
  governed by   no connector

Result: nothing is demanded; Postfix's own default holds (smtp_tls_security_level)
)");
  BOOST_TEST(text_of("u@sub.contoso.com") == R"(Mail
  time          2026-09-01T00:00:00Z
  to            u@sub.contoso.com
  next hop      sub.contoso.com

mail to sub.contoso.com
  suspended     [outbound resting-sub] (f:21)
                would: encrypt protocols=>=TLSv1.2
  governed by   [outbound contoso-all] (f:12)
                its *. covers .contoso.com

Result: encrypt protocols=>=TLSv1.2
Postfix sends over TLS 1.2 or newer,
to whoever answers: no certificate is looked at.
Mail for which that cannot be had waits in the queue.
)");
  BOOST_TEST(text_of("u@over.example") == R"(Mail
  time          2026-09-01T00:00:00Z
  to            u@over.example
  next hop      over.example

mail to over.example
  governed by   [outbound over] (f:24)
                match-recipient over.example

Result: the mail waits: none of the connector's certificate rules counts at this time
)");
  BOOST_TEST(text_of("u@contoso.com", "[r.example]") == R"(Mail
  time          2026-09-01T00:00:00Z
  to            u@contoso.com
  next hop      [r.example], a relay

mail to [r.example]
  governed by   no connector
  hidden        [outbound contoso] (f:1)
                Postfix asks for the relay only; give it 'smart-host = [r.example]'

Result: nothing is demanded; Postfix's own default holds (smtp_tls_security_level)
)");
}

BOOST_AUTO_TEST_CASE(json) {
  BOOST_TEST(format_outbound_json(explained("u@sub.contoso.com"), *config_of(kConfig)) == R"({
  "time": "2026-09-01T00:00:00Z",
  "recipient": "u@sub.contoso.com",
  "next_hop": "sub.contoso.com",
  "keys": [
    "sub.contoso.com",
    ".contoso.com"
  ],
  "connector": "contoso-all",
  "result": "policy",
  "policy": "encrypt protocols=>=TLSv1.2",
  "smart_host": null,
  "would": [
    {
      "connector": "resting-sub",
      "mode": "suspended",
      "policy": "encrypt protocols=>=TLSv1.2"
    }
  ],
  "hidden_connector": null
}
)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
