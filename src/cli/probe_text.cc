// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/probe_text.h"

#include <fmt/format.h>

#include <string_view>

#include "cli/certificate_text.h"
#include "config/time_text.h"
#include "core/certificate_check.h"
#include "core/requirements.h"

namespace forcetls {

namespace {

std::string answer_text(const RevocationAnswer& answer, Time now) {
  const std::string said = answer.revoked ? "revoked" : "not revoked";
  const std::string until = answer.is_fresh(now) ? "good until " : "stale since ";
  return fmt::format("{}, says {}; {}{}", said, clean_peer_text(answer.source), until,
                     format_time(answer.next_update));
}

std::string revocation_text(const JudgedChain& chain, const Certificate& facts,
                            const ProbeContext& context) {
  if (facts.revoked.is_present()) return *facts.revoked ? "revoked" : "good";
  const X509Certificate& leaf = chain.leaf();
  if (leaf.crl_urls.empty() && leaf.ocsp_urls.empty())
    return "unknown: the certificate names neither CRL nor OCSP server";
  if (!context.config || context.config->trust.revocation == Revocation::Off)
    return "unknown: not asked for in [trust]";
  return "unknown: no fresh answers; forcetls refresh fetches those for known certificates";
}

std::string format_revocation(const JudgedChain& chain, const Certificate& facts,
                              const ProbeContext& context) {
  std::string text = format_line("revocation", revocation_text(chain, facts, context));
  if (chain.paths().empty() || chain.paths().front().certificates.size() < 2) return text;
  const X509Certificate& issuer = *chain.paths().front().certificates[1];
  for (const auto& answer : context.revocation->answers(chain.leaf(), issuer))
    text += format_line("", answer_text(answer, context.now));
  return text;
}

std::string known_text(const X509Certificate& leaf, const Config& config) {
  const auto* known = config.known->find(leaf.sha256);
  return known ? "yes, " + known->file : "no";
}

std::string dates_text(const CertificateRule& rule, Time now) {
  if (rule.counts_at(now)) return {};
  if (rule.valid_from && now < *rule.valid_from)
    return "; counts from " + format_time(*rule.valid_from);
  return "; counts no more since " + format_time(*rule.valid_until);
}

std::string format_finding(std::string_view what, const Finding& finding) {
  const std::string seen = finding.seen.empty() ? "''" : clean_peer_text(finding.seen);
  return format_line(
      "", fmt::format("  {}: wanted {}; seen {}", what, clean_peer_text(finding.wanted), seen));
}

std::string_view format_result(const std::vector<Finding>& findings) {
  switch (overall_outcome(findings)) {
    case Outcome::Failed: return "not met";
    case Outcome::Missing: return "cannot be told";
    case Outcome::Passed: break;
  }
  return "met";
}

std::string format_rule(const CertificateRule& rule, const Certificate& facts,
                        Revocation revocation, Time now) {
  const auto findings = check_rule(rule, facts, revocation);
  std::string text =
      format_line("rule", fmt::format("[certificate {}] {}{}", rule.section,
                                      format_result(findings), dates_text(rule, now)));
  for (const auto& finding : findings)
    if (finding.outcome != Outcome::Passed)
      text += format_finding(finding.key.empty() ? "trust" : finding.key, finding);
  return text;
}

/// `[outbound contoso]`, and its part if it does not decide.
std::string name_of(const OutboundDemand& demand) {
  const std::string standing = demand.standing == Standing::Deciding
                                   ? ""
                                   : fmt::format(" ({})", format_standing(demand.standing));
  return fmt::format("[outbound {}]{}", demand.connector->name, standing);
}

}  // namespace

std::string format_chain(const CertificateChain& chain) {
  std::string text;
  for (std::size_t i = 0; i < chain.size(); ++i)
    text += "\n" + format_line("certificate", fmt::format("{} of {}", i + 1, chain.size())) +
            format_attributes(*chain[i]);
  return text;
}

std::string format_demand_without_tls(const OutboundDemand& demand) {
  return format_line("outbound", name_of(demand) + " not met: no TLS");
}

std::string format_demand(const OutboundDemand& demand, const std::vector<Finding>& findings) {
  std::string text = format_line(
      "outbound", fmt::format("{} {}", name_of(demand), format_result(findings)));
  for (const auto& finding : findings)
    if (finding.outcome != Outcome::Passed) text += format_finding(finding.requirement, finding);
  return text;
}

std::string format_judgement(const JudgedChain& chain, const ProbeContext& context) {
  const Certificate facts = chain.facts_at(context.now);
  std::string text = "\n" + format_trust(facts) + format_roots(chain) +
                     format_revocation(chain, facts, context);
  if (!context.config) return text;
  text += format_line("known", known_text(chain.leaf(), *context.config));
  for (const auto& rule : context.config->certificate_rules)
    text += format_rule(rule, facts, context.config->trust.revocation, context.now);
  return text;
}

}  // namespace forcetls
