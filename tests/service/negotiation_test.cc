// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/negotiation.h"

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "config/loader.h"
#include "wire/macros.h"

namespace forcetls {
namespace {

constexpr Offer kAll{SMFI_CURR_ACTS, SMFI_CURR_PROT};
constexpr unsigned long kSilent = SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_HDR;
constexpr unsigned long kMailOnly = kSilent | SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NORCPT |
                                    SMFIP_NOHDRS | SMFIP_NOEOH | SMFIP_NOBODY | SMFIP_NODATA |
                                    SMFIP_NOUNKNOWN;

Needs needs_of_text(std::string_view text) {
  const LoadResult loaded = load_config_text("test", text, Time{});
  BOOST_REQUIRE_MESSAGE(loaded.config, text);
  return needs_of(*loaded.config);
}

BOOST_AUTO_TEST_SUITE(negotiation)

BOOST_AUTO_TEST_CASE(needs_follow_from_the_configuration) {
  const struct {
    std::string_view text;
    Needs needs;
  } kCases[] = {
      {"[milter]\nnull-sender = none\n[inbound a]\nmatch-sender = a.example\n", {}},
      {"[inbound a]\nmatch-sender = a.example\n", {.helo = true}},
      {"[milter]\nnull-sender = none\n"
       "[inbound a]\nmatch-sender = a.example\nmatch-recipient = b.example\n",
       {.recipients = true}},
      {"[milter]\nnull-sender = none\n"
       "[inbound a]\nmatch-sender = a.example\nmatch-sender-in = header\n",
       {.headers = true}},
      {"[milter]\nnull-sender = none\n"
       "[inbound a]\nmatch-sender = a.example\non-missing-evidence = tag\n",
       {.marks = true}},
      {"[milter]\nnull-sender = none\nadd-header = all\n[inbound a]\nmatch-sender = a.example\n",
       {.marks = true}},
      {"[milter]\nnull-sender = none\n"
       "[inbound a]\nmatch-sender = a.example\non-violation = quarantine\n",
       {.quarantine = true}},
      {"[milter]\nnull-sender = none\n[postfix-evidence]\n[inbound a]\nmatch-sender = a.example\n",
       {}},
      {"[milter]\nnull-sender = none\n[inbound a]\nmatch-sender = a.example\n"
       "require-certificate = verified\n",
       {}},
      {"[milter]\nnull-sender = none\n[postfix-evidence]\n[inbound a]\nmatch-sender = a.example\n"
       "require-certificate = verified\n",
       {.evidence = true}},
  };
  for (const auto& [text, needs] : kCases) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST((needs_of_text(text) == needs)); }
  }
}

BOOST_AUTO_TEST_CASE(one_session_serves_what_needs_no_more) {
  const Needs nothing;
  const Needs all{true, true, true, true, true, true};
  BOOST_TEST(covers(nothing, nothing));
  BOOST_TEST(covers(all, nothing));
  BOOST_TEST(covers(all, all));
  for (const auto need : {&Needs::helo, &Needs::recipients, &Needs::headers, &Needs::marks,
                          &Needs::quarantine, &Needs::evidence}) {
    Needs one;
    one.*need = true;
    BOOST_TEST(!covers(nothing, one));
    Needs others = all;
    others.*need = false;
    BOOST_TEST(!covers(others, one));
    BOOST_TEST(covers(all, one));
  }
}

