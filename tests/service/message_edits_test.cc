// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/message_edits.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace forcetls {
namespace {

const Connector& contoso() {
  static const Connector connector = [] {
    Connector made;
    made.name = "contoso";
    return made;
  }();
  return connector;
}

Finding finding(Outcome outcome, Violation violation) {
  Finding made;
  made.outcome = outcome;
  made.violation = violation;
  return made;
}

Judgement judgement(Action action, Standing standing = Standing::Deciding) {
  Judgement made;
  made.connector = &contoso();
  made.standing = standing;
  made.action = action;
  if (action == Action::Pass) return made;
  made.outcome = Outcome::Failed;
  made.findings = {finding(Outcome::Passed, Violation::None),
                   finding(Outcome::Failed, Violation::TlsVersion),
                   finding(Outcome::Missing, Violation::EvidenceMissing),
                   finding(Outcome::Missing, Violation::EvidenceMissing)};
  return made;
}

Verdict decided(Action action) {
  Verdict verdict;
  verdict.action = action;
  verdict.rulings.emplace_back().decision = judgement(action);
  return verdict;
}

Verdict shadowed(Action action) {
  Verdict verdict;
  verdict.rulings.emplace_back().shadows = {judgement(action, Standing::Monitor)};
  return verdict;
}

BOOST_AUTO_TEST_SUITE(message_edits)

BOOST_AUTO_TEST_CASE(forged_fields_go_from_the_last_to_the_first) {
  const std::vector<int> wanted{9, 4, 1};
  BOOST_TEST(plan_edits({}, AddHeader::No, "mx", {1, 4, 9}).removals == wanted,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(results_are_added_as_configured) {
  const struct {
    const char* name;
    Verdict verdict;
    std::string no, judged, all;
  } kCases[] = {
      {"unjudged", {}, "", "", "mx; x-tls=none"},
      {"passed", decided(Action::Pass), "", "mx; x-tls=pass", "mx; x-tls=pass"},
      {"tagged", decided(Action::Tag), "mx; x-tls=fail", "mx; x-tls=fail", "mx; x-tls=fail"},
      {"held", decided(Action::Quarantine), "", "mx; x-tls=fail", "mx; x-tls=fail"},
      {"monitored", shadowed(Action::Reject), "", "mx; x-tls=fail (monitor)",
       "mx; x-tls=fail (monitor)"},
  };
  for (const auto& [name, verdict, no, judged, all] : kCases) {
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(plan_edits(verdict, AddHeader::No, "mx", {}).results == no);
      BOOST_TEST(plan_edits(verdict, AddHeader::Judged, "mx", {}).results == judged);
      BOOST_TEST(plan_edits(verdict, AddHeader::All, "mx", {}).results == all);
    }
  }
}

BOOST_AUTO_TEST_CASE(quarantine_says_who_and_why) {
  const auto reason = [](const Verdict& verdict) {
    return plan_edits(verdict, AddHeader::No, "mx", {}).quarantine;
  };
  BOOST_TEST(reason(decided(Action::Quarantine)) ==
             "forcetls: contoso: tls-version, evidence-missing");
  BOOST_TEST(reason(decided(Action::Tag)) == "");
  BOOST_TEST(reason(shadowed(Action::Quarantine)) == "");

  // Only a recipient that was let in can be why.
  Verdict refused = decided(Action::Quarantine);
  refused.rulings.front().refused = true;
  BOOST_TEST(reason(refused) == "forcetls");
}

BOOST_AUTO_TEST_CASE(the_authserv_id_is_a_valid_one) {
  BOOST_TEST(choose_authserv_id("own.example", "mta.example") == "own.example");
  BOOST_TEST(choose_authserv_id("", "mta.example") == "mta.example");
  for (const char* unfit : {"", "mta example", "a;b"}) {
    const std::string chosen = choose_authserv_id("", unfit);
    BOOST_TEST(!chosen.empty());
    BOOST_TEST(chosen != unfit);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
