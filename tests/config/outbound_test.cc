// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// [outbound] and [outbound-map]: what sound ones mean, and each mistake with its whole message.
#include "config/outbound.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "config/folder.h"
#include "config/mistakes.h"
#include "config/time_text.h"
#include "core/tls_policy.h"
#include "wire/next_hop.h"
#include "x509/pki.h"

namespace forcetls {
namespace {

const std::string kOther = "[outbound y]\nmatch-recipient = b.example\n";

std::string pin(char digit) { return std::string(64, digit); }
/// The same as Postfix is told it.
std::string told_pin(char digit) {
  std::string text(2, digit);
  for (int i = 1; i < 32; ++i) text.append(":").append(2, digit);
  return text;
}

const OutboundConnector& outbound_of(const Config& config, std::string_view name) {
  for (const auto& connector : config.policy.outbound().connectors())
    if (connector.name == name) return connector;
  throw std::runtime_error("no connector " + std::string(name));
}

std::string policy_of(const Config& config, std::string_view name, Time time = kNow) {
  return format_tls_policy(outbound_of(config, name).terms, time, PostfixVersion{})
      .value_or("none");
}

/// Of [outbound x] with these lines, and whatever stands behind them.
std::string policy_of(const std::string& lines) {
  return policy_of(*config_of(kOutboundHeader + lines), "x");
}

BOOST_AUTO_TEST_SUITE(config_outbound)

BOOST_AUTO_TEST_CASE(keys) {
  const auto config = config_of(
      "[outbound Full]\n"
      "description = M\xc3\xbcller & S\xc3\xb6hne,\n  contract 4711\n"
      "mode = monitor\n"
      "enforce-from = 2026-12-01\n"
      "suspend-until = 2026-12-01\n"
      "match-recipient = Contoso.COM., *.B\xc3\xbc"
      "cher.example\n  *\n"
      "smart-host = [MX.Contoso.com]:25\n"
      "server-name = MX.Contoso.com\n"
      "[outbound Least]\nmatch-recipient = a.example\n"
      "[outbound host]\nsmart-host = relay.example\n");
  const auto& connector = outbound_of(*config, "Full");
  BOOST_TEST(connector.particulars.description == "M\xc3\xbcller & S\xc3\xb6hne, contract 4711");
  BOOST_TEST((connector.mode == Mode::Monitor));
  BOOST_TEST(format_time(connector.particulars.enforce_from.value()) == "2026-12-01T00:00:00Z");
  BOOST_TEST(format_time(connector.particulars.suspend_until.value()) == "2026-12-02T00:00:00Z");
  BOOST_TEST(format(connector.match_recipient) == "contoso.com *.xn--bcher-kva.example * ");
  BOOST_TEST(connector.smart_host == "[mx.contoso.com]:25");
  BOOST_TEST(connector.terms.server_name == "mx.contoso.com");
  BOOST_TEST(connector.where.line == 1U);
  const auto& least = outbound_of(*config, "Least");
  BOOST_TEST((least.mode == Mode::Enforce));
  BOOST_TEST((least.particulars == Particulars{}));
  BOOST_TEST(least.smart_host == "");
  BOOST_TEST(outbound_of(*config, "host").match_recipient.empty());
  BOOST_TEST(config->policy.outbound().find(parse_next_hop("Relay.example"), kNow).connector ==
             &outbound_of(*config, "host"));
}

BOOST_AUTO_TEST_CASE(policies) {
  const std::string tls = " protocols=>=TLSv1.2";
  const std::pair<const char*, std::string> cases[] = {
      {"", "encrypt" + tls},
      {"require-tls = yes\n", "encrypt"},
      {"require-tls = On\n", "encrypt"},
      {"require-tls = 1.0\n", "encrypt protocols=>=TLSv1"},
      {"require-tls = 1.1\n", "encrypt protocols=>=TLSv1.1"},
      {"require-tls = 1.3\n", "encrypt protocols=>=TLSv1.3"},
      {"require-certificate = no\n", "encrypt" + tls},
      {"require-certificate = None\n", "encrypt" + tls},
      {"require-certificate = Verified\n", "secure match=nexthop:dot-nexthop" + tls},
      {"require-certificate = DANE\n", "dane-only" + tls},
      {"require-certificate = verified\nrequire-certificate-name = *.Mail.Contoso.com., "
       "mx.example\n",
       "secure match=mail.contoso.com:.mail.contoso.com:mx.example" + tls},
      {"require-certificate-name = none\n", "encrypt" + tls},
      {"require-certificate = verified\nrequire-certificate-name = no\n",
       "secure match=nexthop:dot-nexthop" + tls},
      {"deny-ciphers = none\n", "encrypt" + tls},
      {"deny-ciphers =\nsmart-host =\nserver-name =\nmode =\nenabled =\n", "encrypt" + tls},
      {"deny-ciphers = RC4-MD5\n", "encrypt" + tls + " exclude=RC4-MD5"},
      // Once each, in one order, whatever the globs.
      {"deny-ciphers = rc4-sha, TLS_RSA_WITH_RC4_128_*, NULL-MD5\n",
       "encrypt" + tls + " exclude=NULL-MD5:RC4-MD5:RC4-SHA"},
      {"server-name = mx.contoso.com\n", "encrypt" + tls + " servername=mx.contoso.com"},
  };
  for (const auto& [lines, expected] : cases) BOOST_TEST_CONTEXT(lines) {
      BOOST_TEST(policy_of(lines) == expected);
    }
}

BOOST_AUTO_TEST_CASE(policies_of_rules) {
  const std::string tls = " protocols=>=TLSv1.2";
  const std::string use = "require-certificate = c\n[certificate c]\n";
  const std::string two = "require-certificate = c, D\n[certificate c]\n";
  const std::pair<std::string, std::string> cases[] = {
      {use + "name = *.contoso.com\n", "secure match=contoso.com:.contoso.com" + tls},
      {use + "sha256 = " + pin('a') + "\n", "fingerprint match=" + told_pin('A') + tls},
      {use + "key-sha256 = " + pin('b') + "\nname = c.example\n",
       "fingerprint match=" + told_pin('B') + tls},
      {two + "name = c.example\n[certificate d]\nname = d.example\n",
       "secure match=c.example:d.example" + tls},
      {two + "sha256 = " + pin('1') + "\n[certificate d]\nkey-sha256 = " + pin('2') + "\n",
       "fingerprint match=" + told_pin('1') + "|" + told_pin('2') + tls},
      {two + "name = c.example\nvalid-until = 2026-08-31\n[certificate d]\nname = d.example\n",
       "secure match=d.example" + tls},
      {use + "name = c.example\nvalid-from = 2026-09-02\n", "none"},
      {"require-certificate = c, C c\n[certificate C]\nname = c.example\n",
       "secure match=c.example" + tls},
      // To a pin these words are nothing.
      {use + "name = hostname\nsha256 = " + pin('a') + "\n",
       "fingerprint match=" + told_pin('A') + tls},
  };
  for (const auto& [lines, expected] : cases) BOOST_TEST_CONTEXT(lines) {
      BOOST_TEST(policy_of(lines) == expected);
    }
}

BOOST_AUTO_TEST_CASE(sections) {
  const std::string nothing =
      " has no 'match-recipient'; 'match-recipient = *' is mail to everybody\n";
  check_cases({
      {"[outbound]\nmatch-recipient = a.example\n",
       "f:1: error: [outbound] needs a name: write [outbound NAME]\n"},
      {"[outbund x]\nk = v\n",
       "f:1: error: unknown section [outbund x]; did you mean [outbound x]?\n"},
      {"[outbound-map x]\n", "f:1: error: [outbound-map x] takes no name: write [outbound-map]\n"},
      {"[outbound Verified]\nmatch-recipient = a.example\n",
       "f:1: error: the name in [outbound Verified] is taken: 'verified' has a meaning of its "
       "own\n"},
      {kOutboundHeader + "[outbound X]\nmatch-recipient = b.example\n",
       "f:3: error: duplicate section [outbound X]; the first is at f:1\n"},
      // A second message would follow from the first mistake.
      {kOutboundHeader + "[outbound X]\nmatch-recipient = a.example\n",
       "f:3: error: duplicate section [outbound X]; the first is at f:1\n"},
      {kOutboundHeader + "enabled = no\n[outbound x]\nmatch-recipient = b.example\n",
       "f:4: error: duplicate section [outbound x]; the first is at f:1\n"},
      {"[outbound x]\n", "f:1: error: [outbound x]" + nothing},
      {"[outbound x]\nsmart-host =\n", "f:1: error: [outbound x]" + nothing},
      {"[outbound x]\nmode = monitor\nfoo = 1\n",
       "f:1: error: [outbound x]" + nothing + "f:3: error: unknown key 'foo' in [outbound x]\n"},
      {"[inbound x]\nsmart-host = [mx]\n",
       "f:1: error: [inbound x] has no 'match-' key; 'match-sender = *' is mail from everybody\n"
       "f:2: error: unknown key 'smart-host' in [inbound x]; it is a key of [outbound]\n"},
  });
  // An inbound connector may have the name of an outbound one, and mail of its own.
  check_warnings({{kHeader + kOutboundHeader, ""}});
}

BOOST_AUTO_TEST_CASE(keys_of_other_sections) {
  const auto unknown = [](const std::string& key, const std::string& where) {
    return outbound(key + " = 1", "unknown key '" + key + "' in [outbound x]" + where);
  };
  check_cases({
      unknown("require-client", "; it is a key of [defaults] and [inbound]"),
      unknown("require-cipher-bits", "; it is a key of [defaults] and [inbound]"),
      unknown("require-forward-secrecy", "; it is a key of [defaults] and [inbound]"),
      unknown("on-violation", "; it is a key of [defaults] and [inbound]"),
      unknown("match-sender", "; it is a key of [inbound]"),
      unknown("reply", "; it is a key of [inbound]"),
      unknown("name", "; it is a key of [certificate]"),
      unknown("socket", "; it is a key of [milter], [postfix-evidence] and [outbound-map]"),
      unknown("smarthost", "; did you mean 'smart-host'?"),
      unknown("match-recipients", "; did you mean 'match-recipient'?"),
      {"[defaults]\nmatch-recipient = a.example\nsmart-host = x\n",
       "f:2: error: unknown key 'match-recipient' in [defaults]; it is a key of [inbound] and "
       "[outbound]\n"
       "f:3: error: unknown key 'smart-host' in [defaults]; it is a key of [outbound]\n"},
      // As in [inbound], and whatever was meant is not missed a second time.
      {"[outbound x]\nmatch-sender = a.example\n",
       "f:2: error: unknown key 'match-sender' in [outbound x]; it is a key of [inbound]\n"},
      {"[outbound x]\nmatch-recipent = a.example\n",
       "f:2: error: unknown key 'match-recipent' in [outbound x]; did you mean "
       "'match-recipient'?\n"},
      {"[outbound x]\nsmarthost = [mx]\n",
       "f:2: error: unknown key 'smarthost' in [outbound x]; did you mean 'smart-host'?\n"},
      {"[outbound x]\nmatch-recipient: a.example\n",
       "f:2: error: ':' does not separate key and value; write 'key = value'\n"},
      {kOutboundHeader + "mode = monitor\nmode = enforce\n",
       "f:4: error: duplicate key 'mode' in [outbound x]; the first is on line 3\n"},
  });
}

BOOST_AUTO_TEST_CASE(bad_values) {
  const std::string versions = "expected yes, 1.0, 1.1, 1.2 or 1.3";
  const std::string host = "expected [HOST], [HOST]:PORT, DOMAIN or DOMAIN:PORT";
  const std::string name = "expected a host name with its domain";
  const std::string globs = "expected names of cipher suites, in which '*' and '?' are wildcards";
  const auto smart_host = [&](const std::string& value, const std::string& hint = "") {
    return bad_outbound("smart-host", value, host + hint);
  };
  check_cases({
      bad_outbound("require-tls", "no", versions),
      bad_outbound("require-tls", "1.4", versions),
      bad_outbound("require-tls", "TLSv1.2", versions),
      outbound("require-tls =", "empty value for 'require-tls' in [outbound x]"),
      outbound("require-certificate =", "empty value for 'require-certificate' in [outbound x]"),
      bad_outbound("mode", "monitr", "expected enforce or monitor; did you mean 'monitor'?"),
      smart_host("192.0.2.1", "; did you mean '[192.0.2.1]'?"),
      smart_host("192.0.2.1:587", "; did you mean '[192.0.2.1]:587'?"),
      smart_host("2001:db8::1", "; did you mean '[2001:db8::1]'?"),
      smart_host("smtp:[mx.contoso.com]:25", "; did you mean '[mx.contoso.com]:25'?"),
      smart_host("relay:mx.contoso.com", "; did you mean 'mx.contoso.com'?"),
      smart_host("SMTP:192.0.2.1"),
      smart_host("lmtp:mx.contoso.com"),
      smart_host("[mx.contoso.com]:0"),
      smart_host("[mx.contoso.com]25"),
      smart_host("[mx.contoso.com"),
      smart_host("*.contoso.com"),
      smart_host(".contoso.com"),
      smart_host("/run/lmtp"),
      smart_host("user@contoso.com"),
      outbound("smart-host = [a.example], [b.example]",
               "bad value '[b.example]' for 'smart-host' in [outbound x]: expected one value only"),
      bad_outbound("server-name", "*.contoso.com", name),
      bad_outbound("server-name", "192.0.2.1", name),
      bad_outbound("server-name", "mx-.contoso.com", name),
      bad_outbound("server-name", "hostname", name),
      bad_outbound("server-name", "nexthop", name),
      {"[outbound x]\nmatch-recipient = @contoso.com\n",
       "f:2: error: bad value '@contoso.com' for 'match-recipient' in [outbound x]: expected a "
       "domain, *.DOMAIN or *; did you mean 'contoso.com'?\n"},
      {"[outbound x]\nmatch-recipient = .contoso.com, <>\n",
       "f:2: error: bad value '.contoso.com' for 'match-recipient' in [outbound x]: expected a "
       "domain, *.DOMAIN or *; did you mean '*.contoso.com'?\n"
       "f:2: error: bad value '<>' for 'match-recipient' in [outbound x]: expected a domain, "
       "*.DOMAIN or *\n"},
      {"[outbound x]\nmatch-recipient =\n",
       "f:2: error: empty value for 'match-recipient' in [outbound x]\n"},
      bad_outbound("deny-ciphers", "!aNULL:!RC4", globs),
      outbound("deny-ciphers = *RC4*, !MD5",
               "bad value '!MD5' for 'deny-ciphers' in [outbound x]: " + globs),
      outbound("deny-ciphers = *RC4* none",
               "'none' in 'deny-ciphers' of [outbound x] is the name of no known cipher suite: "
               "Postfix cannot exclude it"),
      {kOutboundHeader + "require-certificate = verified\nrequire-certificate-name = *\n",
       "f:4: error: bad value '*' for 'require-certificate-name' in [outbound x]: expected a "
       "domain or *.DOMAIN\n"},
  });
}

BOOST_AUTO_TEST_CASE(ciphers) {
  const auto in = [](const std::string& glob) {
    return "'" + glob + "' in 'deny-ciphers' of [outbound x]";
  };
  const auto glob = [&](const std::string& text, const std::string& message) {
    return outbound("deny-ciphers = " + text, in(text) + message);
  };
  const std::string unknown = " is the name of no known cipher suite";
  const std::string newest = " means cipher suites of TLS 1.3 only, which Postfix cannot exclude";
  const std::string none =
      " leaves no cipher suite up to TLS 1.2, and without any Postfix speaks no TLS at all; give "
      "'require-tls = 1.3' instead\n";
  const auto too = [](const std::string& suite) {
    return " means " + suite + " too: Postfix cannot exclude cipher suites of TLS 1.3\n";
  };
  check_cases({
      glob("TLS_AES_128_GCM_SHA256", newest),
      glob("TLS_CHACHA20*", newest),
      glob("RC5*", unknown + ": Postfix cannot exclude it"),
      glob("aNULL", unknown + ": Postfix cannot exclude it"),
      // As one writes them for OpenSSL.
      glob("RC4", unknown + "; did you mean '*RC4*'?"),
      glob("3des", unknown + "; did you mean '*3des*'?"),
      {kOutboundHeader + "deny-ciphers = MD5, TLS_AES_*\n  RC5\n",
       "f:3: error: " + in("MD5") + unknown + "; did you mean '*MD5*'?\n" +
           "f:3: error: " + in("TLS_AES_*") + newest + "\n" + "f:4: error: " + in("RC5") + unknown +
           ": Postfix cannot exclude it\n"},
      // Two connectors with the same one.
      {kOutboundHeader + "deny-ciphers = RC5\n" + kOther + "deny-ciphers = RC5\n",
       "f:3: error: " + in("RC5") + unknown + ": Postfix cannot exclude it\n" +
           "f:6: error: 'RC5' in 'deny-ciphers' of [outbound y]" + unknown +
           ": Postfix cannot exclude it\n"},
      {kOutboundHeader + "require-tls = 1.3\ndeny-ciphers =\n  *\n",
       "f:5: warning: " + in("*") + too("TLS_AES_128_CCM_8_SHA256") +
           "f:5: error: 'deny-ciphers' in [outbound x]" + none},
      // But for those that encrypt nothing.
      {kOutboundHeader + "deny-ciphers = *GOST*, *-SHA, *-SHA256, *-SHA384\n"
                         "  *-MD5, *-CCM*, *-POLY1305*\n",
       "f:3: error: 'deny-ciphers' in [outbound x]" + none},
      {kOutboundHeader + "require-certificate = verified\ndeny-ciphers = *RSA*, *EC*, *SRP*, *PSK*\n"
                         "  *DSS*, *GOST*, *KRB5*, *DH-*, AES*, CAMELLIA*, ARIA*, SEED*, IDEA*, RC4*\n",
       "f:4: error: 'deny-ciphers' in [outbound x]" + none},
  });
  check_warnings({
      {kOutboundHeader + "deny-ciphers = *RC4*, *CHACHA20*\n",
       "f:3: warning: " + in("*CHACHA20*") + too("TLS_CHACHA20_POLY1305_SHA256")},
      {kOutboundHeader + "deny-ciphers = *CBC*, *-SHA\n", ""},
      {"[outbound x]\nmatch-recipient = a.example\nenabled = no\ndeny-ciphers = RC5\n" + kOther,
       ""},
  });
}

BOOST_AUTO_TEST_CASE(certificates) {
  const std::string sections = "[certificate c]\nname = c.example\n" + kOutboundHeader;
  const std::string alone = "expected to stand alone";
  const auto missing = [](const std::string& word, const std::string& hint) {
    return outbound(
        "require-certificate = " + word,
        "no section [certificate " + word + "] for 'require-certificate' in [outbound x]" + hint);
  };
  const std::string goes_with =
      "'require-certificate-name' in [outbound x] goes with 'require-certificate = verified' only";
  check_cases({
      missing("gone", ""),
      missing("yes", "; did you mean 'verified'?"),
      missing("verifed", "; did you mean 'verified'?"),
      // Postfix's own words.
      missing("Secure", "; did you mean 'verified'?"),
      missing("verify", "; did you mean 'verified'?"),
      missing("encrypt", "; did you mean 'no'?"),
      missing("dane-only", "; did you mean 'dane'?"),
      {kOutboundHeader + "require-certificate = gone GONE\n",
       "f:3: error: no section [certificate gone] for 'require-certificate' in [outbound x]\n"},
      {sections + "require-certificate = c verified\n",
       "f:5: error: bad value 'verified' for 'require-certificate' in [outbound x]: " + alone +
           "\n"},
      {sections + "require-certificate = dane, c\n",
       "f:5: error: bad value 'dane' for 'require-certificate' in [outbound x]: " + alone + "\n"},
      {sections + "require-certificate = c none\n",
       "f:5: error: bad value 'none' for 'require-certificate' in [outbound x]: " + alone + "\n"},
      // The short form of [inbound].
      outbound("require-certificate-name = mail.contoso.com", goes_with),
      {kOutboundHeader + "require-certificate = no\nrequire-certificate-name = mail.contoso.com\n",
       "f:4: error: " + goes_with + "\n"},
      {kOutboundHeader +
           "require-certificate-name = mail.contoso.com\nrequire-certificate = dane\n",
       "f:3: error: " + goes_with + "\n"},
      {sections + "require-certificate = c\nrequire-certificate-name = mail.contoso.com\n",
       "f:6: error: " + goes_with + "\n"},
      // A mistake leaves open what it goes with.
      {kOutboundHeader + "require-certificate = verifed\nrequire-certificate-name = a.example\n",
       "f:3: error: no section [certificate verifed] for 'require-certificate' in [outbound x]; "
       "did you mean 'verified'?\n"},
      {kOutboundHeader + "requier-certificate = verified\nrequire-certificate-name = a.example\n",
       "f:3: error: unknown key 'requier-certificate' in [outbound x]; did you mean "
       "'require-certificate'?\n"},
      {kOutboundHeader + "require-certificate: verified\nrequire-certificate-name = a.example\n",
       "f:3: error: ':' does not separate key and value; write 'key = value'\n"},
      {sections + "require-certificate = verified c\nrequire-certificate-name = a.example\n",
       "f:5: error: bad value 'verified' for 'require-certificate' in [outbound x]: " + alone +
           "\n"},
      {kOutboundHeader + "require-tls = 1.4\nrequire-certificate-name = a.example\n",
       "f:3: error: bad value '1.4' for 'require-tls' in [outbound x]: expected yes, 1.0, 1.1, 1.2 "
       "or 1.3\n"
       "f:4: error: " +
           goes_with + "\n"},
  });
}

// `hostname` would take any name that an unsigned DNS gives (postconf(5)).
BOOST_AUTO_TEST_CASE(names_that_are_words_of_postfix) {
  for (const std::string word : {"hostname", "nexthop", "dot-nexthop", "*.hostname"}) {
    check_cases({
        {kOutboundHeader +
             "require-certificate = verified\nrequire-certificate-name = mx.example, " + word +
             "\n",
         "f:4: error: bad value '" + word +
             "' for 'require-certificate-name' in [outbound x]: it is no name to Postfix\n"},
        {kOutboundHeader + "require-certificate = c\n[certificate c]\nname = mx.example " + word +
             "\n",
         "f:3: error: [outbound x] cannot demand [certificate c]: its name '" + word +
             "' is no name to Postfix\n"},
    });
  }
  BOOST_TEST(policy_of("require-certificate = verified\nrequire-certificate-name = "
                       "hostname.example\n") ==
             "secure match=hostname.example protocols=>=TLSv1.2");
}

BOOST_AUTO_TEST_CASE(what_postfix_cannot_enforce) {
  const std::string use =
      kOutboundHeader + "require-certificate = c\n[certificate c]\nname = c.example\n";
  const auto cannot = [&](const std::string& lines, const std::string& keys) {
    return Case{use + lines,
                "f:3: error: [outbound x] cannot demand [certificate c]: Postfix cannot enforce " +
                    keys + "\n"};
  };
  check_cases({
      cannot("organization = Contoso Ltd\n", "'organization'"),
      cannot("organizational-unit = IT\n", "'organizational-unit'"),
      cannot("issuer = CA 1\n", "'issuer'"),
      cannot("issuer-organization = DigiCert, Inc.\n", "'issuer-organization'"),
      cannot("min-key-bits = 2048\n", "'min-key-bits'"),
      cannot("issuer = CA 1\nmin-key-bits = 2048\n", "'issuer' and 'min-key-bits'"),
      cannot("min-key-bits = 2048\norganization = A\nissuer = CA 1\nissuer-organization = I\n"
             "organizational-unit = U\n",
             "'organization', 'organizational-unit', 'issuer', 'issuer-organization' and "
             "'min-key-bits'"),
      cannot("sha256 = " + pin('a') + "\nmin-key-bits = 2048\n", "'min-key-bits'"),
      // Each that asks for it has a line to change.
      {use + "issuer = CA 1\n" + kOther + "require-certificate = c\n",
       "f:3: error: [outbound x] cannot demand [certificate c]: Postfix cannot enforce 'issuer'\n"
       "f:9: error: [outbound y] cannot demand [certificate c]: Postfix cannot enforce "
       "'issuer'\n"},
  });
  // The same section may serve [inbound], and a connector that is not there asks for nothing.
  const std::string unbound =
      "f:4: warning: [certificate c] binds no CA: any CA that the MTA trusts may issue such a "
      "certificate\n";
  check_warnings({
      {"[inbound x]\nmatch-sender = a.example\nrequire-certificate = c\n[certificate c]\nissuer = "
       "CA 1\n" +
           kOutboundHeader + "require-certificate = c\nenabled = no\n",
       unbound},
  });
}

BOOST_AUTO_TEST_CASE(rules_that_cannot_stand_together) {
  const std::string sections =
      "[certificate names]\nname = c.example\n[certificate pins]\nsha256 = " + pin('a') + "\n" +
      kOutboundHeader;
  const std::string message = " together: one has pins and one has none\n";
  check_cases({
      {sections + "require-certificate = names, pins\n",
       "f:7: error: [outbound x] cannot demand [certificate names] and [certificate pins]" +
           message},
      {sections + "require-certificate = pins\n  names\n",
       "f:8: error: [outbound x] cannot demand [certificate pins] and [certificate names]" +
           message},
      // Dates do not help: the two could never be told from each other in the file.
      {"[certificate old]\nname = c.example\nvalid-until = 2026-09-30\n[certificate new]\nsha256 "
       "= " +
           pin('a') + "\nvalid-from = 2026-10-01\n" + kOutboundHeader +
           "require-certificate = old new\n",
       "f:9: error: [outbound x] cannot demand [certificate old] and [certificate new]" + message},
  });
}

/// Two roots, of which one was issued again under its name.
struct Anchors {
  pki::Made one = pki::make({.cns = {"Root One"}, .ca = true});
  pki::Made again = pki::make({.cns = {"Root One"}, .ca = true});
  pki::Made two = pki::make({.cns = {"Root Two"}, .ca = true});

