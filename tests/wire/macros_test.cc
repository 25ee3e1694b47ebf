// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/macros.h"

#include <algorithm>
#include <iterator>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "macros_lookup.h"
#include "wire/ip_text.h"

using namespace forcetls;

namespace {

Session facts(const Macros& macros, MailEvent event = {}) {
  event.macro = lookup_in(macros);
  return read_mail_facts(event);
}

std::string show(const std::optional<unsigned>& number) {
  return number ? std::to_string(*number) : "?";
}

std::string show(const Fact<Tls>& tls) {
  if (!tls.is_present()) return tls.is_absent() ? "-" : "?";
  constexpr const char* kVersions[] = {"SSL", "1.0", "1.1", "1.2", "1.3"};
  const auto version = tls->version ? kVersions[static_cast<int>(*tls->version)] : "?";
  return "'" + tls->version_text + "' " + version + " '" + tls->cipher + "' " + show(tls->bits);
}

std::string show(const std::vector<SenderAddress>& senders) {
  std::string text;
  for (const auto& sender : senders) {
    text += (text.empty() ? "" : " ") + (sender.null_sender ? "<>" + sender.domain
                                                             : "[" + sender.domain + "]");
  }
  return text;
}

std::vector<std::string> words(const char* text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(macros)

BOOST_AUTO_TEST_CASE(lists_for_symlist) {
  const auto mail = words(kMailMacros);
  BOOST_TEST(mail.size() <= 50U);
  auto sorted = mail;
  std::sort(sorted.begin(), sorted.end());
  BOOST_TEST((std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()));
  for (const auto* list : {kMailMacros, kConnectMacros, kRcptMacros, kNoMacros}) {
    BOOST_TEST(!words(list).empty());
    for (const auto& name : words(list)) {
      const bool braced = name.front() == '{' && name.back() == '}';
      BOOST_TEST_CONTEXT(name) BOOST_TEST((name.size() == 1 || braced));
    }
  }
}

BOOST_AUTO_TEST_CASE(only_what_was_asked_for_is_read) {
  std::vector<std::string> read;
  MailEvent event;
  event.macro = [&read](const char* name) -> std::optional<std::string_view> {
    read.emplace_back(name);
    return std::string_view(name) == "{verify}" ? "OK" : "x";
  };
  for (const auto mta : {Mta::Postfix, Mta::Sendmail}) {
    event.mta = mta;
    read_mail_facts(event);
  }
  event.mta.reset();
  read_mail_facts(event);
  const auto asked = words(kMailMacros);
  for (const auto& name : read) {
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST((std::find(asked.begin(), asked.end(), name) != asked.end()));
    }
  }
  read.clear();
  read_recipient(event.macro, "<a@b.example>");
  for (const auto& name : read) BOOST_TEST(name == "{rcpt_addr}");
}

BOOST_AUTO_TEST_CASE(which_mta) {
  struct Row {
    std::optional<Mta> configured;
    Macros macros;
    Mta mta;
  };
  const Row kRows[] = {
      {{}, {{"v", "Postfix 3.7.11"}}, Mta::Postfix},
      {{}, {{"v", "Postfix 3.7.11"}, {"{verify}", "OK"}}, Mta::Postfix},
      {{}, {{"v", "8.17.1.9"}}, Mta::Sendmail},
      {{}, {{"{verify}", "NO"}}, Mta::Sendmail},
      {{}, {{"v", "MetaMTA 1.0"}, {"{verify}", ""}}, Mta::Sendmail},
      {{}, {{"v", "MetaMTA 1.0"}}, Mta::Unknown},
      {{}, {{"v", "postfix"}}, Mta::Unknown},
      {{}, {{"v", ""}}, Mta::Unknown},
      {{}, {}, Mta::Unknown},
      {Mta::Postfix, {{"v", "8.17.1.9"}, {"{verify}", "OK"}}, Mta::Postfix},
      {Mta::Sendmail, {{"v", "Postfix 3.7.11"}}, Mta::Sendmail},
  };
  for (const auto& row : kRows) {
    MailEvent event;
    event.mta = row.configured;
    BOOST_TEST((facts(row.macros, event).mta == row.mta));
  }
}

BOOST_AUTO_TEST_CASE(tls) {
  const std::pair<Macros, std::string> kRows[] = {
      {{}, "-"},
      {{{"{tls_version}", ""}, {"{cipher}", ""}, {"{cipher_bits}", "256"}}, "-"},
      {{{"{cipher_bits}", "256"}}, "-"},
      {{{"{tls_version}", "TLSv1.3"},
        {"{cipher}", "TLS_AES_256_GCM_SHA384"},
        {"{cipher_bits}", "256"}},
       "'TLSv1.3' 1.3 'TLS_AES_256_GCM_SHA384' 256"},
      {{{"{tls_version}", "TLSv1.2"}, {"{cipher}", "ECDHE-RSA-NULL-SHA"}, {"{cipher_bits}", "0"}},
       "'TLSv1.2' 1.2 'ECDHE-RSA-NULL-SHA' 0"},
      {{{"{tls_version}", "TLSv1.1"}}, "'TLSv1.1' 1.1 '' ?"},
      {{{"{tls_version}", "TLSv1"}}, "'TLSv1' 1.0 '' ?"},
      {{{"{tls_version}", "SSLv3"}}, "'SSLv3' SSL '' ?"},
      {{{"{tls_version}", "SSLv2"}}, "'SSLv2' SSL '' ?"},
      {{{"{tls_version}", "UNKNOWN"}}, "'UNKNOWN' ? '' ?"},
      {{{"{tls_version}", "TLSv1.0"}}, "'TLSv1.0' ? '' ?"},
      {{{"{tls_version}", "tlsv1.3"}}, "'tlsv1.3' ? '' ?"},
      {{{"{tls_version}", "TLSv1.33"}}, "'TLSv1.33' ? '' ?"},
      {{{"{cipher}", "AES128-SHA"}}, "'' ? 'AES128-SHA' ?"},
      {{{"{cipher}", "AES128-SHA"}, {"{tls_version}", ""}}, "'' ? 'AES128-SHA' ?"},
      {{{"{cipher}", "A"}, {"{cipher_bits}", ""}}, "'' ? 'A' ?"},
      {{{"{cipher}", "A"}, {"{cipher_bits}", "256 "}}, "'' ? 'A' ?"},
      {{{"{cipher}", "A"}, {"{cipher_bits}", " 256"}}, "'' ? 'A' ?"},
      {{{"{cipher}", "A"}, {"{cipher_bits}", "-1"}}, "'' ? 'A' ?"},
      {{{"{cipher}", "A"}, {"{cipher_bits}", "+1"}}, "'' ? 'A' ?"},
      {{{"{cipher}", "A"}, {"{cipher_bits}", "0x100"}}, "'' ? 'A' ?"},
      {{{"{cipher}", "A"}, {"{cipher_bits}", "99999999999"}}, "'' ? 'A' ?"},
  };
  for (const auto& [macros, seen] : kRows) {
    BOOST_TEST_CONTEXT(seen) BOOST_TEST(show(facts(macros).tls) == seen);
  }
}

BOOST_AUTO_TEST_CASE(plaintext_has_no_certificate_whatever_is_said) {
  for (const auto mta : {Mta::Unknown, Mta::Postfix, Mta::Sendmail}) {
    MailEvent event;
    event.mta = mta;
    const Macros macros{{"{cert_subject}", "x"}, {"{verify}", "OK"}, {"{cn_subject}", "x"}};
    BOOST_TEST(show(facts(macros, event).certificate) ==
               "Absent - by - O - OU - issuer-O - names - key - sha256 -");
  }
}

BOOST_AUTO_TEST_CASE(client_address) {
  struct Row {
    std::optional<std::string> macro;
    const char* connected;
    std::string seen;
  };
  const Row kRows[] = {
      {"192.0.2.1", nullptr, "192.0.2.1"},
      {"IPv6:::1", nullptr, "::1"},
      {"IPv6:0:0:0:0:0:0:0:1", nullptr, "::1"},
      {"IPv6:2001:db8::1", "2001:db8:0:0::1", "2001:db8::1"},
      {"IPv6:::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1"},
      {"unknown", nullptr, "?"},
      {"", nullptr, "?"},
      {"192.0.2.1 ", nullptr, "?"},
      {{}, nullptr, "?"},
      {{}, "192.0.2.1", "192.0.2.1"},
      {"unknown", "192.0.2.1", "192.0.2.1"},
      {"192.0.2.1", "192.0.2.1", "192.0.2.1"},
      {"192.0.2.1", "192.0.2.2", "?"},
  };
  for (const auto& row : kRows) {
    Macros macros;
    if (row.macro) macros["{client_addr}"] = *row.macro;
    MailEvent event;
    if (row.connected) event.connect_address = parse_ip_address(row.connected);
    const auto session = facts(macros, event);
    const auto& address = session.client_address;
    BOOST_TEST_CONTEXT(row.macro.value_or("(none)")) {
      BOOST_TEST((address.is_present() ? format_ip_address(*address) : "?") == row.seen);
      BOOST_TEST(!address.is_absent());
      BOOST_TEST(session.client_text == (row.seen == "?" ? "" : row.seen));
    }
  }
}

BOOST_AUTO_TEST_CASE(client_on_a_unix_socket) {
  const Macros made_up = {{"v", "Postfix 3.7.11"},
                          {"{client_addr}", "127.0.0.1"},
                          {"{client_port}", "0"},
                          {"{client_resolve}", "OK"}};
  BOOST_TEST(facts(made_up).client_address.is_unknown());
  const std::pair<std::string, std::string> kOthers[] = {{"v", "8.17.1.9"},
                                                         {"{client_addr}", "192.0.2.1"},
                                                         {"{client_port}", "25"}};
  for (const auto& [name, value] : kOthers) {
    Macros macros = made_up;
    macros[name] = value;
    BOOST_TEST(facts(macros).client_address.is_present(), name);
  }
  Macros local_submission = made_up;
  local_submission.erase("{client_resolve}");
  BOOST_TEST(facts(local_submission).client_address.is_present());
}

BOOST_AUTO_TEST_CASE(client_port) {
  const std::pair<std::string, std::string> kRows[] = {
      {"25", "25"}, {"0", "0"}, {"65535", "65535"}, {"65536", "?"}, {"unknown", "?"}, {"", "?"}};
  for (const auto& [macro, port] : kRows) {
    BOOST_TEST_CONTEXT(macro) {
      BOOST_TEST(show(facts({{"{client_port}", macro}}).client_port) == port);
    }
  }
  BOOST_TEST(show(facts({}).client_port) == "?");
}

BOOST_AUTO_TEST_CASE(client_name) {
  struct Row {
    std::optional<std::string> resolve, name;
    std::string seen;
  };
  const Row kRows[] = {
      {"OK", "Mail.Partner.Example.", "'mail.partner.example'"},
      {"OK", "m\xC3\xA4il.example", "'xn--mil-qla.example'"},
      {"OK", "[192.0.2.1]", "?"},
      {"OK", "", "?"},
      {"OK", {}, "?"},
      {"FAIL", "unknown", "-"},
      {"FORGED", "mail.partner.example", "-"},
      {"TEMP", "unknown", "?"},
      {"ok", "mail.partner.example", "?"},
      {"", "mail.partner.example", "?"},
      {{}, "mail.partner.example", "?"},
  };
  for (const auto& row : kRows) {
    Macros macros;
    if (row.resolve) macros["{client_resolve}"] = *row.resolve;
    if (row.name) macros["{client_name}"] = *row.name;
    BOOST_TEST_CONTEXT(row.resolve.value_or("(none)") << " " << row.name.value_or("(none)")) {
      BOOST_TEST(forcetls::show(facts(macros).client_name) == row.seen);
    }
  }
}

BOOST_AUTO_TEST_CASE(auth_user) {
  BOOST_TEST(forcetls::show(facts({}).auth_user) == "-");
  BOOST_TEST(forcetls::show(facts({{"{auth_authen}", ""}}).auth_user) == "-");
  BOOST_TEST(forcetls::show(facts({{"{auth_authen}", "u1@lab"}}).auth_user) == "'u1@lab'");
}

BOOST_AUTO_TEST_CASE(helo_domain) {
  const std::pair<std::string, std::string> kRows[] = {
      {"Mail.Partner.Example", "mail.partner.example"},
      {"mail.partner.example.", "mail.partner.example"},
      {"[192.0.2.1]", ""},
      {"[IPv6:::1]", ""},
      {"x\" ,\"y\":1", ""},
      {"", ""},
  };
  for (const auto& [helo, domain] : kRows) {
    MailEvent event;
    event.helo = helo;
    const auto session = facts({}, event);
    BOOST_TEST(session.helo == helo);
    BOOST_TEST_CONTEXT(helo) BOOST_TEST(session.helo_domain == domain);
  }
}

BOOST_AUTO_TEST_CASE(sender_addresses) {
  struct Row {
    const char* argument;
    std::optional<std::string> mail_addr;
    std::string seen;
  };
  const Row kRows[] = {
      {"<u@partner.example>", "u@partner.example", "[partner.example]"},
      {"<A@PARTNER.example.>", "A@PARTNER.example", "[partner.example]"},
      {"<@relay.example:u@partner.example>", "u@partner.example", "[partner.example]"},
      {"local@lab.example", "local@lab.example", "[lab.example]"},
      {"<u@partner.example>", {}, "[partner.example]"},
      {"<u@partner.example>", "u@other.example", "[other.example] [partner.example]"},
      {"<>", "", "<>"},
      {"<>", {}, "<>"},
      {"<>", "u@partner.example", "<> [partner.example]"},
      {"<u@partner.example>", "", "<> [partner.example]"},
      {"<nodomain>", "nodomain", "[]"},
      {"<nodomain>", "nodomain@mx.lab.example", "[mx.lab.example]"},
      {"<partner.example!ceo>", "ceo@partner.example", "[partner.example]"},
  };
  for (const auto& row : kRows) {
    Macros macros;
    if (row.mail_addr) macros["{mail_addr}"] = *row.mail_addr;
    MailEvent event;
    event.argument = row.argument;
    const auto session = facts(macros, event);
    BOOST_TEST(session.sender == row.argument);
    BOOST_TEST_CONTEXT(row.argument << " " << row.mail_addr.value_or("(none)")) {
      BOOST_TEST(show(session.sender_addresses) == row.seen);
    }
  }
  BOOST_TEST(!facts({}).sender_addresses.empty());
}

BOOST_AUTO_TEST_CASE(recipients) {
  const Macros macros{{"{rcpt_addr}", "u@inner.example"}};
  const auto recipient = read_recipient(lookup_in(macros), "<U@Secure.Example>");
  BOOST_TEST(recipient.text == "<U@Secure.Example>");
  const std::vector<std::string> both{"inner.example", "secure.example"};
  BOOST_TEST(recipient.domains == both, boost::test_tools::per_element());
  const Macros none;
  BOOST_TEST(read_recipient(lookup_in(none), "<postmaster>").domains.empty());
}

BOOST_AUTO_TEST_CASE(time_is_the_mails) {
  MailEvent event;
  event.time = Time{std::chrono::seconds{1764547200}};
  BOOST_TEST((facts({}, event).time == event.time));
}

BOOST_AUTO_TEST_SUITE_END()
