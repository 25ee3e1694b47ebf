// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/outbound_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/cipher_suite.h"
#include "core/requirements.h"
#include "wire/macros.h"
#include "wire/next_hop.h"

namespace forcetls {

namespace {

using Demand = OutboundTerms::Certificate;

Finding missing(std::string_view requirement, std::string wanted, std::string seen) {
  Finding finding;
  finding.requirement = requirement;
  finding.outcome = Outcome::Missing;
  finding.violation = Violation::EvidenceMissing;
  finding.wanted = std::move(wanted);
  finding.seen = std::move(seen);
  return finding;
}

/// The same demand, as inbound connectors make it. A next hop's own name is it and all below it
/// (`match=nexthop:dot-nexthop`).
Terms terms_of(const OutboundDemand& demand) {
  const OutboundTerms& outbound = demand.connector->terms;
  Terms terms;
  terms.require_tls = outbound.require_tls;
  if (outbound.certificate == Demand::No || outbound.certificate == Demand::Dane) return terms;
  terms.require_certificate = Terms::CertificateDemand::Rules;
  for (const auto& one : outbound.rules) terms.certificate_rules.push_back(one.rule);
  if (outbound.certificate == Demand::Verified)
    terms.certificate_rules.emplace_back().names = outbound.names;
  for (auto& rule : terms.certificate_rules)
    if (rule.names.empty() && !rule.is_pinned())
      rule.names = {{DomainPattern::Kind::Subtree, demand.next_hop}};
  return terms;
}

bool is_excluded(const OutboundTerms& terms, std::string_view cipher) {
  const CipherSuite* suite = find_cipher_suite(cipher);
  return suite && std::find(terms.excluded.begin(), terms.excluded.end(), suite->openssl_name) !=
                      terms.excluded.end();
}

}  // namespace

std::vector<OutboundDemand> find_demands(const Policy& policy, const TypedHost& target, Time time) {
  const bool usual_port = target.port == 25;
  const auto name = target.is_host ? "[" + target.name + "]" : target.name;
  const auto with_port = fmt::format("{}:{}", name, target.port);
  NextHop next_hop = parse_next_hop(usual_port ? name : with_port);
  auto ruling = policy.outbound(next_hop, time);
  if (usual_port && target.is_host && !ruling.connector) {
    next_hop = parse_next_hop(with_port);
    ruling = policy.outbound(next_hop, time);
  }
  std::vector<OutboundDemand> demands;
  for (const auto* shadow : ruling.shadows)
    demands.push_back({shadow, Standing::Monitor, target.name});
  if (ruling.connector) demands.push_back({ruling.connector, ruling.standing, target.name});
  return demands;
}

std::vector<Finding> check_server(const OutboundDemand& demand, const TlsServer& server,
                                  const Certificate& facts, Time time) {
  Session session;
  session.time = time;
  session.tls = Tls{server.version, parse_tls_version(server.version), server.cipher, server.bits};
  session.certificate = facts;
  auto findings = check_requirements(terms_of(demand), session);
  const OutboundTerms& terms = demand.connector->terms;
  if (is_excluded(terms, server.cipher))
    findings.push_back(missing("deny-ciphers", "another cipher suite",
                               server.cipher + ", chosen where all were offered"));
  if (terms.certificate == Demand::Dane)
    findings.push_back(missing("require-certificate", "TLSA records", "not asked for here"));
  return findings;
}

}  // namespace forcetls
