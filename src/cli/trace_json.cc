// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/trace_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "config/time_text.h"
#include "core/reply.h"

namespace forcetls {

namespace {

// Keys stay in the order in which they are documented.
using Json = nlohmann::ordered_json;

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

template <typename T>
Json value_or_null(const Fact<T>& fact) {
  return fact.is_present() ? Json(*fact) : Json();
}

std::string_view format_mta(Mta mta) {
  switch (mta) {
    case Mta::Postfix: return "postfix";
    case Mta::Sendmail: return "sendmail";
    case Mta::Unknown: break;
  }
  return {};
}

Json tls_json(const Fact<Tls>& tls) {
  if (!tls.is_present()) return Json();
  return {{"version", text_or_null(tls->version_text)},
          {"cipher", text_or_null(tls->cipher)},
          {"bits", tls->bits ? Json(*tls->bits) : Json()}};
}

Json digest_json(const Fact<Digest>& digest) {
  return digest.is_present() ? Json(format_digest(*digest)) : Json();
}

Json certificate_json(const Certificate& certificate) {
  return {{"state", format_certificate_state(certificate.state)},
          {"subject_cn", value_or_null(certificate.subject_cn)},
          {"issuer_cn", value_or_null(certificate.issuer_cn)},
          {"organization", value_or_null(certificate.organizations)},
          {"organizational_unit", value_or_null(certificate.organizational_units)},
          {"issuer_organization", value_or_null(certificate.issuer_organizations)},
          {"names", value_or_null(certificate.dns_names)},
          {"root", value_or_null(certificate.root_cns)},
          {"key_bits", value_or_null(certificate.key_bits)},
          {"sha256", digest_json(certificate.sha256)},
          {"key_sha256", digest_json(certificate.key_sha256)},
          {"revoked", value_or_null(certificate.revoked)},
          {"source", text_or_null(certificate.known_as)},
          {"problem", text_or_null(certificate.problem)}};
}

std::string address_text(const SenderAddress& address) {
  return address.null_sender ? "<>" : address.domain;
}

/// Each once, in order.
void add_once(Json& list, std::string_view text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

Json findings_json(const Judgement& judgement) {
  Json findings = Json::array();
  for (const auto& finding : judgement.findings)
    findings.push_back(
        {{"requirement", finding.requirement},
         {"rule", text_or_null(finding.rule)},
         {"key", text_or_null(finding.key)},
         {"outcome", format_outcome(finding.outcome)},
         {"violation", finding.outcome == Outcome::Passed
                           ? Json()
                           : Json(format_violation(finding.violation))},
         {"wanted", finding.wanted},
         {"seen", finding.seen}});
  return findings;
}

Json judgement_json(const Ruling& ruling, const Judgement& judgement, bool decides) {
  Json violations = Json::array();
  Json missing = Json::array();
  std::string_view rule;
  for (const auto& finding : judgement.findings) {
    if (finding.outcome == Outcome::Failed)
      add_once(violations, format_violation(finding.violation));
    if (finding.outcome == Outcome::Missing) add_once(missing, finding.requirement);
    if (!finding.rule.empty()) rule = finding.rule;
  }
  Json passed_over = Json::array();
  if (decides)
    for (const auto& loser : ruling.passed_over)
      passed_over.push_back({{"connector", loser.connector->name}, {"reason", loser.reason}});
  Json recipients = Json::array();
  if (!ruling.recipient.empty()) recipients.push_back(ruling.recipient);
  return {{"connector", judgement.connector->name},
          {"mode", format_standing(judgement.standing)},
          {"action", format_action(judgement.action)},
          {"outcome", format_outcome(judgement.outcome)},
          {"violations", std::move(violations)},
          {"missing", std::move(missing)},
          {"recipients", std::move(recipients)},
          {"certificate_rule", text_or_null(rule)},
          {"address", address_text(ruling.address)},
          {"place", ruling.place == SenderPlace::Header ? "header" : "envelope"},
          {"passed_over", std::move(passed_over)},
          {"findings", findings_json(judgement)}};
}

Json judgements_json(const Verdict& verdict) {
  Json judgements = Json::array();
  for (const auto& ruling : verdict.rulings) {
    for (const auto& shadow : ruling.shadows)
      judgements.push_back(judgement_json(ruling, shadow, false));
    if (ruling.decision) judgements.push_back(judgement_json(ruling, *ruling.decision, true));
  }
  return judgements;
}

void add_facts(Json& json, const ExplainedMail& mail) {
  const Session& session = mail.session;
  Json domains = Json::array();
  for (const auto& address : session.sender_addresses) domains.push_back(address_text(address));
  Json recipients = Json::array();
  for (const auto& recipient : mail.recipients) recipients.push_back(recipient.text);
  json["client"] = {{"address", text_or_null(session.client_address.is_present()
                                                 ? std::string_view(session.client_text)
                                                 : std::string_view())},
                    {"name", value_or_null(session.client_name)}};
  json["helo"] = text_or_null(session.helo);
  json["sender"] = session.sender;
  json["sender_domains"] = std::move(domains);
  json["from"] = mail.from_fields;
  json["recipients"] = std::move(recipients);
  json["auth"] = value_or_null(session.auth_user);
  json["tls"] = tls_json(session.tls);
  json["certificate"] = certificate_json(mail.certificate());
  json["unknown"] = mail.unknown;
  json["notes"] = mail.notes;
}

}  // namespace

std::string format_trace_json(const Explanation& explanation) {
  const Verdict& verdict = explanation.verdict;
  Json json;
  json["time"] = format_time(explanation.mail.session.time);
  json["mta"] = text_or_null(format_mta(explanation.mail.session.mta));
  json["stage"] = format_stage(verdict.stage);
  add_facts(json, explanation.mail);
  json["exempt"] = verdict.exemption == Exemption::None
                       ? Json()
                       : Json(format_exemption(verdict.exemption));
  json["judgements"] = judgements_json(verdict);
  json["action"] = format_action(explanation.action);
  json["reply"] = explanation.reply ? Json(format_reply(*explanation.reply)) : Json();
  json["x_tls"] = explanation.reply ? Json() : Json(format_tls_result(verdict.tls_result()));
  json["refused"] = Json::array();
  if (!explanation.reply)
    for (const auto& refused : explanation.refused)
      json["refused"].push_back(
          {{"recipient", refused.text}, {"reply", format_reply(refused.reply)}});
  json["lacks_recipient"] = explanation.lacks_recipient;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace forcetls
