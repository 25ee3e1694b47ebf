// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/endings.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>

#include "config/folder.h"
#include "config/time_text.h"
#include "x509/pki.h"
#include "x509/revocation_writer.h"

namespace forcetls {
namespace {

// kNow is 2026-09-01T00:00:00Z.

std::string format(const std::vector<Ending>& endings) {
  std::string text;
  for (const auto& ending : endings)
    text += (ending.expected ? "(expected) " : "") + format_diagnostic(ending.warning) + "\n";
  return text;
}

std::string endings_of(const std::string& text) {
  return format(list_endings(*config_of(text), kNow));
}

std::string rule(const std::string& name, const std::string& dates) {
  return "[certificate " + name + "]\nname = a.example\n" + dates;
}

BOOST_AUTO_TEST_SUITE(endings)

BOOST_AUTO_TEST_CASE(nothing_ends) {
  BOOST_TEST(endings_of("") == "");
  BOOST_TEST(endings_of(rule("c", "") + rule("d", "valid-until = 2026-10-01T00:00:01Z\n") +
                        rule("e", "valid-from = 2027-01-01\n") +
                        "[inbound x]\nmatch-sender = x\nrequire-certificate = c\n"
                        "[inbound y]\nmatch-sender = y\nrequire-certificate = verified\n"
                        "[inbound z]\nmatch-sender = z\nrequire-certificate-name = z.example\n") ==
             "");
}

BOOST_AUTO_TEST_CASE(rules) {
  BOOST_TEST(endings_of(rule("past", "valid-until = 2026-08-30\n") +
                        rule("now", "valid-until = 2026-08-31\n") +
                        rule("soon", "valid-until = 2026-10-01T00:00:00Z\n")) ==
             "f:1: warning: [certificate past] has not counted since 2026-08-31T00:00:00Z\n"
             "f:4: warning: [certificate now] has not counted since 2026-09-01T00:00:00Z\n"
             "f:7: warning: [certificate soon] ends within 30 days, at 2026-10-01T00:00:00Z\n");
}

BOOST_AUTO_TEST_CASE(connectors) {
  // What is told of a connector with these rules; of the rules, nothing here.
  const auto told_of = [](const std::string& header, const std::string& rules) {
    std::string names;
    for (auto at = rules.find("[certificate "); at != std::string::npos;
         at = rules.find("[certificate ", at + 1))
      names += rules.substr(at + 13, rules.find(']', at) - at - 13) + " ";
    const auto config = config_of(rules + header + "require-certificate = " + names + "\n");
    std::string text;
    for (const auto& ending : list_endings(*config, kNow))
      if (ending.kind == Ending::Kind::Connector) text += ending.warning.text;
    return text;
  };
  // Of both kinds the same.
  const auto told = [&](const std::string& rules) {
    const auto text = told_of("[inbound x]\nmatch-sender = x\n", rules);
    const auto outbound = told_of("[outbound x]\nmatch-recipient = x\n", rules);
    BOOST_TEST(outbound == (text.empty() ? text : "[out" + text.substr(3)));
    return text;
  };
  const std::string none = "[inbound x] has no [certificate] that counts";
  const std::string past = rule("past", "valid-until = 2026-08-31\n");
  const std::string soon = rule("soon", "valid-until = 2026-09-10\n");
  const std::string later = rule("later", "valid-from = 2026-12-01\n");
  BOOST_TEST(told(past) == none);
  BOOST_TEST(told(past + later) == none + " before 2026-12-01T00:00:00Z");
  BOOST_TEST(told(soon) == none + " from 2026-09-11T00:00:00Z on");
  BOOST_TEST(told(soon + past) == none + " from 2026-09-11T00:00:00Z on");
  BOOST_TEST(told(later + soon) == none + " from 2026-09-11T00:00:00Z until 2026-12-01T00:00:00Z");
  BOOST_TEST(told(later + soon + rule("first", "valid-from = 2026-11-01\n")) ==
             none + " from 2026-09-11T00:00:00Z until 2026-11-01T00:00:00Z");
  // The next begins in time, also at the very instant, and then ends soon itself, or does not.
  BOOST_TEST(told(soon + rule("next", "valid-from = 2026-09-11\nvalid-until = 2026-09-20\n")) ==
             none + " from 2026-09-21T00:00:00Z on");
  BOOST_TEST(told(soon + rule("next", "valid-from = 2026-09-05\nvalid-until = 2026-12-31\n")) ==
             "");
  BOOST_TEST(told(soon + rule("next", "valid-from = 2026-09-05\n")) == "");
  BOOST_TEST(told(soon + rule("always", "")) == "");
  BOOST_TEST(told(later) == none + " before 2026-12-01T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(connectors_of_one_kind_share_a_line) {
  BOOST_TEST(endings_of(rule("c", "valid-until = 2026-09-10\n") +
                        "[defaults]\nrequire-certificate = c\n"
                        "[inbound x]\nmatch-sender = x\n[inbound y]\nmatch-sender = y\n"
                        "[inbound off]\nenabled = no\nmatch-sender = z\n"
                        "[inbound own]\nmatch-sender = own\nrequire-certificate = no\n"
                        "[inbound z]\nmatch-sender = z\n") ==
             "f:1: warning: [certificate c] ends within 30 days, at 2026-09-11T00:00:00Z\n"
             "f:6: warning: [inbound x] and 2 more have no [certificate] that counts from "
             "2026-09-11T00:00:00Z on\n");
}

BOOST_AUTO_TEST_CASE(connectors_of_both_kinds) {
  const std::string rules =
      rule("c", "valid-until = 2026-09-10\n") + rule("d", "valid-until = 2026-08-31\n");
  BOOST_TEST(endings_of("[outbound x]\nmatch-recipient = x\nrequire-certificate = c\n"
                        "[outbound y]\nmatch-recipient = y\nrequire-certificate = c\n"
                        "require-tls = 1.3\n[outbound z]\nmatch-recipient = z\nmode = monitor\n"
                        "require-certificate = c\n"
                        "[outbound d]\nmatch-recipient = d\nrequire-certificate = d\n"
                        "[outbound both]\nmatch-recipient = b\nrequire-certificate = d, c\n"
                        "[outbound off]\nmatch-recipient = o\nrequire-certificate = d\n"
                        "enabled = no\n"
                        "[outbound own]\nmatch-recipient = w\nrequire-certificate = verified\n"
                        "[inbound x]\nmatch-sender = x\nrequire-certificate = c\n" +
                        rules) ==
             "f:28: warning: [certificate c] ends within 30 days, at 2026-09-11T00:00:00Z\n"
             "f:31: warning: [certificate d] has not counted since 2026-09-01T00:00:00Z\n"
             "f:25: warning: [inbound x] has no [certificate] that counts from "
             "2026-09-11T00:00:00Z on\n"
             "f:1: warning: [outbound x] and 2 more have no [certificate] that counts from "
             "2026-09-11T00:00:00Z on\n"
             "f:12: warning: [outbound d] has no [certificate] that counts\n"
             "f:15: warning: [outbound both] has no [certificate] that counts from "
             "2026-09-11T00:00:00Z on\n");
}

BOOST_AUTO_TEST_CASE(certificates_and_crls) {
  const Folder folder;
  const auto root = pki::make({.cns = {"Root"}, .ca = true, .not_after = pki::day(2040, 1, 1)});
  const auto write = [&](const std::string& name, Time end) {
    const auto cn = std::filesystem::path(name).stem().string() + "\x1b";
    folder.write(name, pki::make({.cns = {cn}, .issuer = &root, .not_after = end}).pem());
  };
  folder.write("ca.pem", root.pem());
  write("known.d/past.pem", pki::day(2026, 8, 1));
  write("known.d/now.pem", kNow);
  write("known.d/soon.pem", pki::day(2026, 10, 1));
  write("known.d/later.pem", pki::day(2026, 10, 2));
  // A pin needs no date.
  write("pinned.pem", pki::day(2020, 1, 1));
  const auto write_crl = [&](const std::string& name, Time end) {
    folder.write(name, pki::make_crl({.issuer = &root, .next_update = end}));
  };
  write_crl("crl/stale.crl", kNow);
  write_crl("crl/week.crl", pki::day(2026, 9, 8));
  write_crl("crl/year.crl", pki::day(2027, 9, 8));
  folder.write("f", "[milter]\nstate-directory = " + (folder / ".") +
                        "\n[trust]\nca-file = ca.pem\nrevocation = check\n"
                        "[certificate c]\nfile = pinned.pem\n"
                        "[inbound x]\nmatch-sender = x\nrequire-certificate = c\n");
  const auto config = folder.load("f").config;
  BOOST_REQUIRE(config);

  BOOST_TEST(folder.hide(format(list_endings(*config, kNow))) ==
             "~/known.d/now.pem: warning: the certificate of CN=now\\1b expires within 30 days, at "
             "2026-09-01T00:00:00Z\n"
             "~/known.d/past.pem: warning: the certificate of CN=past\\1b expired at "
             "2026-08-01T00:00:00Z\n"
             "~/known.d/soon.pem: warning: the certificate of CN=soon\\1b expires within 30 days, "
             "at 2026-10-01T00:00:00Z\n"
             "~/./crl/stale.crl: warning: the CRL of CN=Root has been stale since "
             "2026-09-01T00:00:00Z; `forcetls refresh` fetches the next\n"
             "(expected) ~/./crl/week.crl: warning: the CRL of CN=Root is fresh until "
             "2026-09-08T00:00:00Z\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
