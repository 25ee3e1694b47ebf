// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// Mistakes in values, each with its whole message (DESIGN.md section 3).
#include "config/value.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "config/mistakes.h"

namespace forcetls {
namespace {

BOOST_AUTO_TEST_SUITE(value)

BOOST_AUTO_TEST_CASE(empty_values) {
  for (const std::string key :
       {"match-sender", "match-sender-in", "match-client", "match-client-name", "match-recipient",
        "require-tls", "require-cipher-bits", "require-forward-secrecy", "require-certificate",
        "require-certificate-name", "require-client"}) {
    const std::string scope =
        key == "match-sender" ? "match-client = ::/0\n" : "match-sender = a.example\n";
    check_cases({{"[inbound x]\n" + scope + key + " = ; nothing\n",
                  "f:3: error: empty value for '" + key + "' in [inbound x]\n"}});
  }
}

BOOST_AUTO_TEST_CASE(words_and_numbers) {
  check_cases({
      bad("require-tls", "1.4", "expected no, yes, 1.0, 1.1, 1.2 or 1.3"),
      bad("require-tls", "nno", "expected no, yes, 1.0, 1.1, 1.2 or 1.3"),
      bad("require-tls", "v1.2", "expected no, yes, 1.0, 1.1, 1.2 or 1.3; did you mean '1.2'?"),
      bad("require-tls", "TLSv1.2", "expected no, yes, 1.0, 1.1, 1.2 or 1.3"),
      bad("enabled", "maybe", "expected yes, no, true, false, on or off"),
      bad("mode", "monitr", "expected enforce or monitor; did you mean 'monitor'?"),
      bad("on-violation", "accept", "expected reject, defer, quarantine, tag or discard"),
      bad("on-violation", "rejct",
          "expected reject, defer, quarantine, tag or discard; did you mean 'reject'?"),
      bad("on-missing-evidence", "discard", "expected defer, reject, quarantine or tag"),
      bad("match-sender-in", "headers",
          "expected envelope, header or either; did you mean 'header'?"),
      bad("require-cipher-bits", "0", "expected a number from 1 to 512"),
      bad("require-cipher-bits", "513", "expected a number from 1 to 512"),
      bad("require-cipher-bits", "128bit", "expected a number from 1 to 512"),
      bad("require-cipher-bits", "-1", "expected a number from 1 to 512"),
      bad("require-cipher-bits", "none", "expected a number from 1 to 512"),
      bad("require-cipher-bits", "128 bits", "expected a number from 1 to 512"),
      inbound("require-cipher-bits = 128, 256, 512",
              "bad value '128 256' for 'require-cipher-bits' in [inbound x]: expected a number "
              "from 1 to 512"),
      bad("mode", ",", "expected a value"),
      inbound("mode = monitor, enforce",
              "bad value 'enforce' for 'mode' in [inbound x]: expected one value only"),
      {kHeader + "mode = monitor\n enforce\n",
       "f:4: error: bad value 'enforce' for 'mode' in [inbound x]: expected one value only\n"},
      certificate("min-key-bits = 256",
                  "bad value '256' for 'min-key-bits' in [certificate c]: expected a number from "
                  "512 to 16384"),
  });
}

BOOST_AUTO_TEST_CASE(times) {
  const std::string expected =
      "expected a date or a time in UTC, as 2026-12-01 or 2026-12-01T08:00:00Z";
  check_cases({
      bad("enforce-from", "2026-02-30", expected),
      bad("suspend-until", "tomorrow", expected),
      bad("enforce-from", "2026-12-01T08:00:00", expected),
      bad("enforce-from", "2026-12-01 08:00", expected),
      {kHeader + "suspend-until = 2026-12-01\n 08:00\n",
       "f:4: error: bad value '2026-12-01 08:00' for 'suspend-until' in [inbound x]: " + expected +
           "\n"},
  });
  BOOST_TEST(messages("[certificate c]\nname = a.example\nvalid-from = 2027-01-01\nvalid-until = "
                      "2026-12-31\n") ==
             "f:4: error: 'valid-until' in [certificate c] is not after 'valid-from'\n");
  BOOST_TEST(messages("[certificate c]\nname = a.example\nvalid-until = "
                      "2026-12-31T00:00:00Z\nvalid-from = 2026-12-31\n") ==
             "f:3: error: 'valid-until' in [certificate c] is not after 'valid-from'\n");
}

BOOST_AUTO_TEST_CASE(patterns_and_networks) {
  const std::string sender = "[inbound x]\nmatch-sender = ";
  const std::string bad_sender = "f:2: error: bad value '%' for 'match-sender' in [inbound x]: ";
  const auto match = [&](const std::string& value, const std::string& message) {
    auto text = bad_sender;
    return Case{sender + value + "\n", text.replace(text.find('%'), 1, value) + message + "\n"};
  };
  const std::string forms = "expected a domain, *.DOMAIN, * or <>";
  check_cases({
      match("a.*.example", forms + "; '*' stands only at the beginning, as '*.'"),
      match("*a.example", forms + "; '*' stands only at the beginning, as '*.'"),
      match("*.*.example", forms + "; '*' stands only at the beginning, as '*.'"),
      match("*.*", forms),
      match("*.", forms),
      match(".contoso.com", forms + "; did you mean '*.contoso.com'?"),
      match("ceo@contoso.com", forms + "; did you mean 'contoso.com'?"),
      match("contoso..com", forms),
      match("\"contoso.com\"", forms),
      match("192.0.2.1", forms + ", not an address"),
      match("2001:db8::1", forms + ", not an address"),
      bad("match-recipient", "<>", "expected a domain, *.DOMAIN or *"),
      bad("match-client-name", "a_b@c", "expected a domain, *.DOMAIN or *; did you mean 'c'?"),
      bad("require-certificate-name", "*", "expected a domain or *.DOMAIN"),
      bad("match-client", "10.0.0.1/8",
          "host bits set in network 10.0.0.1/8; did you mean 10.0.0.0/8?"),
      bad("match-client", "contoso.com", "'contoso.com' is not an IP address or network"),
      bad("require-client", "10.0.0.0/33",
          "prefix of network 10.0.0.0/33 must be a number from 0 to 32"),
      {kHeader + "match-client = 10.0.0.0/8,\n  10.0.0.1/8 x\n",
       "f:4: error: bad value '10.0.0.1/8' for 'match-client' in [inbound x]: host bits set in "
       "network 10.0.0.1/8; did "
       "you mean 10.0.0.0/8?\n"
       "f:4: error: bad value 'x' for 'match-client' in [inbound x]: 'x' is not an IP address or "
       "network\n"},
      bad("deny-ciphers", "AES/GCM",
          "expected names of cipher suites, in which '*' and '?' are wildcards"),
  });
}

BOOST_AUTO_TEST_CASE(texts_for_replies) {
  check_cases({
      inbound("reply = M\xc3\xbcller",
              "'reply' in [inbound x] is for SMTP replies and takes ASCII only"),
      bad("reply", "see %{domian}", "expected %{domain}, %{wanted} or %{seen} at '%{domian}'"),
      bad("reply", "see %{domain", "expected %{domain}, %{wanted} or %{seen} at '%{domain'"),
      inbound("reply = " + std::string(180, 'x') + "\n " + std::string(140, 'x'),
              "'reply' in [inbound x] is longer than 320 bytes"),
      milter("contact = " + std::string(131, 'x'),
             "'contact' in [milter] is longer than 130 bytes"),
  });
}

BOOST_AUTO_TEST_CASE(milter_keys) {
  check_cases({
      milter("socket = inet:127.0.0.1:8891",
             "bad value 'inet:127.0.0.1:8891' for 'socket' in [milter]: expected "
             "inet:PORT@ADDRESS; did you mean 'inet:8891@127.0.0.1'?"),
      milter(
          "socket-mode = 0888",
          "bad value '0888' for 'socket-mode' in [milter]: expected an octal mode from 0 to 0777"),
      milter("socket = inet:8891@localhost",
             "bad value 'inet:8891@localhost' for 'socket' in [milter]: expected a numeric address "
             "after '@'; did you mean 'inet:8891@127.0.0.1'?"),
      milter("socket-mode = 0660 0666",
             "bad value '0660 0666' for 'socket-mode' in [milter]: expected an octal mode from 0 "
             "to 0777"),
      milter(
          "socket-mode = 1777",
          "bad value '1777' for 'socket-mode' in [milter]: expected an octal mode from 0 to 0777"),
      milter("user = a/b",
             "bad value 'a/b' for 'user' in [milter]: expected letters, digits, '.', '_' and '-'"),
      milter("mta = exim",
             "bad value 'exim' for 'mta' in [milter]: expected auto, postfix or sendmail"),
      milter("null-sender = none2",
             "bad value 'none2' for 'null-sender' in [milter]: expected helo or none; did you mean "
             "'none'?"),
      milter("on-error = pass",
             "bad value 'pass' for 'on-error' in [milter]: expected defer, reject or accept"),
      milter("add-header = yes",
             "bad value 'yes' for 'add-header' in [milter]: expected no, judged or all"),
      milter("state-directory = var",
             "bad value 'var' for 'state-directory' in [milter]: expected an absolute path"),
      milter("log-level = warnings",
             "bad value 'warnings' for 'log-level' in [milter]: expected error, warning, info or "
             "debug; did you mean 'warning'?"),
      milter(
          "syslog-facility = local8",
          "bad value 'local8' for 'syslog-facility' in [milter]: expected auth, authpriv, cron, "
          "daemon, ftp, kern, lpr, mail, news, syslog, user, uucp, local0, local1, local2, local3, "
          "local4, local5, local6 or local7"),
      milter("include = conf.d/*.conf", "a text that is in no file cannot include files"),
      {"[postfix-evidence]\nsocket = unix:x\nsocket-mode = 8\nsocket-group = a/b\n",
       "f:2: error: bad value 'unix:x' for 'socket' in [postfix-evidence]: expected an absolute "
       "path after 'unix:'\n"
       "f:3: error: bad value '8' for 'socket-mode' in [postfix-evidence]: expected an octal mode "
       "from 0 to 0777\n"
       "f:4: error: bad value 'a/b' for 'socket-group' in [postfix-evidence]: expected letters, "
       "digits, '.', '_' and '-'\n"},
      {"[trust]\nca-file = my ca.pem\n",
       "f:2: error: bad value 'ca.pem' for 'ca-file' in [trust]: expected one value only\n"},
      milter("user = ,", "bad value ',' for 'user' in [milter]: expected a value"),
      milter("state-directory = ,",
             "bad value ',' for 'state-directory' in [milter]: expected a value"),
      milter("socket = ,", "bad value ',' for 'socket' in [milter]: expected a value"),
      milter("socket-mode = ,", "bad value ',' for 'socket-mode' in [milter]: expected a value"),
      {kHeader + "enforce-from = ,\nrequire-cipher-bits = ,\n",
       "f:3: error: bad value ',' for 'enforce-from' in [inbound x]: expected a value\n"
       "f:4: error: bad value ',' for 'require-cipher-bits' in [inbound x]: expected a value\n"},
  });
}

BOOST_AUTO_TEST_CASE(digests) {
  const std::string expected = "expected 64 hexadecimal digits (SHA-256)";
  const auto bad_digest = [&](const std::string& key, const std::string& word,
                              const std::string& hint = {}) {
    return certificate(key + " = " + word, "bad value '" + word + "' for '" + key +
                                               "' in [certificate c]: " + expected + hint);
  };
  const std::string octets = "00:11:22:33:44:55:66:77:88:99:aa:BB:cc:DD:ee:FF";
  const std::string md5 = "; 32 are an MD5 digest";
  const std::string sha1 = "; 40 are a SHA-1 digest";
  check_cases({
      bad_digest("sha256", octets, md5),
      bad_digest("key-sha256", "00112233445566778899aabbccddeeff", md5),
      bad_digest("sha256", octets + ":00:11:22:33", sha1),
      bad_digest("sha256", octets + octets + ":00"),
      bad_digest("sha256", octets + ":" + octets + ":"),
      bad_digest("sha256", "SHA256:" + octets + ":" + octets),
      bad_digest("key-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
      {"[certificate c]\nsha256 = " + octets + ":" + octets + ",\n " + octets + "\n",
       "f:3: error: bad value '" + octets + "' for 'sha256' in [certificate c]: " + expected + md5 +
           "\n"},
      {"[certificate c]\nkey-sha256 =\nsha256 =\nfile =\n",
       "f:2: error: empty value for 'key-sha256' in [certificate c]\n"
       "f:3: error: empty value for 'sha256' in [certificate c]\n"
       "f:4: error: empty value for 'file' in [certificate c]\n"},
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
