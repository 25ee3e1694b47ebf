// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/lint.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "config/folder.h"
#include "config/mistakes.h"
#include "x509/pki.h"

namespace forcetls {
namespace {

const std::string kInbound = "[inbound x]\nmatch-sender = a.example\n";
const std::string kUnbound =
    " binds no CA: any CA that the MTA trusts may issue such a certificate\n";

BOOST_AUTO_TEST_SUITE(config_lint)

BOOST_AUTO_TEST_CASE(nothing_to_say) {
  check_warnings({
      {kInbound, ""},
      {kInbound + "require-certificate = verified\nrequire-client = 10.0.0.0/8\n", ""},
      {"[inbound x]\nmatch-client = 10.0.0.0/8\n", ""},
      {"", "f: warning: no enabled [inbound] section: all mail passes unjudged\n"},
      {kInbound + "enabled = no\n",
       "f: warning: no enabled [inbound] section: all mail passes unjudged\n"},
  });
}

BOOST_AUTO_TEST_CASE(socket_mode) {
  check_warnings({{"[milter]\nsocket-mode = 0666\n" + kInbound,
                "f:2: warning: 'socket-mode' lets every local user talk to the daemon\n"}});
}

BOOST_AUTO_TEST_CASE(values) {
  check_warnings({
      {"[inbound x]\nmatch-sender = b.example, a.example\n  b.example\n",
       "f:3: warning: 'b.example' stands twice in 'match-sender' in [inbound x]\n"},
      {"[inbound x]\nmatch-client = ::1 ::1\n",
       "f:2: warning: '::1' stands twice in 'match-client' in [inbound x]\n"},
      {"[milter]\nmta = sendmail\n" + kInbound +
           "require-certificate = c\n[certificate c]\norganization = \"Contoso Ltd\"\n",
       "f:6: warning: [certificate c]" + kUnbound +
           "f:7: warning: the quotes in 'organization' in [certificate c] are part of the value\n"},
      {kInbound + "deny-ciphers = *CBC*, RC5*, AES256-GCM-SHA38\n[inbound y]\nmatch-sender = y\n"
                  "deny-ciphers = *CBC*, RC5*, AES256-GCM-SHA38\n",
       "f:1: warning: 'RC5*' in 'deny-ciphers' of [inbound x] and 1 more is the name of no known "
       "cipher suite\n"
       "f:1: warning: 'AES256-GCM-SHA38' in 'deny-ciphers' of [inbound x] and 1 more is the name "
       "of no known cipher suite\n"},
  });
}

BOOST_AUTO_TEST_CASE(scopes_that_never_match) {
  const std::string exempt =
      "[milter]\nexempt-clients = 10.0.0.0/8 10.1.0.0/16 2001:db8::/32 192.0.2.1\n";
  const std::string never =
      "f:3: warning: [inbound x] can never match: 'exempt-clients' holds all of its "
      "'match-client'\n";
  check_warnings({
      {exempt + "[inbound x]\nmatch-client = 10.200.0.0/16 2001:db8:1::/48\n", never},
      {exempt + "[inbound x]\nmatch-client = 192.0.2.1\n", never},
      {exempt + "[inbound x]\nmatch-client = 10.0.0.0/8\n", never},
      {exempt + "[inbound x]\nmatch-client = 10.1.0.0/16 11.0.0.0/8\n", ""},
      {exempt + "[inbound x]\nmatch-client = 0.0.0.0/0\n", ""},
      {exempt + "[inbound x]\nmatch-client = ::/0\n", ""},
      {"[inbound x]\nmatch-sender = <>\nmatch-sender-in = header\n",
       "f:1: warning: [inbound x] can never match: no From: header holds the null sender <>\n"},
      {"[inbound x]\nmatch-sender = <> a.example\nmatch-sender-in = header\n", ""},
      {"[inbound x]\nmatch-sender = <>\nmatch-sender-in = either\n", ""},
      {"[inbound x]\nmatch-client = ::1\nmatch-sender-in = either\n",
       "f:1: warning: 'match-sender-in' in [inbound x] has no effect without 'match-sender'\n"},
  });
}

BOOST_AUTO_TEST_CASE(senders_from_elsewhere) {
  const std::string bound = "[inbound x]\nmatch-sender = a.example\nmatch-client = 10.0.0.0/8\n";
  const std::string warning =
      "f:1: warning: mail from a.example that falls outside 'match-client' of [inbound x] is "
      "judged "
      "by no connector; 'require-client' demands the address\n";
  const auto covered = [&](const std::string& lines) {
    return Case{bound + "[inbound y]\n" + lines, ""};
  };
  const auto uncovered = [&](const std::string& lines) {
    return Case{bound + "[inbound y]\n" + lines, warning};
  };
  check_warnings({
      {bound, warning},
      covered("match-sender = a.example\n"),
      covered("match-sender = *.a.example\n"),
      covered("match-sender = *.example\n"),
      covered("match-sender = *\n"),
      covered("match-sender = a.example\nmatch-sender-in = either\n"),
      uncovered("match-sender = b.example\n"),
      uncovered("match-sender = example\n"),
      uncovered("match-sender = a.example\nmode = monitor\n"),
      uncovered("match-sender = a.example\nmatch-sender-in = header\n"),
      uncovered("match-sender = a.example\nmatch-recipient = b.example\n"),
      uncovered("match-sender = a.example\nenabled = no\n"),
      uncovered("match-recipient = *\n"),
      {bound + "match-sender-in = either\n[inbound y]\nmatch-sender = a.example\n", warning},
      {bound + "match-sender-in = header\n[inbound y]\nmatch-sender = a.example\nmatch-sender-in = "
               "either\n",
       ""},
      {"[inbound x]\nmatch-sender = * <>\nmatch-client = 10.0.0.0/8\n", ""},
      {"[inbound x]\nmatch-sender = *.a b c d *\nmatch-client-name = mx.example\n[inbound "
       "y]\nmatch-sender = *.a\n",
       "f:1: warning: mail from b, c, d that falls outside 'match-client-name' of [inbound x] is "
       "judged by no connector\n"},
      {"[inbound x]\nmatch-sender = *.a b c d\nmatch-client-name = mx.example\n[inbound "
       "y]\nmatch-sender = a\n",
       "f:1: warning: mail from *.a, b, c and 1 more that falls outside 'match-client-name' of "
       "[inbound x] is judged by no "
       "connector\n"},
  });
}

BOOST_AUTO_TEST_CASE(suspended_connectors) {
  check_warnings({
      {kInbound + "suspend-until = 2026-09-01T00:00:01Z\n",
       "f:1: warning: [inbound x] is suspended until 2026-09-01T00:00:01Z: its mail passes "
       "whatever it is\n"},
      {kInbound + "suspend-until = 2026-09-01T00:00:00Z\n", ""},
      {kInbound + "suspend-until = 2026-08-31\n", ""},
      {kInbound + "enforce-from = 2027-01-01\n", ""},
  });
}

BOOST_AUTO_TEST_CASE(certificates) {
  const std::string use = kInbound + "require-certificate = c\n";
  const auto with = [&](const std::string& lines, const std::string& warnings) {
    return Case{use + "[certificate c]\nname = c.example\n" + lines,
                warnings + "f:4: warning: [certificate c]" + kUnbound};
  };
  const std::string shared =
      "f:4: warning: '*.mail.protection.outlook.com' in [certificate c] is on the certificate of "
      "all "
      "customers of Microsoft 365: it does not tell them apart\n";
  check_warnings({
      {kInbound + "[certificate c]\nname = outlook.com\nvalid-until = 2020-01-01\n",
       "f:3: warning: [certificate c] is not used\n"},
      {use + "enabled = no\n[inbound y]\nmatch-sender = y\n[certificate c]\nname = c.example\n",
       "f:7: warning: [certificate c] is not used\n"},
      with("issuer = CA1\n", ""),
      with("valid-from = 2026-09-01\nvalid-until = 2026-12-31\n", ""),
      with("valid-from = 2026-09-02\n",
           "f:4: warning: [certificate c] does not count before 2026-09-02T00:00:00Z\n"),
      // What ends is told by list_endings(), and by nobody else.
      with("valid-until = 2026-08-31\n", ""),
      with("valid-until = 2026-09-01\n", ""),
      {use + "[certificate c]\nname = *.Mail.Protection.Outlook.com, notoutlook.com\n",
       shared + "f:4: warning: [certificate c]" + kUnbound},
  });
}

BOOST_AUTO_TEST_CASE(evidence_that_does_not_come) {
  const std::string rule =
      kInbound + "require-certificate = c\n[certificate c]\nname = c.example\n";
  const std::string door = "[postfix-evidence]\n";
  const std::string sendmail = "[milter]\nmta = sendmail\n";
  const std::string names = "organization = a\norganizational-unit = b\nissuer-organization = c\n";
  const auto needs = [](const std::string& what, const std::string& keys) {
    return "f:4: warning: [certificate c] needs " + what + " for " + keys +
           "; 'on-missing-evidence' decides\n";
  };
  const std::string known = "the certificate in 'known-certificates' of [trust]";
  const std::string evidence = "[postfix-evidence] on Postfix";
  const std::string of_names = "'organization', 'organizational-unit', 'issuer-organization'";
  const std::string unbound = "f:4: warning: [certificate c]" + kUnbound;
  const std::string pin = "sha256 = " + std::string(64, 'a') + "\n";
  const std::string key_pin = "key-sha256 = " + std::string(64, 'a') + "\n";
  check_warnings({
      {rule + names, needs(known, of_names) + needs(evidence, of_names) + unbound},
      {rule + names + "[milter]\nmta = postfix\n",
       needs(known, of_names) + needs(evidence, of_names) + unbound},
      {rule + names + door, needs(known, of_names) + unbound},
      {rule + names + sendmail, unbound},
      // These are of known certificates only, whose digest binds the CA.
      {rule + "root = R\n" + door, needs(known, "'root'")},
      {rule + "min-key-bits = 2048\n" + sendmail, needs(known, "'min-key-bits'")},
      {rule + "root = R\nmin-key-bits = 2048\n",
       needs(known, "'root', 'min-key-bits'") + needs(evidence, "'root', 'min-key-bits'")},
      {rule + pin, needs(evidence, "its pins")},
      {rule + pin + names + "root = R\n" + door, ""},
      {rule + pin + sendmail, ""},
      {rule + pin + "min-key-bits = 2048\n" + door, needs(known, "'min-key-bits'")},
      {rule + pin + "min-key-bits = 2048\n",
       needs(known, "'min-key-bits'") + needs(evidence, "'min-key-bits', its pins")},
      {rule + key_pin + door, ""},
      {rule + key_pin + sendmail,
       needs("a certificate with this key in 'known-certificates' of [trust]",
             "'key-sha256' on Sendmail")},
      {rule + pin + key_pin + sendmail, ""},
  });
}

BOOST_AUTO_TEST_CASE(doors_and_trust) {
  const std::string tcp =
      "f:3: warning: 'socket' in [postfix-evidence] is no unix socket: whoever reaches it can say "
      "that a client has a partner's certificate\n";
  check_warnings({
      {kInbound + "[postfix-evidence]\n[trust]\nrevocation = check\n", ""},
      {kInbound + "[postfix-evidence]\nsocket = inet:8893@127.0.0.1\n", tcp},
      {kInbound + "[postfix-evidence]\nsocket = fd:4\n", tcp},
      {kInbound + "[postfix-evidence]\nsocket-mode = 0666\n",
       "f:4: warning: 'socket-mode' lets every local user talk to the daemon\n"},
      {kInbound + "[postfix-evidence]\n[milter]\nmta = sendmail\n",
       "f:3: warning: [postfix-evidence] has no effect with 'mta = sendmail'\n"},
      {kInbound + "[trust]\nrevocation = require\n",
       "f:3: warning: 'revocation = require' in [trust] never passes: it needs certificates in "
       "'known-certificates'; 'on-missing-evidence' decides\n"},
  });
}

BOOST_AUTO_TEST_CASE(known_certificates) {
  const Folder folder;
  const auto small = pki::make({.cns = {"small.example"}, .key_kind = pki::KeyKind::Rsa1024});
  folder.write("known.d/a.pem", pki::make({.cns = {"a.example"}}).pem());
  folder.write("small.pem", small.pem());
  const auto warnings = [&](const std::string& text) {
    folder.write("f", text);
    BOOST_TEST_CONTEXT(text) { BOOST_TEST((folder.load("f").config != nullptr)); }
    return folder.messages("f");
  };
  const std::string use = kInbound + "require-certificate = c\n[certificate c]\n";
  const std::string trust = "[trust]\nca-file = small.pem\n";
  const std::string key_pin =
      "key-sha256 = " + format_digest(small.certificate()->key_sha256) + "\n";
  const std::string weak =
      "~/f:4: warning: [certificate c] is never met by ~/small.pem, whose key has 1024 bits: see "
      "'min-key-bits'\n";
  const std::string no_door =
      "~/f:3: warning: 'known-certificates' in [trust] needs [postfix-evidence] on Postfix\n";
  BOOST_TEST(warnings(kInbound + trust) == no_door);
  BOOST_TEST(warnings(kInbound + trust + "[milter]\nmta = sendmail\n") == "");
  BOOST_TEST(warnings(kInbound + trust + "revocation = require\n[postfix-evidence]\n") == "");
  BOOST_TEST(warnings(use + "name = a.example\nroot = R\nmin-key-bits = 2048\n" + trust +
                      "[postfix-evidence]\n") == "");
  BOOST_TEST(warnings(use + "file = small.pem\nmin-key-bits = 1024\n[postfix-evidence]\n") == "");
  BOOST_TEST(warnings(use + "file = small.pem\nmin-key-bits = 2048\n[postfix-evidence]\n") == weak);
  BOOST_TEST(warnings(use + key_pin + "min-key-bits = 1024\n[milter]\nmta = sendmail\n") ==
             "~/f:4: warning: [certificate c] needs the certificate in 'known-certificates' of "
             "[trust] for 'min-key-bits'; 'on-missing-evidence' decides\n"
             "~/f:4: warning: [certificate c] needs a certificate with this key in "
             "'known-certificates' of [trust] for 'key-sha256' on Sendmail; "
             "'on-missing-evidence' decides\n");
  folder.write("known.d/small.pem", small.pem());
  BOOST_TEST(warnings(use + key_pin + "min-key-bits = 1024\n" + trust +
                      "[milter]\nmta = sendmail\n") == "");
}

BOOST_AUTO_TEST_CASE(certificate_names) {
  check_warnings({
      {kInbound + "require-certificate-name = mx.contoso.com\n",
       "f:1: warning: 'require-certificate-name' of [inbound x]" + kUnbound},
      {"[defaults]\nrequire-certificate-name = smtp.google.com\n" + kInbound +
           "[inbound y]\nmatch-sender = y\n"
           "[inbound z]\nmatch-sender = z\n",
       "f:3: warning: 'smtp.google.com' in 'require-certificate-name' of [inbound x] and 2 more is "
       "on the certificate of all "
       "customers of Google: it does not tell them apart\n"
       "f:3: warning: 'require-certificate-name' of [inbound x] and 2 more" +
           kUnbound},
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
