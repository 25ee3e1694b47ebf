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
  for (const std::string section : {"postfix-evidence", "outbound-map", "control", "metrics",
                                    "audit", "trust", "outbound contoso"})
    check_cases({{"[" + section + "]\nsocket = unix:/x\nno-key = 1\n",
                  "f:1: error: [" + section + "] is not supported by this version\n"}});
  for (const std::string key : {"root", "sha256", "key-sha256", "file"})
    check_cases(
        {certificate(key + " = x\n y",
                     "key '" + key + "' in [certificate c] is not supported by this version"),
         {"[certificate c]\n" + key + " =\n",
          "f:2: error: key '" + key + "' in [certificate c] is not supported by this version\n"}});
  check_cases({bad("require-certificate", "dane",
                   "'dane' is for [outbound], which is not supported by this version")});
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
      {kHeader + "reply =\nreply = x\n",
       "f:4: error: duplicate key 'reply' in [inbound x]; the first is on line 3\n"},
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
      {kHeader + "enabled = no\nrequire-certificate = gone\n",
       "f:4: error: no section [certificate gone] for 'require-certificate' in [inbound x]\n"},
      {"[defaults]\nrequire-certificate =\n  gone\n",
       "f:3: error: no section [certificate gone] for 'require-certificate' in [defaults]\n"},
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
        "f:6: error: [inbound a] has no 'match-' key; 'match-sender = *' is mail from everybody\n"
        "f:7: error: not UTF-8\n"}});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
