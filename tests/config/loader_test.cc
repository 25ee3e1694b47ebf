// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// What the keys of a sound configuration mean.
#include "config/loader.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "config/load_text.h"
#include "config/time_text.h"

namespace forcetls {
namespace {

BOOST_AUTO_TEST_SUITE(loader)

BOOST_AUTO_TEST_CASE(milter_defaults) {
  const auto config = config_of("");
  const MilterSettings& milter = config->milter;
  BOOST_TEST(format_socket_address(milter.socket) == "inet:8891@127.0.0.1");
  BOOST_TEST(milter.socket_mode == 0660U);
  BOOST_TEST(milter.socket_group == "");
  BOOST_TEST(milter.user == "");
  BOOST_TEST(!milter.mta.has_value());
  BOOST_TEST((milter.on_error == Action::Defer));
  BOOST_TEST(milter.authserv_id == "");
  BOOST_TEST((milter.add_header == AddHeader::No));
  BOOST_TEST(milter.state_directory == "/var/lib/forcetls");
  BOOST_TEST((milter.log_level == LogLevel::Info));
  BOOST_TEST(milter.syslog_facility == "mail");
  const PolicySettings& policy = config->policy.settings();
  BOOST_TEST(format(policy.exempt_clients) == "");
  BOOST_TEST(policy.exempt_authenticated);
  BOOST_TEST(policy.null_sender_by_helo);
  BOOST_TEST(policy.reveal_connector);
  BOOST_TEST(policy.contact == "");
  BOOST_TEST(format(config->files) == "f|");
}

BOOST_AUTO_TEST_CASE(milter_keys) {
  const auto config = config_of(R"([milter]
socket = unix:/run/m.sock ; comment
socket-mode = 600
socket-group = postfix
user = forcetls
mta = Sendmail
exempt-clients = 127.0.0.0/8, ::1
  10.0.0.0/8
exempt-authenticated = off
null-sender = none
on-error = accept
authserv-id = mx.example.org
add-header = judged
contact = https://postmaster.example/tls
  or call us
reveal-connector = false
state-directory = /var/tmp
log-level = debug
syslog-facility = local7
)");
  const MilterSettings& milter = config->milter;
  BOOST_TEST(format_socket_address(milter.socket) == "unix:/run/m.sock");
  BOOST_TEST(milter.socket_mode == 0600U);
  BOOST_TEST(milter.socket_group == "postfix");
  BOOST_TEST(milter.user == "forcetls");
  BOOST_TEST((milter.mta == Mta::Sendmail));
  BOOST_TEST((milter.on_error == Action::Pass));
  BOOST_TEST(milter.authserv_id == "mx.example.org");
  BOOST_TEST((milter.add_header == AddHeader::Judged));
  BOOST_TEST(milter.state_directory == "/var/tmp");
  BOOST_TEST((milter.log_level == LogLevel::Debug));
  BOOST_TEST(milter.syslog_facility == "local7");
  const PolicySettings& policy = config->policy.settings();
  BOOST_TEST(format(policy.exempt_clients) == "127.0.0.0/8 ::1/128 10.0.0.0/8 ");
  BOOST_TEST(!policy.exempt_authenticated);
  BOOST_TEST(!policy.null_sender_by_helo);
  BOOST_TEST(!policy.reveal_connector);
  BOOST_TEST(policy.contact == "https://postmaster.example/tls or call us");
}

BOOST_AUTO_TEST_CASE(connector_keys) {
  const auto config = config_of(
      "\xef\xbb\xbf[inbound Full]\r\n"
      "description = M\xc3\xbcller & S\xc3\xb6hne,\r\n  contract 4711\r\n"
      "enforce-from = 2026-12-01\r\n"
      "suspend-until = 2026-12-01\r\n"
      "match-sender = Contoso.COM., *.B\xc3\xbc"
      "cher.example <> *\r\n"
      "match-sender-in = either\r\n"
      "match-client =\r\n  198.51.100.0/24\r\n  2001:db8::/32\r\n"
      "match-client-name = *.branch.example.org\r\n"
      "match-recipient = secure.example.org\r\n"
      "reply = Use TLS: %{domain} %{wanted} 100% %{seen}\r\n");
  const auto& connector = connector_of(*config, "Full");
  BOOST_TEST(connector.particulars().description == "M\xc3\xbcller & S\xc3\xb6hne, contract 4711");
  BOOST_TEST(format_time(connector.particulars().enforce_from.value()) == "2026-12-01T00:00:00Z");
  BOOST_TEST(format_time(connector.particulars().suspend_until.value()) == "2026-12-02T00:00:00Z");
  BOOST_TEST(format(connector.scope.match_sender) == "contoso.com *.xn--bcher-kva.example <> * ");
  BOOST_TEST((connector.scope.match_sender_in == SenderPlace::Either));
  BOOST_TEST(format(connector.scope.match_client) == "198.51.100.0/24 2001:db8::/32 ");
  BOOST_TEST(format(connector.scope.match_client_name) == "*.branch.example.org ");
  BOOST_TEST(format(connector.scope.match_recipient) == "secure.example.org ");
  BOOST_TEST(connector.particulars().reply == "Use TLS: %{domain} %{wanted} 100% %{seen}");
  BOOST_TEST(connector.where.line == 1U);
}

BOOST_AUTO_TEST_CASE(empty_values_are_as_no_line) {
  const auto config = config_of(
      "[milter]\nsocket =\nexempt-clients = ; networks\nmta =\ncontact = ; a URL\n"
      "[inbound x]\nmatch-sender = a.example\ndescription =\nenabled =\nenforce-from =\n"
      "suspend-until = ; soon\nreply = ; own text\non-violation =\nmode =\ndeny-ciphers =\n"
      "on-missing-evidence =\non-missing-evidence = tag\non-missing-evidence =\n");
  BOOST_TEST(format_socket_address(config->milter.socket) == "inet:8891@127.0.0.1");
  const auto& connector = connector_of(*config, "x");
  BOOST_TEST(!connector.particulars().enforce_from.has_value());
  BOOST_TEST(connector.particulars().reply == "");
  BOOST_TEST((config->policy.terms_of(connector).on_violation == Action::Reject));
  BOOST_TEST((config->policy.terms_of(connector).on_missing_evidence == Action::Tag));
}

BOOST_AUTO_TEST_CASE(disabled_connectors_are_not_there) {
  const auto config = config_of(
      "[inbound a]\nmatch-sender = a.example\n"
      "[inbound b]\nenabled = no\nmatch-sender = a.example\nrequire-certificate = gone\n"
      "[inbound c]\nmatch-sender = c.example\n");
  BOOST_TEST(config->policy.connectors().size() == 2U);
  BOOST_TEST(connector_of(*config, "c").where.line == 7U);
}

BOOST_AUTO_TEST_CASE(scopes_that_differ) {
  config_of(
      "[inbound a]\nmatch-sender = a.example, a.example\n"
      "[inbound b]\nmatch-sender = *.a.example\n"
      "[inbound c]\nmatch-sender = a.example\nmatch-sender-in = header\n"
      "[inbound d]\nmatch-sender = a.example\nmatch-client = 10.0.0.0/8\n"
      "[inbound e]\nmatch-sender = a.example\nmatch-client = 10.0.0.0/9\n"
      "[inbound f]\nmatch-sender = a.example\nmatch-client-name = a.example\n"
      "[inbound g]\nmatch-sender = a.example\nmatch-recipient = a.example\n"
      "[inbound h]\nmatch-recipient = a.example\n"
      "[inbound i]\nmatch-client-name = a.example\n"
      "[inbound j]\nmatch-client = 10.0.0.0/8\n"
      "[inbound k]\nmatch-sender = a.example, b.example\nmatch-client = ::1\n"
      "[inbound l]\nmatch-sender = a.example, c.example\nmatch-client = ::2\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