  static std::string file_of(const pki::Made& made) {
    return format_digest_plain(made.certificate()->sha256) + ".pem";
  }
  static std::string sorted(const std::string& directory, std::vector<std::string> files) {
    std::sort(files.begin(), files.end());
    std::string text;
    for (const auto& file : files) text += " tafile=" + directory + file;
    return text;
  }
};

std::string anchors_of(const Config& config) {
  std::string text;
  for (const auto& [path, anchor] : config.anchor_files)
    text += path + " is " + anchor->subject + "\n";
  return text;
}

BOOST_AUTO_TEST_CASE(roots) {
  const Folder folder;
  const Anchors anchors;
  folder.write("ca.pem", anchors.one.pem() + anchors.two.pem() + anchors.again.pem());
  const std::string trust = "[trust]\nca-file = ca.pem\n";
  const auto load = [&](const std::string& lines) {
    folder.write("f", trust + kOutboundHeader + lines);
    const auto result = folder.load("f");
    BOOST_TEST_CONTEXT(lines) { BOOST_REQUIRE_MESSAGE(result.config, format_all(result)); }
    return result.config;
  };
  const std::string tls = " protocols=>=TLSv1.2";
  const std::string use = "require-certificate = c\n[certificate c]\n";
  const std::string directory = "/var/lib/forcetls/anchors/";

  const auto config = load(use + "root = root  TWO\nname = c.example\n");
  const auto two = directory + Anchors::file_of(anchors.two);
  BOOST_TEST(policy_of(*config, "x") == "secure match=c.example tafile=" + two + tls);
  BOOST_TEST(anchors_of(*config) == two + " is CN=Root Two\n");

  // Nobody can tell from outside which of the two a partner's chain ends with.
  BOOST_TEST(policy_of(*load(use + "root = Root One\n"), "x") ==
             "secure match=nexthop:dot-nexthop" +
                 Anchors::sorted(directory,
                                 {Anchors::file_of(anchors.one), Anchors::file_of(anchors.again)}) +
                 tls);

  // One line a root: commas are part of it.
  BOOST_TEST(load(use + "root = Root One\n  Root Two\n")->anchor_files.size() == 3U);

  // Neither a pin's root nor an inbound connector's is for Postfix.
  BOOST_TEST(anchors_of(*load(use + "root = Root Two\nsha256 = " + pin('a') + "\n")) == "");
  BOOST_TEST(anchors_of(*load("[inbound x]\nmatch-sender = *\nrequire-certificate = c\n"
                              "[certificate c]\nroot = Root Two\n")) == "");
  BOOST_TEST(anchors_of(*load("enabled = no\n" + use + "root = Root Two\n")) == "");
}

BOOST_AUTO_TEST_CASE(where_the_anchors_are) {
  const Folder folder;
  const Anchors anchors;
  folder.write("ca.pem", anchors.two.pem());
  const std::string file = Anchors::file_of(anchors.two);
  struct Case {
    std::string lines;
    std::string path;
    std::string told;
  };
  const Case cases[] = {
      {"", "/var/lib/forcetls/anchors/", "/var/lib/forcetls/anchors/"},
      {"[outbound-map]\n", "/var/lib/forcetls/anchors/", "/var/lib/forcetls/anchors/"},
      {"[milter]\nstate-directory = /srv/f/\n", "/srv/f/anchors/", "/srv/f/anchors/"},
      {"[milter]\nstate-directory = /srv/f\n[outbound-map]\nanchor-directory = /srv/a\n", "/srv/a/",
       "/srv/a/"},
      // Relative to the folder that Debian's smtp(8) runs in.
      {"[outbound-map]\nanchor-directory = /var/spool/postfix/forcetls/anchors\n",
       "/var/spool/postfix/forcetls/anchors/", "forcetls/anchors/"},
      {"[outbound-map]\nanchor-directory = /var/spool/postfix//forcetls/./a/\n",
       "/var/spool/postfix/forcetls/a/", "forcetls/a/"},
      {"[outbound-map]\nanchor-directory = /var/spool/postfix\n", "/var/spool/postfix/", ""},
      {"[outbound-map]\nanchor-directory = /var/spool/postfix/../x\n", "/var/spool/x/",
       "/var/spool/x/"},
      {"[outbound-map]\nanchor-directory = /var/spool/postfix-out\n", "/var/spool/postfix-out/",
       "/var/spool/postfix-out/"},
      {"[outbound-map]\nanchor-directory = /\n", "/", "/"},
  };
  for (const auto& [lines, path, told] : cases) BOOST_TEST_CONTEXT(lines) {
      folder.write("f", lines + "[trust]\nca-file = ca.pem\n" + kOutboundHeader +
                            "require-certificate = c\n[certificate c]\nroot = Root Two\n");
      const auto result = folder.load("f");
      BOOST_REQUIRE_MESSAGE(result.config, format_all(result));
      BOOST_TEST(anchors_of(*result.config) == path + file + " is CN=Root Two\n");
      BOOST_TEST(policy_of(*result.config, "x") ==
                 "secure match=nexthop:dot-nexthop tafile=" + told + file + " protocols=>=TLSv1.2");
    }
}

BOOST_AUTO_TEST_CASE(roots_that_are_not_there) {
  const Folder folder;
  const Anchors anchors;
  folder.write("ca.pem", anchors.one.pem() + anchors.two.pem());
  folder.write("none.pem", "");
  const std::string trust = "[trust]\nca-file = ca.pem\n";
  const std::string use = kOutboundHeader + "require-certificate = c\n[certificate c]\n";
  const auto messages = [&](const std::string& text) {
    folder.write("f", text);
    return folder.messages("f");
  };
  const std::string cannot = "error: [outbound x] cannot demand [certificate c]: ";
  BOOST_TEST(messages(trust + use + "root = Rot One\n  Root Three\n") ==
             "~/f:5: " + cannot +
                 "'ca-file' in [trust] has no root 'Rot One'; did you mean 'Root One'?\n"
                 "~/f:5: " +
                 cannot + "'ca-file' in [trust] has no root 'Root Three'\n");
  BOOST_TEST(messages(trust + use + "root = Gone\nissuer = I\n") ==
             "~/f:5: " + cannot + "Postfix cannot enforce 'issuer'\n" + "~/f:5: " + cannot +
                 "'ca-file' in [trust] has no root 'Gone'\n");
  // Without a ca-file it is the system's that counts.
  BOOST_TEST(messages(use + "root = No Such Root Of Anybody\n") ==
             "~/f:3: " + cannot + "the system's store has no root 'No Such Root Of Anybody'\n");
  // One mistake.
  BOOST_TEST(messages("[trust]\nca-file = none.pem\n" + use + "root = Gone\n") ==
             "~/f:2: error: 'ca-file' in [trust] cannot be used: ~/none.pem: it holds no "
             "certificate, neither PEM nor DER\n");
  BOOST_TEST(messages(trust + use + "file = gone.pem\nroot = Gone\n" + kOther +
                      "require-certificate = c, d\n[certificate d]\nsha256 = " + pin('a') + "\n") ==
             "~/f:7: error: 'file' in [certificate c] cannot be used: ~/gone.pem: No such file or "
             "directory\n");
}

BOOST_AUTO_TEST_CASE(different_roots) {
  const Folder folder;
  const Anchors anchors;
  folder.write("ca.pem", anchors.one.pem() + anchors.two.pem());
  const auto messages = [&](const std::string& c, const std::string& d) {
    folder.write("f", "[trust]\nca-file = ca.pem\n" + kOutboundHeader +
                          "require-certificate = c, d\n[certificate c]\n" + c +
                          "[certificate d]\n" + d);
    return folder.messages("f");
  };
  const std::string conflict =
      "~/f:5: error: [outbound x] cannot demand [certificate c] and [certificate d] together: "
      "Postfix cannot tell which 'root' belongs to which 'name'\n";
  const std::string one = "root = Root One\n";
  const std::string two = "root = Root Two\n";
  const std::string both = "root = Root One\n  Root Two\n";
  const std::string both_again = "root = root two\n  root one\n";
  const std::string a = "name = a.example\n";
  const std::string b = "name = b.example\n";
  BOOST_TEST(messages(a + one, b + two) == conflict);
  BOOST_TEST(messages(a + one, b) == conflict);
  BOOST_TEST(messages(a, a + one) == conflict);
  BOOST_TEST(messages(one, b + two) == conflict);
  BOOST_TEST(messages(one, b) == conflict);
  BOOST_TEST(messages(a + both, b + one) == conflict);
  BOOST_TEST(messages(a + one, a + two) == "");
  BOOST_TEST(messages(one, two) == "");
  BOOST_TEST(messages(a + one, b + one) == "");
  BOOST_TEST(messages(a + both, b + both_again) == "");
  BOOST_TEST(messages(a, b) == "");
  // While a partner changes his CA, they do not count at once.
  const std::string old = "valid-until = 2026-09-30\n";
  const std::string later = "valid-from = 2026-10-01\n";
  BOOST_TEST(messages(a + one + old, b + two + later) ==
             "~/f:10: warning: [certificate d] does not count before 2026-10-01T00:00:00Z\n");
  BOOST_TEST(messages(a + one + later, b + old) ==
             "~/f:6: warning: [certificate c] does not count before 2026-10-01T00:00:00Z\n");
  BOOST_TEST(messages(a + one + "valid-until = 2026-10-01\n", b + two + later) == conflict);
  BOOST_TEST(messages(a + one + old, b + two + "valid-from = 2026-09-30\n") == conflict);
}

BOOST_AUTO_TEST_CASE(the_same_scope) {
  const auto two = [](const std::string& first, const std::string& second,
                      const std::string& common) {
    return Case{"[outbound a]\nmatch-recipient = " + first +
                    "\n[outbound b]\nmatch-recipient = " + second + "\n",
                "f:3: error: [outbound b] and [outbound a] at f:1 have the same scope: "
                "match-recipient " +
                    common + "\n"};
  };
  check_cases({
      two("a.example", "b.example A.Example.", "a.example"),
      two("*.a.example", "*.a.example\nmode = monitor", "*.a.example"),
      two("*", "*", "*"),
      two("b\xc3\xbc"
          "cher.example",
          "xn--bcher-kva.example", "xn--bcher-kva.example"),
      // Of several, the first: one line a mistake.
      two("a.example, b.example, c.example", "c.example, b.example, a.example", "c.example"),
      {"[outbound a]\nmatch-recipient = a.example\n[outbound b]\nmatch-recipient = b.example\n"
       "[outbound c]\nmatch-recipient = b.example, a.example, *.a.example\n",
       "f:5: error: [outbound c] and [outbound b] at f:3 have the same scope: match-recipient "
       "b.example\n"
       "f:5: error: [outbound c] and [outbound a] at f:1 have the same scope: match-recipient "
       "a.example\n"},
      {kOutboundHeader + "[outbound y]\nmatch-recipient = a.example\nmatch-recipient = b.example\n",
       "f:5: error: duplicate key 'match-recipient' in [outbound y]; the first is on line 4\n"},
  });
  check_warnings({
      {"[outbound a]\nmatch-recipient = a.example, A.example.\n[outbound b]\nmatch-recipient = "
       "*.a.example\n[outbound c]\nmatch-recipient = *.example\n[outbound d]\nmatch-recipient = "
       "*\n[outbound e]\nenabled = no\nmatch-recipient = *\n",
       ""},
      {"[outbound a]\nmatch-recipient = a.example a.example\n",
       "f:2: warning: 'a.example' stands twice in 'match-recipient' in [outbound a]\n"},
  });
}

BOOST_AUTO_TEST_CASE(the_same_smart_host) {
  const auto two = [](const std::string& first, const std::string& second) {
    return "[outbound a]\nmatch-recipient = a.example\nsmart-host = [Relay.example]:25\n" + first +
           "[outbound b]\nmatch-recipient = b.example\nsmart-host = [relay.example.]:25\n" + second;
  };
  const auto conflict = [](const std::string& line) {
    return "f:" + line +
           ": error: [outbound b] and [outbound a] at f:1 have the same 'smart-host' and demand "
           "different things\n";
  };
  const std::string sections =
      "[certificate c]\nname = c.example\n[certificate d]\nname = d.example\n"
      "[certificate e]\nname = c.example\n";
  check_cases({
      {two("", "require-tls = 1.3\n"), conflict("6")},
      {two("require-tls = yes\n", ""), conflict("7")},
      {two("", "require-certificate = verified\n"), conflict("6")},
      {two("", "deny-ciphers = *RC4*\n"), conflict("6")},
      {two("", "server-name = mx.contoso.com\n"), conflict("6")},
      {two("", "require-tls = 1.3\nmode = monitor\n"), conflict("6")},
      {two("require-certificate = c\n", "require-certificate = d\n") + sections, conflict("7")},
      {two("require-certificate = c\n", "require-certificate = c, d\n") + sections, conflict("7")},
      {two("", "require-tls = 1.3\n") +
           "[outbound c]\nmatch-recipient = c.example\nsmart-host = [relay.example]:25\n"
           "require-tls = 1.3\n",
       conflict("6") + "f:10: error: [outbound c] and [outbound a] at f:1 have the same "
                       "'smart-host' and demand different things\n"},
      // A mistake leaves open what is demanded.
      {two("", "require-tls = 1.4\n"),
       "f:7: error: bad value '1.4' for 'require-tls' in [outbound b]: expected yes, 1.0, 1.1, 1.2 "
       "or 1.3\n"},
      {two("deny-ciphers = RC4\n", "deny-ciphers = *RC4*\n"),
       "f:4: error: 'RC4' in 'deny-ciphers' of [outbound a] is the name of no known cipher suite; "
       "did you mean '*RC4*'?\n"},
      {two("require-certificate = c\n", "require-certificate = gone\n") + sections,
       "f:8: error: no section [certificate gone] for 'require-certificate' in [outbound b]\n"},
      {two("require-certificate = c\n", "require-certificate = i\n") + sections +
           "[certificate i]\nissuer = I\n",
       "f:8: error: [outbound b] cannot demand [certificate i]: Postfix cannot enforce 'issuer'\n"},
  });
  check_warnings({
      {two("", ""), ""},
      {two("", "mode = monitor\nenforce-from = 2027-01-01\ndescription = b\n"), ""},
      {two("", "require-tls = 1.3\nenabled = no\n"), ""},
      // However it is written.
      {two("require-certificate = c, d\ndeny-ciphers = *RC4*, *MD5*\n",
           "require-certificate = d e\ndeny-ciphers = *MD5* RC4-* *RC4*\n") +
           sections,
       ""},
      {two("require-certificate = verified\nrequire-certificate-name = a, b\n",
           "require-certificate = verified\nrequire-certificate-name = b, a\n"),
       ""},
  });
}

BOOST_AUTO_TEST_CASE(a_smart_host_that_is_the_domain_of_another) {
  const std::string other = "[outbound a]\nmatch-recipient = a.example\n";
  const auto via = [](const std::string& smart_host, const std::string& lines = "") {
    return "[outbound b]\nmatch-recipient = b.example\nsmart-host = " + smart_host + "\n" + lines;
  };
  check_cases({
      {other + via("A.example", "require-tls = 1.3\n"),
       "f:5: error: [outbound b] and [outbound a] at f:1 demand different things of mail to "
       "a.example, the 'smart-host' of one\n"},
      {via("a.example") + other + "require-certificate = dane\n",
       "f:3: error: [outbound b] and [outbound a] at f:4 demand different things of mail to "
       "a.example, the 'smart-host' of one\n"},
  });
  for (const auto* smart_host : {"a.example:25", "mx.a.example", "b.mx.a.example:587"})
    check_cases({
        {"[outbound a]\nmatch-recipient = a.example, *.a.example\n" +
             via(smart_host, "require-tls = 1.3\n"),
         std::string("f:5: error: [outbound b] and [outbound a] at f:1 demand different things of "
                     "mail to ") +
             smart_host + ", the 'smart-host' of one\n"},
    });
  check_warnings({
      {other + via("a.example"), ""},
      {other + via("mx.a.example", "require-tls = 1.3\n"), ""},
      {other + via("b.example", "require-tls = 1.3\n"), ""},
      // Another text: Postfix never takes the one for the other.
      {other + via("[a.example]", "require-tls = 1.3\n"), ""},
      {"[outbound a]\nmatch-recipient = *\n" + via("a.example", "require-tls = 1.3\n"), ""},
  });
}

BOOST_AUTO_TEST_CASE(disabled_connectors_are_not_there) {
  const auto config = config_of(
      "[outbound a]\nmatch-recipient = a.example\n"
      "[outbound b]\nenabled = no\nmatch-recipient = a.example\nrequire-certificate = gone\n"
      "deny-ciphers = RC5\nsmart-host = a.example\nrequire-certificate-name = hostname\n"
      "[outbound c]\nmatch-recipient = c.example\n");
  BOOST_TEST(config->policy.outbound().connectors().size() == 2U);
  BOOST_TEST(outbound_of(*config, "c").where.line == 10U);
  check_cases({
      // Its values are read all the same.
      {"[outbound a]\nenabled = no\nmatch-recipient = a.example\nrequire-tls = no\n",
       "f:4: error: bad value 'no' for 'require-tls' in [outbound a]: expected yes, 1.0, 1.1, 1.2 "
       "or 1.3\n"},
      // A mistake leaves open whether the section counts.
      {kOutboundHeader + "enabeld = no\nrequire-certificate = gone\n",
       "f:3: error: unknown key 'enabeld' in [outbound x]; did you mean 'enabled'?\n"},
  });
}

BOOST_AUTO_TEST_CASE(includes) {
  const Folder folder;
  folder.write("f", "[milter]\ninclude = conf.d/*\n[certificate c]\nname = c.example\n");
  folder.write("conf.d/a", "[outbound a]\nmatch-recipient = a.example\nrequire-certificate = c\n");
  folder.write("conf.d/b", "[outbound b]\nmatch-recipient = b.example\nsmart-host = [b]\n");
  const auto result = folder.load("f");
  BOOST_REQUIRE_MESSAGE(result.config, format_all(result));
  BOOST_TEST(policy_of(*result.config, "a") == "secure match=c.example protocols=>=TLSv1.2");
  BOOST_TEST(outbound_of(*result.config, "b").where.file == 2U);
  folder.write("conf.d/c",
               "[outbound-map]\n[outbound A]\nmatch-recipient = x.example\n[outbound "
               "c]\nmatch-recipient = b.example\nsmart-host = [b]\nrequire-tls = 1.3\n");
  BOOST_TEST(folder.messages("f") ==
             "~/conf.d/c:1: error: [outbound-map] in an included file, where only [inbound], "
             "[outbound] and [certificate] may stand\n"
             "~/conf.d/c:2: error: duplicate section [outbound A]; the first is at ~/conf.d/a:1\n"
             "~/conf.d/c:4: error: [outbound c] and [outbound b] at ~/conf.d/b:1 have the same "
             "scope: match-recipient b.example\n"
             "~/conf.d/c:6: error: [outbound c] and [outbound b] at ~/conf.d/b:1 have the same "
             "'smart-host' and demand different things\n");
}

BOOST_AUTO_TEST_CASE(the_map) {
  BOOST_TEST(!config_of("")->outbound_map.has_value());
  BOOST_TEST((*config_of("[outbound-map]\n")->outbound_map == OutboundMapSettings{}));
  BOOST_TEST(format_socket_address(OutboundMapSettings{}.socket) == "inet:8892@127.0.0.1");
  const auto config = config_of(
      "[outbound-map]\nsocket = unix:/run/o\nsocket-mode = 600\nsocket-group = postfix\n"
      "postfix-version = 3.5.25\nanchor-directory = /srv/a\n");
  const OutboundMapSettings& map = config->outbound_map.value();
  BOOST_TEST(format_socket_address(map.socket) == "unix:/run/o");
  BOOST_TEST(map.socket_mode == 0600U);
  BOOST_TEST(map.socket_group == "postfix");
  BOOST_TEST((map.postfix_version == PostfixVersion{3, 5}));
  BOOST_TEST(map.anchor_directory == "/srv/a");
  const auto bad_map = [](const std::string& key, const std::string& value,
                          const std::string& expected) {
    return Case{"[outbound-map]\n" + key + " = " + value + "\n",
                "f:2: error: bad value '" + value + "' for '" + key +
                    "' in [outbound-map]: " + expected + "\n"};
  };
  const std::string version = "expected a version as 3.7, from 3.4 on";
  check_cases({
      bad_map("postfix-version", "3", version),
      bad_map("postfix-version", "3.x", version),
      bad_map("postfix-version", "v3.7", version),
      bad_map("postfix-version", "3.3", version),
      bad_map("postfix-version", "2.11", version),
      bad_map("anchor-directory", "anchors", "expected an absolute path"),
      bad_map("socket-mode", "999", "expected an octal mode from 0 to 0777"),
      bad_map("socket", "127.0.0.1:8892",
              "expected inet:PORT@ADDRESS, inet6:PORT@ADDRESS, unix:PATH or fd:NUMBER"),
      bad_map("socket", "inet:127.0.0.1:8892",
              "expected inet:PORT@ADDRESS; did you mean 'inet:8892@127.0.0.1'?"),
      {"[outbound-map]\nlisten = x\nname = postfix-tls\n",
       "f:2: error: unknown key 'listen' in [outbound-map]\n"
       "f:3: error: unknown key 'name' in [outbound-map]; it is a key of [certificate]\n"},
  });
}

// Loading must not look at each pair of them.
BOOST_AUTO_TEST_CASE(many_connectors_keep_apart) {
  std::string text = "[certificate c]\nname = c.example\n";
  for (int i = 0; i < 10'000; ++i)
    text += "[outbound p" + std::to_string(i) + "]\nmatch-recipient = p" + std::to_string(i) +
            ".example\nsmart-host = [relay.example]\ndeny-ciphers = *RC4*\nrequire-certificate = "
            "c\n";
  const auto config = config_of(text);
  const auto& connectors = config->policy.outbound().connectors();
  BOOST_TEST(connectors.size() == 10'000U);
  BOOST_TEST(
      config->policy.outbound().find(parse_next_hop("P9999.example"), kNow).connector->name ==
      "p9999");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
