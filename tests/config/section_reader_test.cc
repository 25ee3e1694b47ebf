// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// Mistakes in sections and between them, each with its whole message (DESIGN.md section 3).
#include "config/section_reader.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "config/mistakes.h"

namespace forcetls {
namespace {

BOOST_AUTO_TEST_SUITE(section_reader)

BOOST_AUTO_TEST_CASE(sections) {
  const std::string long_name(37, 'x');
  check_cases({
      {"[inbund x]\nk = v\n",
       "f:1: error: unknown section [inbund x]; did you mean [inbound x]?\n"},
      {"[Milter]\n", "f:1: error: unknown section [Milter]; did you mean [milter]?\n"},
      {"[contoso.com]\nk = v\n", "f:1: error: unknown section [contoso.com]\n"},
      {"[]\n", "f:1: error: unknown section []\n"},
      {"k = v\n", "f:1: error: key 'k' outside a section\n"},
      {"[milter] x\n", "f:1: error: text after ']'\n"},
      {"[milter\nmta = postfix\n", "f:1: error: section header without ']'\n"},
      // The keys that follow are not those of [inbound x].
      {kHeader + "[inbound y\nmatch-sender = a.example\nfoo = 1\n",
       "f:3: error: section header without ']'\n"},
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
      {"[trust]\n[postfix-evidence]\n[outbound-map]\n[trust]\n[postfix-evidence]\n"
       "[outbound-map]\n",
       "f:4: error: duplicate section [trust]; the first is at f:1\n"
       "f:5: error: duplicate section [postfix-evidence]; the first is at f:2\n"
       "f:6: error: duplicate section [outbound-map]; the first is at f:3\n"},
      {"[inbound]\nmatch-sender = a.example\n",
       "f:1: error: [inbound] needs a name: write [inbound NAME]\n"},
      {"[inbound a b]\nmatch-sender = a.example\n",
       "f:1: error: the name in [inbound a b] may hold only letters, digits, '.', '_' and '-'\n"},
      {"[inbound \xc3\xa4]\nmatch-sender = a.example\n",
       "f:1: error: the name in [inbound \xc3\xa4] may hold only letters, digits, '.', '_' and "
       "'-'\n"},
      {"[inbound " + long_name + "]\nmatch-sender = a.example\n",
       "f:1: error: the name in [inbound " + long_name + "] is longer than 36 characters\n"},
      {"[inbound None]\nmatch-sender = a.example\n",
       "f:1: error: the name in [inbound None] is taken: 'none' has a meaning of its own\n"},
      {"[certificate dane]\nname = a.example\n",
       "f:1: error: the name in [certificate dane] is taken: 'dane' has a meaning of its own\n"},
      {"[certificate verified]\nname = a.example\n",
       "f:1: error: the name in [certificate verified] is taken: 'verified' has a meaning of its "
       "own\n"},
      {"[inbound x]\n",
       "f:1: error: [inbound x] has no 'match-' key; 'match-sender = *' is mail from everybody\n"},
      {"[inbound x]\nmatch-sender-in = header\n[inbound y]\n",
       "f:1: error: [inbound x] has no 'match-' key; 'match-sender = *' is mail from everybody\n"
       "f:3: error: [inbound y] has no 'match-' key; 'match-sender = *' is mail from everybody\n"},
      // A scope in error is not compared with others.
      {"[inbound x]\nmatch-sender = a.example\nmatch-client = 10.0.0.1/8\n[inbound "
       "y]\nmatch-sender = a.example\n",
       "f:3: error: bad value '10.0.0.1/8' for 'match-client' in [inbound x]: host bits set in "
       "network 10.0.0.1/8; did "
       "you mean 10.0.0.0/8?\n"},
      {"[certificate c]\n",
       "f:1: error: [certificate c] demands nothing of a certificate; "
       "'require-certificate = verified' takes any that is trusted\n"},
  });
}

BOOST_AUTO_TEST_CASE(of_later_versions) {
  for (const std::string section : {"control", "metrics", "audit"})
    check_cases({{"[" + section + "]\nsocket = unix:/x\nno-key = 1\n",
                  "f:1: error: [" + section + "] is not supported by this version\n"}});
}

BOOST_AUTO_TEST_CASE(keys) {
  check_cases({
      {"[inbound contoso]\nmatch-sender = contoso.com\nrequrie-tls = 1.2\n",
       "f:3: error: unknown key 'requrie-tls' in [inbound contoso]; did you mean 'require-tls'?\n"},
      inbound("colour = red\n blue", "unknown key 'colour' in [inbound x]"),
      inbound("socket = x",
              "unknown key 'socket' in [inbound x]; it is a key of [milter], [postfix-evidence] and "
              "[outbound-map]"),
      {"[trust]\nsocket-mode = 0600\nrevocation = on\n",
       "f:2: error: unknown key 'socket-mode' in [trust]; it is a key of [milter], "
       "[postfix-evidence] and [outbound-map]\n"
       "f:3: error: bad value 'on' for 'revocation' in [trust]: expected off, check or require\n"},
      {"[milter]\nmode = monitor\n",
       "f:2: error: unknown key 'mode' in [milter]; it is a key of [defaults], [inbound] and "
       "[outbound]\n"},
      {"[defaults]\nmatch-sender = x\n",
       "f:2: error: unknown key 'match-sender' in [defaults]; it is a key of [inbound]\n"},
      inbound("require-tls : 1.2", "':' does not separate key and value; write 'key = value'"),
      inbound("require-tls", "expected 'key = value'"),
      inbound("require-tls = 1.2 # new",
              "'#' after white space in a value; a comment after a value begins with ' ;'"),
      inbound("reply = no ; really no",
              "' ;' in 'reply' in [inbound x] would begin a comment; comments stand on lines "
              "of their own here"),
      inbound("description = a ;b",
              "' ;' in 'description' in [inbound x] would begin a comment; comments stand on "
              "lines of their own here"),
      milter(
          "contact = a ;b",
          "' ;' in 'contact' in [milter] would begin a comment; comments stand on lines of their "
          "own here"),
      inbound("description = " + std::string(185, 'x'),
              "line longer than 198 bytes; a value goes on in indented lines"),
  });
}

BOOST_AUTO_TEST_CASE(repeated_keys) {
  check_cases({
      {kHeader + "mode = monitor\nenabled = yes\nmode = enforce\n",
       "f:5: error: duplicate key 'mode' in [inbound x]; the first is on line 3\n"},
      {kHeader + "reply = x\nreply = y\n z\n",
       "f:4: error: duplicate key 'reply' in [inbound x]; the first is on line 3\n"},
      // An empty value is no line.
      {kHeader + "mode =\nmode = monitor\nmode =\nmode = enforce\n",
       "f:6: error: duplicate key 'mode' in [inbound x]; the first is on line 4\n"},
      {kHeader + "require-tls =\nrequire-tls = 1.2\n",
       "f:3: error: empty value for 'require-tls' in [inbound x]\n"},
      {kHeader + "require-certificate = verified\nrequire-certificate-name = a.example\n",
       "f:4: error: both 'require-certificate' and 'require-certificate-name' in [inbound x]; give "
       "one\n"},
      {"[defaults]\nrequire-certificate-name = a.example\nrequire-certificate = no\n",
       "f:3: error: both 'require-certificate' and 'require-certificate-name' in [defaults]; give "
       "one\n"},
  });
}

BOOST_AUTO_TEST_CASE(indented_lines) {
  const std::string indented =
      "an indented line continues the value above it; begin sections and keys in the first column";
  const std::string nothing =
      "an indented line continues the value directly above it, and there is none";
  check_cases({
      inbound("  mode = monitor", indented),
      inbound(" [inbound y]", indented),
  });
  BOOST_TEST(messages(kHeader + "; comment\n b.example\n") == "f:4: error: " + nothing + "\n");
  BOOST_TEST(messages(kHeader + "\n b.example\n") == "f:4: error: " + nothing + "\n");
}

BOOST_AUTO_TEST_CASE(references) {
  const std::string sections = "[certificate contoso-2025]\nname = a.example\n" + kHeader;
  check_cases({
      {sections + "require-certificate = contoso-2025, contoso-2026\n",
       "f:5: error: no section [certificate contoso-2026] for 'require-certificate' in [inbound "
       "x]; did you mean "
       "'contoso-2025'?\n"},
      {kHeader + "require-certificate = verifed\n",
       "f:3: error: no section [certificate verifed] for 'require-certificate' in [inbound x]; did "
       "you mean 'verified'?\n"},
      {kHeader + "foo = 1\nrequire-certificate = gone\n",
       "f:3: error: unknown key 'foo' in [inbound x]\n"
       "f:4: error: no section [certificate gone] for 'require-certificate' in [inbound x]\n"},
      // A mistake leaves open whether the section counts.
      {kHeader + "enabeld = no\nrequire-certificate = gone\n",
       "f:3: error: unknown key 'enabeld' in [inbound x]; did you mean 'enabled'?\n"},
      {kHeader + "require-certificate = yes\n",
       "f:3: error: no section [certificate yes] for 'require-certificate' in [inbound x]; did you "
       "mean 'verified'?\n"},
      {"[defaults]\nrequire-certificate = True\n",
       "f:2: error: no section [certificate True] for 'require-certificate' in [defaults]; did you "
       "mean 'verified'?\n"},
      {kHeader + "require-certificate = off\n",
       "f:3: error: no section [certificate off] for 'require-certificate' in [inbound x]\n"},
      {"[defaults]\nrequire-certificate =\n  gone\n",
       "f:3: error: no section [certificate gone] for 'require-certificate' in [defaults]\n"},
      bad("require-certificate", "dane", "'dane' is for [outbound]"),
      {sections + "require-certificate = contoso-2025, verified\n",
       "f:5: error: bad value 'verified' for 'require-certificate' in [inbound x]: expected to "
       "stand alone\n"},
      {sections + "require-certificate = none contoso-2025 no\n",
       "f:5: error: bad value 'none' for 'require-certificate' in [inbound x]: expected to stand "
       "alone\n"
       "f:5: error: bad value 'no' for 'require-certificate' in [inbound x]: expected to stand "
       "alone\n"},
  });
}

BOOST_AUTO_TEST_CASE(scopes) {
  const auto two = [](const std::string& first, const std::string& second,
                      const std::string& common) {
    const std::string place = std::to_string(std::count(first.begin(), first.end(), '\n') + 2);
    return Case{"[inbound a]\n" + first + "[inbound b]\n" + second,
                "f:" + place + ": error: [inbound b] and [inbound a] at f:1 have the same scope: " +
                    common + "\n"};
  };
  std::string many = "[inbound a]\nmatch-recipient =\n";
  for (int i = 0; i < 401; ++i) many += " r" + std::to_string(i) + ".example\n";
  many += "match-sender =\n";
  for (int i = 0; i < 250; ++i) many += " s" + std::to_string(i) + ".example\n";
  check_cases({
      two("match-sender = a.example\n", "match-sender = b.example, A.Example.\n",
          "match-sender a.example"),
      two("match-sender = *\n", "match-sender = *\nmode = monitor\n", "match-sender *"),
      two("match-sender = *.a.example\n", "match-sender = *.a.example\nmatch-sender-in = either\n",
          "match-sender *.a.example"),
      two("match-sender = a.example\nmatch-sender-in = header\n",
          "match-sender = a.example\nmatch-sender-in = either\n", "match-sender a.example"),
      two("match-client = 10.0.0.0/8\n", "match-client = 10.1.0.0/16 10.0.0.0/8\n",
          "match-client 10.0.0.0/8"),
      two("match-sender = <>\nmatch-client = ::/0\nmatch-client-name = *.x\nmatch-recipient = y, "
          "z\n",
          "match-sender = a, <>\nmatch-client = ::/0\nmatch-client-name = *.x\nmatch-recipient = "
          "z\n",
          "match-sender <>, match-client ::/0, match-client-name *.x, match-recipient z"),
      {many,
       "f:1: error: [inbound a] has more than 100000 combinations of its 'match-' values; divide "
       "it\n"},
      {kHeader + "match-sender-in = either\nmatch-recipient = b.example\non-violation = discard\n",
       "f:1: error: [inbound x] cannot discard: a From: is known only when 'match-recipient' no "
       "longer tells recipients "
       "apart; choose another 'on-violation'\n"},
      {"[defaults]\non-violation = discard\n" + kHeader +
           "match-sender-in = header\nmatch-recipient = b.example\n",
       "f:3: error: [inbound x] cannot discard: a From: is known only when 'match-recipient' no "
       "longer tells recipients "
       "apart; choose another 'on-violation'\n"},
  });
}

BOOST_AUTO_TEST_CASE(all_at_once) {
  check_cases(
      {{"[milter]\nmta = exim\nsokcet = x\n[inbound a]\nmode = x\n[inbound a]\nmatch-sender = "
        "b\xfc\n",
        "f:2: error: bad value 'exim' for 'mta' in [milter]: expected auto, postfix or sendmail\n"
        "f:3: error: unknown key 'sokcet' in [milter]; did you mean 'socket'?\n"
        "f:4: error: [inbound a] has no 'match-' key; 'match-sender = *' is mail from everybody\n"
        "f:5: error: bad value 'x' for 'mode' in [inbound a]: expected enforce or monitor\n"
        "f:6: error: duplicate section [inbound a]; the first is at f:4\n"
        "f:7: error: not UTF-8\n"}});
}

// A mistake does not hide another one.
BOOST_AUTO_TEST_CASE(beside_each_other) {
  const std::string same =
      "[inbound y] and [inbound x] at f:1 have the same scope: match-sender a.example\n";
  const std::string cannot_discard =
      "[inbound x] cannot discard: a From: is known only when 'match-recipient' no longer tells "
      "recipients apart; choose another 'on-violation'\n";
  const std::string discarding =
      kHeader + "match-sender-in = header\nmatch-recipient = b.example\non-violation = discard\n";
  const std::string demands_nothing =
      "f:1: error: [certificate c] demands nothing of a certificate; 'require-certificate = "
      "verified' takes any that is trusted\n";
  const std::string time =
      "expected a date or a time in UTC, as 2026-12-01 or 2026-12-01T08:00:00Z\n";
  check_cases({
      {kHeader + "[inbound y]\nmatch-sender = a.example\nenforce-from = soon\n",
       "f:3: error: " + same +
           "f:5: error: bad value 'soon' for 'enforce-from' in [inbound y]: " + time},
      {kHeader + "mode = monitor\n enabled = no\n[inbound y]\nmatch-sender = a.example\n# \xfc\n",
       "f:4: error: an indented line continues the value above it; begin sections and keys in the "
       "first column\n"
       "f:7: error: not UTF-8\n"},
      {kHeader + "# \xfc\n  # \xfc\n[inbound y] !\nmatch-sender = a.example\nmode : monitor\n",
       "f:3: error: not UTF-8\nf:4: error: not UTF-8\nf:5: error: text after ']'\n"
       "f:5: error: " +
           same + "f:7: error: ':' does not separate key and value; write 'key = value'\n"},
      {discarding + "foo = 1\n",
       "f:1: error: " + cannot_discard + "f:6: error: unknown key 'foo' in [inbound x]\n"},
      {"[certificate c]\nvalid-until = soon\n",
       demands_nothing +
           "f:2: error: bad value 'soon' for 'valid-until' in [certificate c]: " + time},
      {"[certificate c]\n# \xfc\n", demands_nothing + "f:2: error: not UTF-8\n"},
      {"[inbound x]\nmatch-sender-in : header\nrequire-tls : 1.3\n",
       "f:1: error: [inbound x] has no 'match-' key; 'match-sender = *' is mail from everybody\n"
       "f:2: error: ':' does not separate key and value; write 'key = value'\n"
       "f:3: error: ':' does not separate key and value; write 'key = value'\n"},
      {"[inbound x]\nsender = a.example\n",
       "f:1: error: [inbound x] has no 'match-' key; 'match-sender = *' is mail from everybody\n"
       "f:2: error: unknown key 'sender' in [inbound x]\n"},
  });
}

// Nor does it bring a second message that would go with it.
BOOST_AUTO_TEST_CASE(one_line_a_mistake) {
  const std::string hash =
      "'#' after white space in a value; a comment after a value begins with ' ;'";
  const struct {
    std::string line;
    std::string message;
  } scopes[] = {
      {"match-sendr = a.example",
       "unknown key 'match-sendr' in [inbound x]; did you mean 'match-sender'?"},
      {"Match-Sender = a.example",
       "unknown key 'Match-Sender' in [inbound x]; did you mean 'match-sender'?"},
      {"macth-sender = a.example",
       "unknown key 'macth-sender' in [inbound x]; did you mean 'match-sender'?"},
      {"match-domain = a.example", "unknown key 'match-domain' in [inbound x]"},
      {"match-sender: a.example", "':' does not separate key and value; write 'key = value'"},
      {"MATCH-SENDR: a.example", "':' does not separate key and value; write 'key = value'"},
      {"match-sender a.example", "expected 'key = value'"},
      {"match-sender = a.example # partner", hash},
      {std::string("match-sender = a\0", 17), "NUL byte"},
      {"match-sender = \xfc.example", "not UTF-8"},
      {"match-sender = " + std::string(190, 'a'),
       "line longer than 198 bytes; a value goes on in indented lines"},
      {"  match-sender = a.example",
       "an indented line continues the value above it; begin sections and keys in the first "
       "column"},
  };
  for (const auto& [line, message] : scopes)
    check_cases({{"[inbound x]\n" + line + "\n[inbound y]\nmatch-sender = a.example\n",
                  "f:2: error: " + message + "\n"}});
  check_cases({
      {"[inbound x]\nmatch-sender =\n  a.example # partner\n", "f:3: error: " + hash + "\n"},
      {kHeader + "[inbound y]\nmatch-sender = a.example\n  b.example # partner\n",
       "f:5: error: " + hash + "\n"},
      {kHeader + "[inbound y]\nmatch-sender = a.example\nmatch-sender = b.example\n",
       "f:5: error: duplicate key 'match-sender' in [inbound y]; the first is on line 4\n"},
      {kHeader + "[inbound y]\nmatch-sender = a.example\nmatch-sender-in = headers\n",
       "f:5: error: bad value 'headers' for 'match-sender-in' in [inbound y]: expected envelope, "
       "header or either; did you mean 'header'?\n"},
      {kHeader + "[inbound X]\nmatch-sender = a.example\n",
       "f:3: error: duplicate section [inbound X]; the first is at f:1\n"},
      {kHeader + "[inbound y]\nmatch-sender = a.example\nenabled = never\n",
       "f:5: error: bad value 'never' for 'enabled' in [inbound y]: expected yes, no, true, false, "
       "on or off\n"},
      {"[defaults]\non-violation = discard\n" + kHeader +
           "match-sender-in = header\nmatch-recipient = b.example\non-violation = drop\n",
       "f:7: error: bad value 'drop' for 'on-violation' in [inbound x]: expected reject, defer, "
       "quarantine, tag or discard\n"},
      {"[certificate c]\nsha256 = 12:34\n",
       "f:2: error: bad value '12:34' for 'sha256' in [certificate c]: expected 64 hexadecimal "
       "digits (SHA-256)\n"},
      {"[certificate c]\nnmae = a.example\n",
       "f:2: error: unknown key 'nmae' in [certificate c]; did you mean 'name'?\n"},
      {"[certificate c]\nsubject : a.example\n",
       "f:2: error: ':' does not separate key and value; write 'key = value'\n"},
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
