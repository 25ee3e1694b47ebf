// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/renewal_hosts.h"

#include <map>

namespace forcetls {

namespace {

using RulesByName = std::map<std::string, RenewalRule*>;

void add_domains(const Config& config, const RulesByName& rules) {
  for (const Connector& connector : config.policy.connectors()) {
    const Terms& terms = config.policy.terms_of(connector);
    if (terms.require_certificate != Terms::CertificateDemand::Rules) continue;
    for (const CertificateRule& used : terms.certificate_rules) {
      const auto rule = rules.find(used.section);
      if (rule == rules.end()) continue;
      for (const DomainPattern& pattern : connector.scope.match_sender)
        if (!pattern.domain.empty()) rule->second->domains.insert(pattern.domain);
    }
  }
}

}  // namespace

std::vector<RenewalRule> find_renewal_rules(const Config& config, Time now) {
  std::vector<RenewalRule> found;
  for (const CertificateRule& rule : config.certificate_rules) {
    const bool binds_ca = !rule.issuers.empty() || !rule.roots.empty();
    if (rule.names.empty() || !binds_ca || rule.is_pinned() || !rule.counts_at(now)) continue;
    RenewalRule& renewal = found.emplace_back();
    renewal.rule = &rule;
    for (const DomainPattern& name : rule.names)
      if (name.kind == DomainPattern::Kind::Exact) renewal.hosts.insert(name.domain);
  }
  RulesByName by_name;
  for (RenewalRule& renewal : found) by_name[renewal.rule->section] = &renewal;
  add_domains(config, by_name);
  return found;
}

}  // namespace forcetls
