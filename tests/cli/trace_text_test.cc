// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/trace_text.h"

#include <boost/test/unit_test.hpp>

#include "config/folder.h"
#include "trace_test_input.h"
#include "x509/pki.h"

namespace forcetls {

namespace {

std::string trace(std::string_view config, const MailOptions& options) {
  const auto given = explain_given(config, options);
  return format_trace(given.explanation, {given.config->files, ""});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_text)

BOOST_AUTO_TEST_CASE(a_refusal_with_monitor_and_losers) {
  MailOptions options;
  options.client = "127.0.0.1";
  options.client_name = "mx.contoso.com";
  options.helo = "mx";
  options.from = "<a@contoso.com>";
  options.header_from = {"Boss <a@contoso.com>"};
  options.to = {"<b@us.example>"};
  options.tls = "1.1";
  options.cipher = "ECDHE-RSA-AES128-SHA";
  options.bits = 128;
  options.verified = true;
  options.cert_subject = "mail.contoso.com";
  options.cert_issuer = "Other CA";
  options.cert_organization = {"Contoso, Inc."};
  options.auth = "alice";
  const std::string expected = R"(Mail
  time          2026-12-01T08:00:00Z
  client        127.0.0.1, name mx.contoso.com
  HELO          mx
  from          <a@contoso.com>
  to            <b@us.example>
  From:         Boss <a@contoso.com>
  TLS           TLSv1.1, ECDHE-RSA-AES128-SHA, 128 bits
  certificate   verified; CN mail.contoso.com; issuer Other CA; organization Contoso, Inc.
  authenticated alice

contoso.com in MAIL
  monitor       [inbound watch] (forcetls.conf:10)
    failed  require-tls  wanted TLS 1.2 or newer; seen TLSv1.1
                tls-version -> would reject (monitor)
  judged by     [inbound contoso] (forcetls.conf:3)
                Contoso Ltd, contract 4711
    failed  require-tls                       wanted TLS 1.2 or newer; seen TLSv1.1
    passed  require-certificate partner       wanted a verified certificate;
                                              seen a verified certificate
    missing require-certificate partner name  wanted mx.contoso.com;
                                              seen CN 'mail.contoso.com', other names unknown
                tls-version -> reject
  passed over   [inbound base]: its match-sender is less specific

Result: rejected at MAIL
550 5.7.4 TLSv1.1 seen, TLS 1.2 or newer required for mail from contoso.com [contoso]
)";
  BOOST_TEST(trace(R"([milter]
exempt-authenticated = no
[inbound contoso]
match-sender = contoso.com
description = Contoso Ltd, contract 4711
require-certificate = partner

[certificate partner]
name = mx.contoso.com
[inbound watch]
match-sender = contoso.com
match-client = 127.0.0.0/8
mode = monitor
[inbound base]
match-sender = *
)",
                   options) == expected);
}

BOOST_AUTO_TEST_CASE(nothing_known_and_nobody_judges) {
  MailOptions options;
  options.from = "<>";
  options.unknown = {"client-name", "tls", "certificate"};
  BOOST_TEST(trace("[inbound a]\nmatch-sender = a.example\n", options) == R"(Mail
  time          2026-12-01T08:00:00Z
  client        unknown address, name unknown
  HELO          none
  from          <>
  TLS           unknown
  certificate   unknown

<> in MAIL
  judged by     no connector: opportunistic TLS

Result: accepted
)");
}

