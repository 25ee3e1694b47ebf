// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/tls_policy.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/given.h"

namespace forcetls {
namespace {

using namespace given;

using Demand = OutboundTerms::Certificate;
using TlsDemand = Terms::TlsDemand;
using Patterns = std::initializer_list<std::string_view>;

constexpr PostfixVersion kNewest{3, 7};

Digest digest(std::uint8_t byte) {
  Digest digest{};
  digest.fill(byte);
  return digest;
}

std::string digest_text(const char* octet) {
  std::string text = octet;
  for (int i = 1; i < 32; ++i) text.append(":").append(octet);
  return text;
}
const std::string kPinA = digest_text("AA");
const std::string kPinB = digest_text("0B");
const std::string kPinC = digest_text("CC");

/// A rule of names and of the files of its roots.
OutboundRule named(Patterns names, std::vector<std::string> anchor_files = {}) {
  OutboundRule one;
  one.rule.names = patterns(names);
  for (const auto& file : anchor_files) one.rule.roots.push_back("CN of " + file);
  one.anchor_files = std::move(anchor_files);
  return one;
}

OutboundRule pinned(std::vector<Digest> sha256, std::vector<Digest> key_sha256 = {}) {
  OutboundRule one;
  one.rule.sha256 = std::move(sha256);
  one.rule.key_sha256 = std::move(key_sha256);
  return one;
}

OutboundRule dated(OutboundRule one, std::optional<long> from, std::optional<long> until) {
  if (from) one.rule.valid_from = at(*from);
  if (until) one.rule.valid_until = at(*until);
  return one;
}

/// Of TLS of any version, so that nothing but the level is told.
OutboundTerms of(Demand certificate) {
  OutboundTerms terms;
  terms.require_tls = TlsDemand::Any;
  terms.certificate = certificate;
  return terms;
}

OutboundTerms of(std::vector<OutboundRule> rules) {
  OutboundTerms terms = of(Demand::Rules);
  terms.rules = std::move(rules);
  return terms;
}

std::string policy(const OutboundTerms& terms, long time = 0, PostfixVersion version = kNewest) {
  return format_tls_policy(terms, at(time), version).value_or("none");
}

BOOST_AUTO_TEST_SUITE(tls_policy)

BOOST_AUTO_TEST_CASE(what_no_key_means) { BOOST_TEST(policy({}) == "encrypt protocols=>=TLSv1.2"); }

// Each of the parts may stand with each of the others.
BOOST_AUTO_TEST_CASE(every_combination) {
  OutboundTerms names = of(Demand::Verified);
  names.names = patterns({"mail.contoso.com", "*.contoso.com"});
  const std::pair<OutboundTerms, std::string> levels[] = {
      {of(Demand::No), "encrypt"},
      {of(Demand::Dane), "dane-only"},
      {of(Demand::Verified), "secure match=nexthop:dot-nexthop"},
      {names, "secure match=mail.contoso.com:contoso.com:.contoso.com"},
      {of({named({"mail.contoso.com"})}), "secure match=mail.contoso.com"},
      {of({named({}, {"a.pem"})}), "secure match=nexthop:dot-nexthop tafile=a.pem"},
      {of({named({"*.contoso.com"}, {"/x/a.pem", "b.pem"})}),
       "secure match=contoso.com:.contoso.com tafile=/x/a.pem tafile=b.pem"},
      {of({pinned({digest(0xaa)})}), "fingerprint match=" + kPinA},
      {of({pinned({digest(0xaa)}, {digest(0x0b), digest(0xcc)})}),
       "fingerprint match=" + kPinA + "|" + kPinB + "|" + kPinC},
  };
  struct Versions {
    TlsDemand demand;
    std::string ranges;  // from 3.6 on
    std::string lists;
  };
  const Versions versions[] = {
      {TlsDemand::Any, "", ""},
      {TlsDemand::Tls10, " protocols=>=TLSv1", " protocols=!SSLv2:!SSLv3"},
      {TlsDemand::Tls11, " protocols=>=TLSv1.1", " protocols=!SSLv2:!SSLv3:!TLSv1"},
      {TlsDemand::Tls12, " protocols=>=TLSv1.2", " protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1"},
      {TlsDemand::Tls13, " protocols=>=TLSv1.3",
       " protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1:!TLSv1.2"},
  };
  const std::pair<std::vector<std::string>, std::string> exclusions[] = {
      {{}, ""},
      {{"AES128-SHA"}, " exclude=AES128-SHA"},
      {{"AES128-SHA", "RC4-MD5"}, " exclude=AES128-SHA:RC4-MD5"},
  };
  const std::pair<std::string, std::string> server_names[] = {
      {"", ""}, {"mx.contoso.com", " servername=mx.contoso.com"}};
  const std::pair<PostfixVersion, bool> releases[] = {
      {{3, 4}, false}, {{3, 5}, false}, {{3, 6}, true},  {{3, 7}, true},
      {{3, 12}, true}, {{4, 0}, true},  {{2, 11}, false}};
  std::size_t count = 0;
  for (const auto& [level, level_text] : levels)
    for (const auto& [demand, ranges, lists] : versions)
      for (const auto& [excluded, exclude_text] : exclusions)
        for (const auto& [server_name, server_name_text] : server_names)
          for (const auto& [release, has_ranges] : releases) {
            OutboundTerms terms = level;
            terms.require_tls = demand;
            terms.excluded = excluded;
            terms.server_name = server_name;
            BOOST_TEST(policy(terms, 0, release) == level_text + (has_ranges ? ranges : lists) +
                                                        exclude_text + server_name_text);
            ++count;
          }
  BOOST_TEST(count == 9U * 5 * 3 * 2 * 7);
}

BOOST_AUTO_TEST_CASE(several_rules) {
  const std::pair<std::vector<OutboundRule>, std::string> cases[] = {
      {{named({"a.example"}), named({"b.example"})}, "secure match=a.example:b.example"},
      {{named({"a.example"}), named({"b.example", "a.example"})},
       "secure match=a.example:b.example"},
      {{named({"*.example"}), named({"example"})}, "secure match=example:.example"},
      {{named({"a.example"}), named({})}, "secure match=a.example:nexthop:dot-nexthop"},
      {{named({}), named({})}, "secure match=nexthop:dot-nexthop"},
      {{named({"a.example"}, {"r.pem"}), named({"b.example"}, {"r.pem"})},
       "secure match=a.example:b.example tafile=r.pem"},
      {{named({"a.example"}, {"r.pem"}), named({"a.example"}, {"s.pem", "r.pem"})},
       "secure match=a.example tafile=r.pem tafile=s.pem"},
      {{pinned({digest(0xaa)}), pinned({digest(0x0b)}, {digest(0xaa)})},
       "fingerprint match=" + kPinA + "|" + kPinB},
      {{}, "none"},
  };
  for (const auto& [rules, expected] : cases) BOOST_TEST(policy(of(rules)) == expected);
}

// A pin authenticates alone (DESIGN.md section 6).
BOOST_AUTO_TEST_CASE(a_pin_replaces_names_and_roots) {
  OutboundRule one = named({"mail.contoso.com"}, {"a.pem"});
  one.rule.key_sha256 = {digest(0x0b)};
  BOOST_TEST(policy(of({one})) == "fingerprint match=" + kPinB);
}

BOOST_AUTO_TEST_CASE(rules_outside_their_dates_are_left_out) {
  const auto rules = of({dated(named({"old.example"}, {"old.pem"}), std::nullopt, 100),
                         dated(named({"new.example"}, {"new.pem"}), 90, 200)});
  const std::pair<long, const char*> cases[] = {
      {0, "secure match=old.example tafile=old.pem"},
      {89, "secure match=old.example tafile=old.pem"},
      {90, "secure match=old.example:new.example tafile=old.pem tafile=new.pem"},
      {99, "secure match=old.example:new.example tafile=old.pem tafile=new.pem"},
      {100, "secure match=new.example tafile=new.pem"},
      {199, "secure match=new.example tafile=new.pem"},
      {200, "none"},
  };
  for (const auto& [time, expected] : cases) BOOST_TEST(policy(rules, time) == expected);

  const auto pins = of({dated(pinned({digest(0xaa)}), std::nullopt, 100),
                        dated(pinned({digest(0x0b)}), 200, std::nullopt)});
  const std::pair<long, std::string> pin_cases[] = {
      {99, "fingerprint match=" + kPinA},
      {100, "none"},
      {199, "none"},
      {200, "fingerprint match=" + kPinB},
  };
  for (const auto& [time, expected] : pin_cases) BOOST_TEST(policy(pins, time) == expected);
}

// Nothing else may be told then: mail must wait, whatever the other keys say.
BOOST_AUTO_TEST_CASE(without_a_rule_that_counts_there_is_no_policy) {
  OutboundTerms terms = of({dated(pinned({digest(0xaa)}), 100, std::nullopt)});
  terms.require_tls = TlsDemand::Tls13;
  terms.excluded = {"AES128-SHA"};
  terms.server_name = "mx.contoso.com";
  BOOST_TEST(policy(terms, 99) == "none");
  BOOST_TEST(policy(terms, 100) == "fingerprint match=" + kPinA +
                                       " protocols=>=TLSv1.3 exclude=AES128-SHA "
                                       "servername=mx.contoso.com");
}

BOOST_AUTO_TEST_CASE(matches) {
  const std::pair<std::vector<DomainPattern>, const char*> cases[] = {
      {{}, ""},
      {patterns({"contoso.com"}), "contoso.com"},
      {patterns({"*.contoso.com"}), "contoso.com:.contoso.com"},
      {patterns({"contoso.com", "*.contoso.com", "contoso.com"}), "contoso.com:.contoso.com"},
      {patterns({"*.a.example", "b.example"}), "a.example:.a.example:b.example"},
  };
  for (const auto& [names, expected] : cases) BOOST_TEST(format_match(names) == expected);
}

BOOST_AUTO_TEST_CASE(versions) {
  const std::pair<const char*, PostfixVersion> good[] = {
      {"3.4", {3, 4}},     {"3.5", {3, 5}},     {"3.6", {3, 6}},
      {"3.7", {3, 7}},     {"3.7.11", {3, 7}},  {"3.12-20260821", {3, 12}},
      {"3.10.0", {3, 10}}, {"4.0", {4, 0}},     {"3.7-RC1", {3, 7}},
      {"03.007", {3, 7}},  {"2.11.3", {2, 11}},
  };
  for (const auto& [text, expected] : good) BOOST_TEST_CONTEXT(text) {
      BOOST_TEST((parse_postfix_version(text) == expected));
    }
  for (const char* text :
       {"", "3", "3.", ".7", "3,7", "3.x", "3.7x", "3.7 ", " 3.7", "v3.7", "-3.7", "+3.7", "3.-7",
        "3.7+", "Postfix 3.7", "99999999999.1", "3.99999999999"})
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(!parse_postfix_version(text)); }
  BOOST_TEST((PostfixVersion{3, 10} > PostfixVersion{3, 9}));
  BOOST_TEST((PostfixVersion{} == PostfixVersion{3, 7}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
