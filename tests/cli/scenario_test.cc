// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// Runs the scenario corpus in-process, one test case for each of its cases.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <variant>

#include "cli/explanation.h"
#include "config/loader.h"
#include "config/time_text.h"
#include "core/reply.h"
#include "scenario_file.h"

namespace forcetls {

namespace {

using Texts = std::vector<std::string>;

const std::string kFolder = FORCETLS_SOURCE_DIR "/tests/scenarios/";

std::optional<std::string> optional_text(const Scenario& scenario, const std::string& key) {
  if (!scenario.has(key)) return std::nullopt;
  return scenario.one(key);
}

MailOptions options_of(const Scenario& scenario) {
  MailOptions options;
  options.client = optional_text(scenario, "client");
  options.client_name = optional_text(scenario, "client-name");
  options.helo = optional_text(scenario, "helo");
  options.from = optional_text(scenario, "from");
  options.tls = optional_text(scenario, "tls");
  options.cipher = optional_text(scenario, "cipher");
  options.auth = optional_text(scenario, "auth");
  options.mta = optional_text(scenario, "mta");
  options.at = optional_text(scenario, "at");
  options.cert_subject = optional_text(scenario, "cert-subject");
  options.cert_issuer = optional_text(scenario, "cert-issuer");
  if (scenario.has("cert")) options.cert = kFolder + scenario.one("cert");
  options.cert_sha256 = optional_text(scenario, "cert-sha256");
  options.key_sha256 = optional_text(scenario, "key-sha256");
  options.cert_organization = scenario.all("cert-organization");
  options.cert_issuer_organization = scenario.all("cert-issuer-organization");
  options.header_from = scenario.all("header-from");
  options.to = scenario.all("to");
  options.unknown = scenario.all("unknown");
  options.verified = scenario.one("certificate") == "verified";
  if (scenario.has("bits")) options.bits = static_cast<unsigned>(std::stoul(scenario.one("bits")));
  return options;
}

std::string result_of(const Explanation& explanation) {
  const std::string action(format_action(explanation.action));
  if (action == "pass") return "accept";
  if (!is_refusal(explanation.action)) return action;
  return action + " at " + std::string(format_stage(explanation.verdict.stage));
}

void add_once(std::string& list, std::string_view text) {
  const std::string wrapped = ", " + list + ", ";
  if (wrapped.find(", " + std::string(text) + ", ") != std::string::npos) return;
  list.append(list.empty() ? "" : ", ").append(text);
}

std::string none_if_empty(std::string list) { return list.empty() ? "none" : list; }

/// What came out, in the words of the corpus.
struct Seen {
  std::string connectors, violations, missing;
  Texts findings, would, losers, refused;

  explicit Seen(const Explanation& explanation) {
    for (const auto& ruling : explanation.verdict.rulings) {
      for (const auto& shadow : ruling.shadows) add_would(shadow);
      if (ruling.decision && ruling.decision->standing == Standing::Suspended)
        add_would(*ruling.decision);
      for (const auto& loser : ruling.passed_over) losers.push_back(loser.connector->name);
    }
    for (const auto* judgement : deciding_judgements(explanation.verdict)) add_decision(*judgement);
    if (!explanation.reply)
      for (const auto& recipient : explanation.refused)
        refused.push_back(recipient.text + " " + format_reply(recipient.reply));
  }

 private:
  void add_would(const Judgement& judgement) {
    would.push_back(judgement.connector->name + " " + std::string(format_action(judgement.action)));
  }

  void add_decision(const Judgement& judgement) {
    add_once(connectors, judgement.connector->name);
    for (const auto& finding : judgement.findings) {
      findings.push_back(format_requirement(finding) + " " +
                         std::string(format_outcome(finding.outcome)));
      if (finding.outcome == Outcome::Failed)
        add_once(violations, format_violation(finding.violation));
      if (finding.outcome == Outcome::Missing) add_once(missing, finding.requirement);
    }
  }
};

void check_list(const Scenario& scenario, const std::string& key, const Texts& seen) {
  if (!scenario.has(key)) return;
  const Texts expected = scenario.all(key);
  BOOST_CHECK_EQUAL_COLLECTIONS(expected.begin(), expected.end(), seen.begin(), seen.end());
}

void check_text(const Scenario& scenario, const std::string& key, std::string_view seen) {
  if (scenario.has(key)) BOOST_CHECK_EQUAL(scenario.one(key), seen);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios)

BOOST_DATA_TEST_CASE(
    corpus, boost::unit_test::data::make(read_scenarios(kFolder)),
    scenario) {
  const Time now = *parse_time("2026-06-01T12:00:00Z", DateMeans::ItsBeginning);
  const auto loaded = load_config_text(kFolder + scenario.file, scenario.config, now);
  std::string errors;
  if (!loaded.config)
    for (const auto& diagnostic : loaded.diagnostics)
      errors += format_diagnostic(diagnostic) + "\n";
  BOOST_REQUIRE_EQUAL(errors, "");

  auto mail = read_mail_options(options_of(scenario), *loaded.config, now);
  if (const auto* problem = std::get_if<std::string>(&mail)) BOOST_FAIL(*problem);
  const auto explanation =
      explain(loaded.config->policy, std::get<ExplainedMail>(std::move(mail)));

  const Seen seen(explanation);
  BOOST_CHECK_EQUAL(scenario.one("expect"), result_of(explanation));
  const Texts refused = scenario.all("refused");
  BOOST_CHECK_EQUAL_COLLECTIONS(refused.begin(), refused.end(), seen.refused.begin(),
                                seen.refused.end());
  check_text(scenario, "reply", explanation.reply ? format_reply(*explanation.reply) : "none");
  check_text(scenario, "connector", none_if_empty(seen.connectors));
  check_text(scenario, "violations", none_if_empty(seen.violations));
  check_text(scenario, "missing", none_if_empty(seen.missing));
  check_text(scenario, "x-tls", format_tls_result(explanation.verdict.tls_result()));
  check_text(scenario, "exempt", format_exemption(explanation.verdict.exemption));
  check_list(scenario, "finding", seen.findings);
  check_list(scenario, "would", seen.would);
  check_list(scenario, "loser", seen.losers);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