BOOST_AUTO_TEST_CASE(a_recipient_is_refused_and_peers_text_is_cleaned) {
  MailOptions options;
  options.from = "<a@contoso.com>";
  options.helo = "\x1b[2J";
  options.to = {"<b@hold.example>", "<b@elsewhere.example>"};
  BOOST_TEST(trace("[inbound hold]\nmatch-recipient = hold.example\non-violation = quarantine\n",
                   options) == R"(Mail
  time          2026-12-01T08:00:00Z
  client        unknown address, name none
  HELO          ?[2J
  from          <a@contoso.com>
  to            <b@hold.example>
  to            <b@elsewhere.example>
  TLS           none
  certificate   none

contoso.com in MAIL, to <b@hold.example>
  judged by     [inbound hold] (forcetls.conf:1)
    failed  require-tls  wanted TLS 1.2 or newer; seen no TLS
                tls-absent -> quarantine

contoso.com in MAIL, to <b@elsewhere.example>
  judged by     no connector: opportunistic TLS

Result: accepted into quarantine
  but not to <b@elsewhere.example>
  451 4.5.3 Send separately to this recipient
)");
}

BOOST_AUTO_TEST_CASE(a_known_certificate) {
  const Folder folder;
  const auto root = pki::make({.cns = {"Root"}, .ca = true});
  const auto leaf = pki::make({.cns = {"mail.contoso.com"},
                               .organizations = {"Contoso Ltd"},
                               .issuer = &root,
                               .not_after = pki::day(2026, 12, 1)});
  folder.write("ca.pem", root.pem());
  folder.write("known.d/contoso.pem", leaf.pem());
  const auto digest = format_digest(leaf.certificate()->sha256);
  const auto key = format_digest(leaf.certificate()->key_sha256);
  MailOptions options;
  options.from = "<a@contoso.com>";
  options.tls = "1.3";
  options.mta = "postfix";
  options.cert_sha256 = digest;
  const auto said = trace("[inbound contoso]\nmatch-sender = *\nrequire-certificate = verified\n"
                          "[postfix-evidence]\n[trust]\nca-file = " + (folder / "ca.pem") +
                              "\nknown-certificates = " + (folder / "known.d") + "\n",
                          options);
  BOOST_TEST(folder.hide(said) == R"(Mail
  time          2026-12-01T08:00:00Z
  client        unknown address, name none
  HELO          none
  from          <a@contoso.com>
  TLS           TLSv1.3, cipher unknown, bits unknown
  certificate   expired; CN mail.contoso.com; issuer Root; organization Contoso Ltd
                The certificate ended at 2026-12-01T00:00:00Z.
                known as ~/known.d/contoso.pem; root Root; revoked: unknown
                sha256 )" + digest + "\n                key-sha256 " + key + R"(

contoso.com in MAIL
  judged by     [inbound contoso] (forcetls.conf:1)
    passed  require-tls          wanted TLS 1.2 or newer; seen TLSv1.3
    failed  require-certificate  wanted a verified certificate;
                                 seen an expired or not yet valid certificate: The certificate ended at 2026-12-01T00:00:00Z.
                certificate-expired -> reject

Result: rejected at RCPT
550 5.7.5 an expired or not yet valid certificate seen, a verified certificate required for mail from contoso.com [contoso]
)");

  options.cert_sha256 = std::string(64, '0');
  const auto unknown = trace("[inbound contoso]\nmatch-sender = *\nrequire-certificate = verified\n"
                             "[postfix-evidence]\n", options);
  BOOST_TEST(unknown.find("  certificate   untrusted; CN unknown; issuer unknown; organization "
                          "unknown\n                sha256 00:") != std::string::npos);
  options.cert_sha256.reset();
  BOOST_TEST(trace("[inbound contoso]\nmatch-sender = *\n", options)
                 .find("  certificate   none that Postfix trusts\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(results) {
  MailOptions options;
  options.from = "a@[192.0.2.1]";
  options.client = "192.0.2.1";
  const auto result = [&](std::string_view settings) {
    const auto config = "[inbound a]\nmatch-client = 192.0.2.1\n" + std::string(settings);
    const auto text = trace(config, options);
    return text.substr(text.find("\nResult: ") + 1);
  };
  BOOST_TEST(result("on-violation = discard\n") == "Result: accepted and thrown away\n");
  BOOST_TEST(result("on-violation = defer\nreply = Later\n") ==
             "Result: deferred at MAIL\n451 4.7.0 Later [a]\n");
  BOOST_TEST(result("[milter]\nexempt-clients = 192.0.2.1\n") ==
             "Result: accepted, not judged: exempt (client)\n");
  BOOST_TEST(result("match-recipient = x.example\n") == "Result: accepted\n");
  options.to = {"<a@x.example>"};
  BOOST_TEST(result("match-recipient = x.example\nreply = No\n") ==
             "Result: rejected at RCPT\n530 5.7.0 No [a]\n");
  options.to.clear();
  options.header_from = {"a@b.example"};
  BOOST_TEST(result("match-sender = b.example\nmatch-sender-in = header\nreply = No\n") ==
             "Result: rejected at the end of the headers\n530 5.7.0 No [a]\n");
}

BOOST_AUTO_TEST_CASE(a_recipient_is_lacking) {
  MailOptions options;
  options.from = "<>";
  options.helo = "mx.example";
  options.tls = "1.2";
  options.cert_subject = "";
  options.mta = "sendmail";
  const auto text = trace("[inbound a]\nmatch-recipient = x.example\n", options);
  BOOST_TEST(text.find("  note          "
                       "a connector with match-recipient may judge instead; see --to\n") !=
             std::string::npos);
  BOOST_TEST(text.find("\n<> with HELO mx.example in MAIL\n") != std::string::npos);
  BOOST_TEST(text.find("  TLS           TLSv1.2, cipher unknown, bits unknown\n") !=
             std::string::npos);
  BOOST_TEST(text.find("  certificate   untrusted; CN ''; issuer ''; organization none\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