BOOST_AUTO_TEST_CASE(only_what_is_needed_is_asked_for) {
  const struct {
    const char* name;
    Needs needs;
    bool tcp;
    unsigned long actions;
    unsigned long asked_for;  // steps
  } kCases[] = {
      {"nothing", {}, true, 0, 0},
      {"helo", {.helo = true}, true, 0, SMFIP_NOHELO},
      {"recipients", {.recipients = true}, false, 0, SMFIP_NORCPT},
      {"recipients, TCP", {.recipients = true}, true, 0, SMFIP_NORCPT | SMFIP_NODATA},
      {"headers", {.headers = true}, false, 0, SMFIP_NOHDRS | SMFIP_NOEOH},
      {"marks", {.marks = true}, false, SMFIF_ADDHDRS | SMFIF_CHGHDRS, SMFIP_NOHDRS},
      {"marks, TCP", {.marks = true}, true, SMFIF_ADDHDRS | SMFIF_CHGHDRS,
       SMFIP_NOHDRS | SMFIP_NODATA},
      {"quarantine, TCP", {.quarantine = true}, true, SMFIF_QUARANTINE, SMFIP_NODATA},
      {"evidence", {.evidence = true}, false, 0, SMFIP_NOCONNECT | SMFIP_NORCPT},
      {"evidence, TCP", {.evidence = true}, true, 0,
       SMFIP_NOCONNECT | SMFIP_NORCPT | SMFIP_NODATA},
  };
  for (const auto& [name, needs, tcp, actions, asked_for] : kCases) {
    BOOST_TEST_CONTEXT(name) {
      const Agreement agreement = negotiate(needs, kAll, tcp);
      BOOST_TEST(agreement.actions == (actions | SMFIF_SETSYMLIST));
      BOOST_TEST(agreement.steps == (kMailOnly & ~asked_for));
      BOOST_TEST(agreement.lacking == "");
    }
  }
}

BOOST_AUTO_TEST_CASE(macros_are_asked_for_where_they_are_used) {
  const auto list = [](const Agreement& agreement, int stage) {
    return std::string_view(agreement.macros.at(static_cast<std::size_t>(stage)));
  };
  const Agreement least = negotiate({}, kAll, false);
  BOOST_TEST(least.chose_macros());
  BOOST_TEST(list(least, SMFIM_ENVFROM) == kMailMacros);
  for (const int stage : {SMFIM_CONNECT, SMFIM_HELO, SMFIM_ENVRCPT, SMFIM_DATA, SMFIM_EOM,
                          SMFIM_EOH}) {
    BOOST_TEST(list(least, stage) == kNoMacros);
  }
  const Agreement evidence = negotiate({.evidence = true}, kAll, false);
  BOOST_TEST(list(evidence, SMFIM_CONNECT) == kConnectMacros);
  BOOST_TEST(list(evidence, SMFIM_ENVRCPT) == kRcptMacros);
  BOOST_TEST(list(evidence, SMFIM_HELO) == kNoMacros);
  const Agreement most = negotiate({true, true, true, true, true, true}, kAll, true);
  BOOST_TEST(list(most, SMFIM_ENVRCPT) == kRcptMacros);
  BOOST_TEST(list(most, SMFIM_DATA) == "i");
  BOOST_TEST(list(most, SMFIM_EOM) == "i");
  BOOST_TEST(list(most, SMFIM_EOH) == kNoMacros);
}

BOOST_AUTO_TEST_CASE(without_macro_lists_connect_and_helo_are_kept) {
  const Offer offer{SMFI_CURR_ACTS & ~SMFIF_SETSYMLIST, SMFI_CURR_PROT};
  const Agreement agreement = negotiate({}, offer, false);
  BOOST_TEST(!agreement.chose_macros());
  BOOST_TEST(agreement.actions == 0U);
  BOOST_TEST(agreement.steps == (kMailOnly & ~(SMFIP_NOCONNECT | SMFIP_NOHELO)));
}

BOOST_AUTO_TEST_CASE(nothing_is_asked_for_that_is_not_offered) {
  const Needs all{true, true, true, true, true, true};
  const Agreement agreement = negotiate(all, {0, SMFI_V1_PROT}, false);
  BOOST_TEST(agreement.actions == 0U);
  BOOST_TEST((agreement.steps & ~SMFI_V1_PROT) == 0U);
  BOOST_TEST(agreement.lacking == "adding headers, changing headers, quarantine");
  BOOST_TEST(negotiate({.quarantine = true}, {SMFIF_ADDHDRS, 0}, false).lacking == "quarantine");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
