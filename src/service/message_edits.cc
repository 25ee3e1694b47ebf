// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/message_edits.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "wire/authentication_results.h"

namespace forcetls {
namespace {

std::string_view choose_result(const Verdict& verdict, AddHeader add_header) {
  if (verdict.action == Action::Tag) return "fail";
  if (add_header == AddHeader::No) return {};
  if (add_header == AddHeader::Judged && !verdict.was_judged()) return {};
  return format_tls_result(verdict.tls_result());
}

const Judgement* find_quarantining(const Verdict& verdict) {
  for (const Ruling& ruling : verdict.rulings) {
    if (ruling.refused || ruling.effect() != Action::Quarantine) continue;
    return &*ruling.decision;
  }
  return nullptr;
}

std::string format_quarantine_reason(const Verdict& verdict) {
  std::string reason = "forcetls";
  const Judgement* judgement = find_quarantining(verdict);
  if (judgement == nullptr) return reason;
  reason += ": " + judgement->connector->name;
  std::vector<Violation> named;
  for (const Finding& finding : judgement->findings) {
    if (finding.outcome == Outcome::Passed) continue;
    if (std::find(named.begin(), named.end(), finding.violation) != named.end()) continue;
    reason += named.empty() ? ": " : ", ";
    reason += format_violation(finding.violation);
    named.push_back(finding.violation);
  }
  return reason;
}

}  // namespace

MessageEdits plan_edits(const Verdict& verdict, AddHeader add_header, std::string_view authserv_id,
                        const std::vector<int>& forged) {
  MessageEdits edits;
  edits.removals.assign(forged.rbegin(), forged.rend());
  const std::string_view result = choose_result(verdict, add_header);
  if (!result.empty()) edits.results = format_authentication_results(authserv_id, result);
  if (verdict.action == Action::Quarantine) edits.quarantine = format_quarantine_reason(verdict);
  return edits;
}

std::string choose_authserv_id(std::string_view configured, std::string_view mta_name) {
  if (!configured.empty()) return std::string(configured);
  if (is_valid_authserv_id(mta_name)) return std::string(mta_name);
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) == 0 && is_valid_authserv_id(host.data())) {
    return host.data();
  }
  return "localhost";
}

}  // namespace forcetls
