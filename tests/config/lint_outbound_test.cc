// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/lint_outbound.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "config/mistakes.h"

namespace forcetls {
namespace {

BOOST_AUTO_TEST_SUITE(config_lint_outbound)

BOOST_AUTO_TEST_CASE(nothing_to_say) {
  check_warnings({
      {kOutboundHeader, ""},
      {kOutboundHeader + "mode = monitor\nenforce-from = 2027-01-01\n", ""},
      {kOutboundHeader + "[outbound-map]\n", ""},
      {kOutboundHeader + "enabled = no\n",
       "f: warning: no enabled [inbound] section: all mail passes unjudged\n"},
      {"[outbound-map]\n", "f: warning: no enabled [inbound] section: all mail passes unjudged\n"},
  });
}

BOOST_AUTO_TEST_CASE(suspended_connectors) {
  check_warnings({
      {kOutboundHeader + "suspend-until = 2026-09-01T00:00:01Z\n",
       "f:1: warning: [outbound x] is suspended until 2026-09-01T00:00:01Z: the MTA's own default "
       "holds for its mail\n"},
      {kOutboundHeader + "suspend-until = 2026-09-01T00:00:00Z\n", ""},
      {kOutboundHeader + "suspend-until = 2026-08-31\n", ""},
      {kOutboundHeader + "suspend-until = 2026-09-02\nenabled = no\n" + kHeader, ""},
  });
}

BOOST_AUTO_TEST_CASE(a_smart_host_of_everybody) {
  const std::string all = "[outbound x]\nmatch-recipient = a.example, *\n";
  check_warnings({
      {all, ""},
      {all + "smart-host = [Relay.example]:587\n",
       "f:1: warning: [outbound x] routes nothing to 'smart-host' for 'match-recipient = *': Postfix "
       "would send mail for its own domains there, too; set relayhost = [relay.example]:587\n"},
  });
}

BOOST_AUTO_TEST_CASE(smart_hosts_without_a_name) {
  const auto via = [](const std::string& smart_host, const std::string& lines) {
    return kOutboundHeader + "smart-host = " + smart_host + "\n" + lines;
  };
  const auto never = [](const std::string& smart_host, const std::string& remedy) {
    return "f:1: warning: [outbound x] never delivers to 'smart-host' " + smart_host +
           ": certificates have names, not addresses; give " + remedy + "\n";
  };
  const std::string verified = "require-certificate = verified\n";
  const std::string rules = "require-certificate = c, d\n[certificate c]\n";
  const std::string name = "'require-certificate-name'";
  const std::string pins = "sha256 = " + std::string(64, 'a') +
                           "\n[certificate d]\nsha256 = " + std::string(64, 'b') + "\n";
  check_warnings({
      {via("[192.0.2.1]", verified), never("[192.0.2.1]", name)},
      {via("[192.0.2.1]:587", verified), never("[192.0.2.1]:587", name)},
      {via("[2001:db8::1]:25", verified), never("[ipv6:2001:db8::1]:25", name)},
      {via("[IPv6:2001:db8::1]", verified), never("[ipv6:2001:db8::1]", name)},
      {via("[192.0.2.1]", verified + "require-certificate-name = mx.example\n"), ""},
      {via("[mx.example]", verified), ""},
      {via("relay.example:25", verified), ""},
      {via("[192.0.2.1]", ""), ""},
      {via("[192.0.2.1]", rules + pins), ""},
      {via("[192.0.2.1]", rules + "name = c.example\n[certificate d]\nname = d.example\n"), ""},
      {via("[192.0.2.1]", "require-certificate = dane\n"),
       "f:1: warning: [outbound x] never delivers to 'smart-host' [192.0.2.1]: DANE is for names, "
       "not addresses\n"},
      {via("[mx.example]", "require-certificate = dane\n"), ""},
  });
}

BOOST_AUTO_TEST_CASE(a_server_name_beside_dane) {
  check_warnings({
      {kOutboundHeader + "require-certificate = dane\nserver-name = mx.example\n",
       "f:1: warning: [outbound x] has a 'server-name' without effect: with 'dane' Postfix asks "
       "for "
       "the name that has the TLSA record\n"},
      {kOutboundHeader + "require-certificate = verified\nserver-name = mx.example\n", ""},
  });
}

// What [inbound] connectors need to know of a certificate, an MTA that sends sees itself.
BOOST_AUTO_TEST_CASE(certificates) {
  const std::string use = kOutboundHeader + "require-certificate = c\n[certificate c]\n";
  check_warnings({
      {use + "name = *.mail.protection.outlook.com\n", ""},
      {use + "sha256 = " + std::string(64, 'a') + "\n", ""},
      {use + "name = c.example\nvalid-from = 2026-09-02\n",
       "f:4: warning: [certificate c] does not count before 2026-09-02T00:00:00Z\n"},
      {kOutboundHeader + "require-certificate = c\nenabled = no\n" + kHeader +
           "[certificate c]\nname = c.example\n",
       "f:7: warning: [certificate c] is not used\n"},
      {use + "name = c.example\n" + kHeader + "require-certificate = c\n",
       "f:4: warning: [certificate c] binds no CA: any CA that the MTA trusts may issue such a "
       "certificate\n"},
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
