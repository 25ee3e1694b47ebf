// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// Every mistake in one file, with its whole message (DESIGN.md section 3).

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "config/load_text.h"

namespace forcetls {
namespace {

struct Case {
  std::string text;
  std::string messages;
};

void check_cases(const std::vector<Case>& cases) {
  for (const auto& [text, expected] : cases)
    BOOST_TEST_CONTEXT(text) {
      const auto result = load_text(text);
      BOOST_TEST(format_all(result) == expected);
      BOOST_TEST((result.config == nullptr));
    }
}

/// A mistake on line 3 of an otherwise sound [inbound x].
Case inbound(const std::string& lines, const std::string& message) {
  return {"[inbound x]\nmatch-sender = a.example\n" + lines + "\n", "f:3: error: " + message + "\n"};
}

Case bad(const std::string& key, const std::string& value, const std::string& message) {
  return inbound(key + " = " + value, "bad value '" + value + "' for '" + key + "' in [inbound x]: " + message);
}

/// A mistake on line 2 of [milter].
Case milter(const std::string& line, const std::string& message) {
  return {"[milter]\n" + line + "\n", "f:2: error: " + message + "\n"};
}

/// A mistake on line 3 of an otherwise sound [certificate c].
Case certificate(const std::string& line, const std::string& message) {
  return {"[certificate c]\nname = a.example\n" + line + "\n", "f:3: error: " + message + "\n"};
}

const std::string kHeader = "[inbound x]\nmatch-sender = a.example\n";

BOOST_AUTO_TEST_SUITE(loader_errors)

BOOST_AUTO_TEST_CASE(sections) {
  const std::string long_name(37, 'x');
  check_cases({
      {"[inbund x]\nk = v\n", "f:1: error: unknown section [inbund x]; did you mean [inbound x]?\n"},
      {"[Milter]\n", "f:1: error: unknown section [Milter]; did you mean [milter]?\n"},
      {"[contoso.com]\nk = v\n", "f:1: error: unknown section [contoso.com]\n"},
      {"[]\n", "f:1: error: unknown section []\n"},
      {"k = v\n", "f:1: error: key 'k' outside a section\n"},
      {"[milter] x\n", "f:1: error: text after ']'\n"},
      {"[milter\nmta = postfix\n",
       "f:1: error: section header without ']'\nf:2: error: key 'mta' outside a section\n"},
      {"[milter]\n[defaults]\n[milter]\n[defaults]\n",
       "f:3: error: duplicate section [milter]; the first is at f:1\n"
       "f:4: error: duplicate section [defaults]; the first is at f:2\n"},
      {kHeader + "[inbound X]\nmatch-sender = b.example\n",
       "f:3: error: duplicate section [inbound X]; the first is at f:1\n"},
      {kHeader + "enabled = no\n[inbound x]\nmatch-sender = b.example\n",
       "f:4: error: duplicate section [inbound x]; the first is at f:1\n"},
      {"[certificate c]\nname = a.example\n[certificate C]\nname = b.example\n",
       "f:3: error: duplicate section [certificate C]; the first is at f:1\n"},
      {"[milter x]\n", "f:1: error: [milter x] takes no name: write [milter]\n"},
      {"[inbound]\nmatch-sender = a.example\n", "f:1: error: [inbound] needs a name: write [inbound NAME]\n"},
      {"[inbound a b]\nmatch-sender = a.example\n",
       "f:1: error: the name in [inbound a b] may hold only letters, digits, '.', '_' and '-'\n"},
      {"[inbound \xc3\xa4]\nmatch-sender = a.example\n",
       "f:1: error: the name in [inbound \xc3\xa4] may hold only letters, digits, '.', '_' and '-'\n"},
      {"[inbound " + long_name + "]\nmatch-sender = a.example\n",
       "f:1: error: the name in [inbound " + long_name + "] is longer than 36 characters\n"},
      {"[inbound None]\nmatch-sender = a.example\n",
       "f:1: error: the name in [inbound None] is taken: 'none' has a meaning of its own\n"},
      {"[certificate dane]\nname = a.example\n",
       "f:1: error: the name in [certificate dane] is taken: 'dane' has a meaning of its own\n"},
      {"[certificate verified]\nname = a.example\n",
       "f:1: error: the name in [certificate verified] is taken: 'verified' has a meaning of its own\n"},
      {"[inbound x]\n",
       "f:1: error: [inbound x] has no 'match-' key; 'match-sender = *' is mail from everybody\n"},
      {"[inbound x]\nmatch-sender-in = header\n[inbound y]\n",
       "f:1: error: [inbound x] has no 'match-' key; 'match-sender = *' is mail from everybody\n"
       "f:3: error: [inbound y] has no 'match-' key; 'match-sender = *' is mail from everybody\n"},
      // A scope in error is not compared with others.
      {"[inbound x]\nmatch-sender = a.example\nmatch-client = 10.0.0.1/8\n[inbound y]\nmatch-sender = a.example\n",
       "f:3: error: bad value '10.0.0.1/8' for 'match-client' in [inbound x]: host bits set in network 10.0.0.1/8; did "
       "you mean 10.0.0.0/8?\n"},
      {"[certificate c]\n", "f:1: error: [certificate c] demands nothing of a certificate; "
                            "'require-certificate = verified' takes any that is trusted\n"},
  });
}

BOOST_AUTO_TEST_CASE(of_later_versions) {
  for (const std::string section : {"postfix-evidence", "outbound-map", "control", "metrics", "audit", "trust",
                                    "outbound contoso"})
    check_cases({{"[" + section + "]\nsocket = unix:/x\nno-key = 1\n",
                  "f:1: error: [" + section + "] is not supported by this version\n"}});
  for (const std::string key : {"root", "sha256", "key-sha256", "file"})
    check_cases({certificate(key + " = x\n y", "key '" + key + "' in [certificate c] is not supported by this version"),
                 {"[certificate c]\n" + key + " =\n",
                  "f:2: error: key '" + key + "' in [certificate c] is not supported by this version\n"}});
  check_cases({bad("require-certificate", "dane", "'dane' is for [outbound], which is not supported by this version")});
}

BOOST_AUTO_TEST_CASE(keys) {
  check_cases({
      {"[inbound contoso]\nmatch-sender = contoso.com\nrequrie-tls = 1.2\n",
       "f:3: error: unknown key 'requrie-tls' in [inbound contoso]; did you mean 'require-tls'?\n"},
      inbound("colour = red\n blue", "unknown key 'colour' in [inbound x]"),
      inbound("socket = x", "unknown key 'socket' in [inbound x]; it is a key of [milter]"),
      {"[milter]\nmode = monitor\n",
       "f:2: error: unknown key 'mode' in [milter]; it is a key of [defaults] and [inbound]\n"},
      {"[defaults]\nmatch-sender = x\n",
       "f:2: error: unknown key 'match-sender' in [defaults]; it is a key of [inbound]\n"},
      inbound("require-tls : 1.2", "':' does not separate key and value; write 'key = value'"),
      inbound("require-tls", "expected 'key = value'"),
      inbound("require-tls = 1.2 # new", "'#' after white space in a value; a comment after a value begins with ' ;'"),
      inbound("reply = no ; really no", "' ;' in 'reply' in [inbound x] would begin a comment; comments stand on lines "
                                        "of their own here"),
      inbound("description = a ;b", "' ;' in 'description' in [inbound x] would begin a comment; comments stand on "
                                    "lines of their own here"),
      milter("contact = a ;b", "' ;' in 'contact' in [milter] would begin a comment; comments stand on lines of their "
                               "own here"),
      inbound("description = " + std::string(185, 'x'), "line longer than 198 bytes; a value goes on in indented lines"),
  });
}

BOOST_AUTO_TEST_CASE(repeated_keys) {
  check_cases({
      {kHeader + "mode = monitor\nenabled = yes\nmode = enforce\n",
       "f:5: error: duplicate key 'mode' in [inbound x]; the first is on line 3\n"},
      {kHeader + "reply =\nreply = x\n", "f:4: error: duplicate key 'reply' in [inbound x]; the first is on line 3\n"},
      {kHeader + "require-certificate = verified\nrequire-certificate-name = a.example\n",
       "f:4: error: both 'require-certificate' and 'require-certificate-name' in [inbound x]; give one\n"},
      {"[defaults]\nrequire-certificate-name = a.example\nrequire-certificate = no\n",
       "f:3: error: both 'require-certificate' and 'require-certificate-name' in [defaults]; give one\n"},
  });
}

BOOST_AUTO_TEST_CASE(indented_lines) {
  const std::string indented = "an indented line continues the value above it; begin sections and keys in the first column";
  const std::string nothing = "an indented line continues the value directly above it, and there is none";
  check_cases({
      inbound("  mode = monitor", indented),
      inbound(" [inbound y]", indented),
  });
  BOOST_TEST(messages(kHeader + "; comment\n b.example\n") == "f:4: error: " + nothing + "\n");
  BOOST_TEST(messages(kHeader + "\n b.example\n") == "f:4: error: " + nothing + "\n");
}

BOOST_AUTO_TEST_CASE(empty_values) {
  for (const std::string key : {"match-sender", "match-sender-in", "match-client", "match-client-name", "match-recipient",
                                "require-tls", "require-cipher-bits", "require-forward-secrecy", "require-certificate",
                                "require-certificate-name", "require-client"}) {
    const std::string scope = key == "match-sender" ? "match-client = ::/0\n" : "match-sender = a.example\n";
    check_cases({{"[inbound x]\n" + scope + key + " = ; nothing\n",
                  "f:3: error: empty value for '" + key + "' in [inbound x]\n"}});
  }
}

BOOST_AUTO_TEST_CASE(words_and_numbers) {
  check_cases({
      bad("require-tls", "1.4", "expected no, yes, 1.0, 1.1, 1.2 or 1.3; did you mean '1.0'?"),
      bad("require-tls", "TLSv1.2", "expected no, yes, 1.0, 1.1, 1.2 or 1.3"),
      bad("enabled", "maybe", "expected yes, no, true, false, on or off"),
      bad("mode", "monitr", "expected enforce or monitor; did you mean 'monitor'?"),
      bad("on-violation", "accept", "expected reject, defer, quarantine, tag or discard"),
      bad("on-violation", "rejct", "expected reject, defer, quarantine, tag or discard; did you mean 'reject'?"),
      bad("on-missing-evidence", "discard", "expected defer, reject, quarantine or tag"),
      bad("match-sender-in", "headers", "expected envelope, header or either; did you mean 'header'?"),
      bad("require-cipher-bits", "0", "expected a number from 1 to 512"),
      bad("require-cipher-bits", "513", "expected a number from 1 to 512"),
      bad("require-cipher-bits", "128bit", "expected a number from 1 to 512"),
      bad("require-cipher-bits", "-1", "expected a number from 1 to 512"),
      bad("require-cipher-bits", "none", "expected a number from 1 to 512"),
      bad("mode", ",", "expected a value"),
      inbound("mode = monitor, enforce", "bad value 'enforce' for 'mode' in [inbound x]: expected one value only"),
      {kHeader + "mode = monitor\n enforce\n",
       "f:4: error: bad value 'enforce' for 'mode' in [inbound x]: expected one value only\n"},
      certificate("min-key-bits = 256", "bad value '256' for 'min-key-bits' in [certificate c]: expected a number from "
                                        "512 to 16384"),
  });
}

BOOST_AUTO_TEST_CASE(times) {
  const std::string expected = "expected a date or a time in UTC, as 2026-12-01 or 2026-12-01T08:00:00Z";
  check_cases({
      bad("enforce-from", "2026-02-30", expected),
      bad("suspend-until", "tomorrow", expected),
      bad("enforce-from", "2026-12-01T08:00:00", expected),
      inbound("enforce-from = 2026-12-01 08:00", "bad value '08:00' for 'enforce-from' in [inbound x]: expected one value only"),
  });
  BOOST_TEST(messages("[certificate c]\nname = a.example\nvalid-from = 2027-01-01\nvalid-until = 2026-12-31\n") ==
             "f:4: error: 'valid-until' in [certificate c] is not after 'valid-from'\n");
  BOOST_TEST(messages("[certificate c]\nname = a.example\nvalid-until = 2026-12-31T00:00:00Z\nvalid-from = 2026-12-31\n") ==
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
      bad("match-client", "10.0.0.1/8", "host bits set in network 10.0.0.1/8; did you mean 10.0.0.0/8?"),
      bad("match-client", "contoso.com", "'contoso.com' is not an IP address or network"),
      bad("require-client", "10.0.0.0/33", "prefix of network 10.0.0.0/33 must be a number from 0 to 32"),
      {kHeader + "match-client = 10.0.0.0/8,\n  10.0.0.1/8 x\n",
       "f:4: error: bad value '10.0.0.1/8' for 'match-client' in [inbound x]: host bits set in network 10.0.0.1/8; did "
       "you mean 10.0.0.0/8?\n"
       "f:4: error: bad value 'x' for 'match-client' in [inbound x]: 'x' is not an IP address or network\n"},
      bad("deny-ciphers", "AES/GCM", "expected names of cipher suites, in which '*' and '?' are wildcards"),
  });
}

BOOST_AUTO_TEST_CASE(references) {
  const std::string sections = "[certificate contoso-2025]\nname = a.example\n" + kHeader;
  check_cases({
      {sections + "require-certificate = contoso-2025, contoso-2026\n",
       "f:5: error: no section [certificate contoso-2026] for 'require-certificate' in [inbound x]; did you mean "
       "'contoso-2025'?\n"},
      {kHeader + "require-certificate = verifed\n",
       "f:3: error: no section [certificate verifed] for 'require-certificate' in [inbound x]; did you mean 'verified'?\n"},
      {kHeader + "enabled = no\nrequire-certificate = gone\n",
       "f:4: error: no section [certificate gone] for 'require-certificate' in [inbound x]\n"},
      {"[defaults]\nrequire-certificate =\n  gone\n",
       "f:3: error: no section [certificate gone] for 'require-certificate' in [defaults]\n"},
      {sections + "require-certificate = contoso-2025, verified\n",
       "f:5: error: bad value 'verified' for 'require-certificate' in [inbound x]: expected to stand alone\n"},
      {sections + "require-certificate = none contoso-2025 no\n",
       "f:5: error: bad value 'none' for 'require-certificate' in [inbound x]: expected to stand alone\n"
       "f:5: error: bad value 'no' for 'require-certificate' in [inbound x]: expected to stand alone\n"},
  });
}

BOOST_AUTO_TEST_CASE(texts_for_replies) {
  check_cases({
      inbound("reply = M\xc3\xbcller", "'reply' in [inbound x] is for SMTP replies and takes ASCII only"),
      bad("reply", "see %{domian}", "expected %{domain}, %{wanted} or %{seen} at '%{domian}'"),
      bad("reply", "see %{domain", "expected %{domain}, %{wanted} or %{seen} at '%{domain'"),
      inbound("reply = " + std::string(180, 'x') + "\n " + std::string(140, 'x'), "'reply' in [inbound x] is longer than 320 bytes"),
      milter("contact = " + std::string(131, 'x'), "'contact' in [milter] is longer than 130 bytes"),
  });
}

BOOST_AUTO_TEST_CASE(milter_keys) {
  check_cases({
      milter("socket = inet:127.0.0.1:8891", "bad value 'inet:127.0.0.1:8891' for 'socket' in [milter]: expected "
                                             "inet:PORT@ADDRESS; did you mean 'inet:8891@127.0.0.1'?"),
      milter("socket-mode = 0888", "bad value '0888' for 'socket-mode' in [milter]: expected an octal mode from 0 to 0777"),
      milter("socket-mode = 1777", "bad value '1777' for 'socket-mode' in [milter]: expected an octal mode from 0 to 0777"),
      milter("user = a/b", "bad value 'a/b' for 'user' in [milter]: expected letters, digits, '.', '_' and '-'"),
      milter("mta = exim", "bad value 'exim' for 'mta' in [milter]: expected auto, postfix or sendmail"),
      milter("null-sender = none2", "bad value 'none2' for 'null-sender' in [milter]: expected helo or none; did you mean 'none'?"),
      milter("on-error = pass", "bad value 'pass' for 'on-error' in [milter]: expected defer, reject or accept"),
      milter("add-header = yes", "bad value 'yes' for 'add-header' in [milter]: expected no, judged or all"),
      milter("state-directory = var", "bad value 'var' for 'state-directory' in [milter]: expected an absolute path"),
      milter("log-level = warnings", "bad value 'warnings' for 'log-level' in [milter]: expected error, warning, info or debug; did you mean 'warning'?"),
      milter("syslog-facility = local8", "bad value 'local8' for 'syslog-facility' in [milter]: expected auth, authpriv, cron, "
                                         "daemon, ftp, kern, lpr, mail, news, syslog, user, uucp, local0, local1, local2, local3, "
                                         "local4, local5, local6 or local7; did you mean 'local0'?"),
      milter("include = conf.d/*.conf", "a text that is in no file cannot include files"),
      milter("user = ,", "bad value ',' for 'user' in [milter]: expected a value"),
      milter("state-directory = ,", "bad value ',' for 'state-directory' in [milter]: expected a value"),
      milter("socket = ,", "bad value ',' for 'socket' in [milter]: expected a value"),
      milter("socket-mode = ,", "bad value ',' for 'socket-mode' in [milter]: expected a value"),
      {kHeader + "enforce-from = ,\nrequire-cipher-bits = ,\n",
       "f:3: error: bad value ',' for 'enforce-from' in [inbound x]: expected a value\n"
       "f:4: error: bad value ',' for 'require-cipher-bits' in [inbound x]: expected a value\n"},
  });
}

BOOST_AUTO_TEST_CASE(scopes) {
  const auto two = [](const std::string& first, const std::string& second, const std::string& common) {
    const std::string place = std::to_string(std::count(first.begin(), first.end(), '\n') + 2);
    return Case{"[inbound a]\n" + first + "[inbound b]\n" + second,
                "f:" + place + ": error: [inbound b] and [inbound a] at f:1 have the same scope: " + common + "\n"};
  };
  std::string many = "[inbound a]\nmatch-recipient =\n";
  for (int i = 0; i < 401; ++i) many += " r" + std::to_string(i) + ".example\n";
  many += "match-sender =\n";
  for (int i = 0; i < 250; ++i) many += " s" + std::to_string(i) + ".example\n";
  check_cases({
      two("match-sender = a.example\n", "match-sender = b.example, A.Example.\n", "match-sender a.example"),
      two("match-sender = *\n", "match-sender = *\nmode = monitor\n", "match-sender *"),
      two("match-sender = *.a.example\n", "match-sender = *.a.example\nmatch-sender-in = either\n", "match-sender *.a.example"),
      two("match-sender = a.example\nmatch-sender-in = header\n", "match-sender = a.example\nmatch-sender-in = either\n",
          "match-sender a.example"),
      two("match-client = 10.0.0.0/8\n", "match-client = 10.1.0.0/16 10.0.0.0/8\n", "match-client 10.0.0.0/8"),
      two("match-sender = <>\nmatch-client = ::/0\nmatch-client-name = *.x\nmatch-recipient = y, z\n",
          "match-sender = a, <>\nmatch-client = ::/0\nmatch-client-name = *.x\nmatch-recipient = z\n",
          "match-sender <>, match-client ::/0, match-client-name *.x, match-recipient z"),
      {many, "f:1: error: [inbound a] has more than 100000 combinations of its 'match-' values; divide it\n"},
      {kHeader + "match-sender-in = either\nmatch-recipient = b.example\non-violation = discard\n",
       "f:1: error: [inbound x] cannot discard: a From: is known only when 'match-recipient' no longer tells recipients "
       "apart; choose another 'on-violation'\n"},
      {"[defaults]\non-violation = discard\n" + kHeader + "match-sender-in = header\nmatch-recipient = b.example\n",
       "f:3: error: [inbound x] cannot discard: a From: is known only when 'match-recipient' no longer tells recipients "
       "apart; choose another 'on-violation'\n"},
  });
}

BOOST_AUTO_TEST_CASE(all_at_once) {
  check_cases({{"[milter]\nmta = exim\nsokcet = x\n[inbound a]\nmode = x\n[inbound a]\nmatch-sender = b\xfc\n",
                "f:2: error: bad value 'exim' for 'mta' in [milter]: expected auto, postfix or sendmail\n"
                "f:3: error: unknown key 'sokcet' in [milter]; did you mean 'socket'?\n"
                "f:4: error: [inbound a] has no 'match-' key; 'match-sender = *' is mail from everybody\n"
                "f:5: error: bad value 'x' for 'mode' in [inbound a]: expected enforce or monitor\n"
                "f:6: error: duplicate section [inbound a]; the first is at f:4\n"
                "f:6: error: [inbound a] has no 'match-' key; 'match-sender = *' is mail from everybody\n"
                "f:7: error: not UTF-8\n"}});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
