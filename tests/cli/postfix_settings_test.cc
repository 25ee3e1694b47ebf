// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/postfix_settings.h"

#include <boost/test/unit_test.hpp>

#include "config/load_text.h"

namespace forcetls {
namespace {

const PostfixSettings kGood = {
    {"mail_version", "3.7.11"},
    {"relayhost", ""},
    {"smtp_fallback_relay", ""},
    {"transport_maps", ""},
    {"smtp_tls_connection_reuse", "no"},
    {"smtp_tls_policy_maps", "socketmap:inet:127.0.0.1:8892:postfix-tls"},
    {"smtp_tls_fingerprint_digest", "sha256"},
    {"smtp_tls_CAfile", "/etc/ssl/certs/ca-certificates.crt"},
    {"smtp_tls_CApath", ""},
    {"tls_append_default_CA", "no"},
    {"smtp_dns_support_level", "dnssec"},
};

const std::string kDigest = "sha256 = " + std::string(64, 'a') + "\n";
const std::string kConfig = R"([outbound-map]
[outbound contoso]
match-recipient = contoso.com
require-certificate = verified
smart-host = [mx.contoso.com]
[outbound fabrikam]
match-recipient = fabrikam.example
[outbound pinned]
match-recipient = pinned.example
require-certificate = pin
[outbound signed]
match-recipient = signed.example
require-certificate = dane
[certificate pin]
)" + kDigest;

std::string warnings(PostfixSettings changes, const std::string& text = kConfig) {
  changes.insert(kGood.begin(), kGood.end());
  std::string all;
  for (const auto& warning : check_postfix_settings(changes, *config_of(text), kNow))
    all += format_diagnostic(warning) + "\n";
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(postfix_settings)

BOOST_AUTO_TEST_CASE(each_setting) {
  const struct {
    PostfixSettings changes;
    std::string expected;
  } cases[] = {
      {{}, ""},
      {{{"smtp_tls_policy_maps", ""}},
       "main.cf: warning: smtp_tls_policy_maps is empty: no [outbound] section has any effect\n"},
      {{{"smtp_tls_policy_maps", "texthash:/etc/postfix/tls"}},
       "main.cf: warning: smtp_tls_policy_maps does not ask [outbound-map]: there is no "
       "socketmap:...:postfix-tls in it\n"},
      {{{"relayhost", "[relay.example]:587"}},
       "main.cf: warning: relayhost hides [outbound contoso] and 3 more: Postfix asks for the relay "
       "only; give 'smart-host = [relay.example]:587'\n"},
      {{{"relayhost", "[MX.contoso.com]"},
        {"transport_maps", "socketmap:inet:127.0.0.1:8892:postfix-transport"}},
       "main.cf: warning: relayhost hides [outbound fabrikam] and 2 more: Postfix asks for the relay "
       "only; give 'smart-host = [MX.contoso.com]'\n"},
      {{{"smtp_fallback_relay", "[relay.example]:25, [mx.contoso.com]"}},
       "main.cf: warning: smtp_fallback_relay takes mail that cannot be sent as demanded, perhaps in "
       "the clear; an [outbound] section with 'smart-host = [relay.example]:25' governs it\n"},
      {{{"smtp_tls_connection_reuse", "yes"}},
       "main.cf: warning: smtp_tls_connection_reuse is yes: mail of [outbound fabrikam] may go over "
       "a connection that was made for other mail to the same server, by its demands\n"},
      {{{"mail_version", "3.5.25"}},
       "main.cf: warning: mail_version is 3.5.25, which does not understand the policies of a newer "
       "Postfix; set 'postfix-version' in [outbound-map]\n"},
      {{{"smtp_tls_fingerprint_digest", "md5"}},
       "main.cf: warning: smtp_tls_fingerprint_digest is not sha256: the pins of [outbound pinned] "
       "are never met\n"},
      {{{"smtp_tls_CAfile", ""}},
       "main.cf: warning: smtp_tls_CAfile and smtp_tls_CApath are empty: no certificate is trusted, "
       "and mail of [outbound contoso] waits\n"},
      {{{"smtp_tls_CAfile", ""}, {"tls_append_default_CA", "yes"}}, ""},
      {{{"smtp_dns_support_level", "enabled"}},
       "main.cf: warning: smtp_dns_support_level is not dnssec: mail of [outbound signed] waits\n"},
  };
  for (const auto& [changes, expected] : cases) BOOST_TEST(warnings(changes) == expected);
}

BOOST_AUTO_TEST_CASE(nothing_outbound) {
  BOOST_TEST(warnings({{"smtp_tls_policy_maps", ""}, {"relayhost", "[r.example]"}},
                      "[inbound x]\nmatch-sender = x.example\n") == "");
}

BOOST_AUTO_TEST_CASE(a_relay_that_is_governed) {
  const std::string all = "[outbound-map]\n[outbound all]\nmatch-recipient = *\n";
  BOOST_TEST(warnings({{"relayhost", "[r.example]:587"}}, all) == "");
  BOOST_TEST(warnings({{"relayhost", "[r.example]:587"}},
                      all + "[outbound x]\nmatch-recipient = x.example\n") ==
             "main.cf: warning: relayhost hides [outbound x]: Postfix asks for the relay only; give "
             "'smart-host = [r.example]:587'\n");
}

BOOST_AUTO_TEST_CASE(other_routes) {
  for (const auto& [name, value] : {std::pair("default_transport", "smtp:[r.example]"),
                                    std::pair("relay_transport", "relay:r.example"),
                                    std::pair("sender_dependent_relayhost_maps", "lmdb:/etc/x")})
    BOOST_TEST(warnings({{name, value}}) ==
               std::string("main.cf: warning: ") + name +
                   " leads mail to relays, and Postfix asks for these only; connectors of partners "
                   "whose mail goes there need 'smart-host'\n");
  BOOST_TEST(warnings({{"default_transport", "smtp"}, {"relay_transport", "relay:"}}) == "");
}

BOOST_AUTO_TEST_CASE(maps_from_an_export) {
  const std::string text = "[outbound x]\nmatch-recipient = x.example\n";
  BOOST_TEST(warnings({{"smtp_tls_policy_maps", "lmdb:/etc/postfix/tls"}}, text) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
