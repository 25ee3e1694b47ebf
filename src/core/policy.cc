// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/policy.h"

#include <algorithm>
#include <utility>

#include "core/reply.h"
#include "core/requirements.h"

namespace forcetls {

namespace {

bool is_before(Time time, const std::optional<Time>& limit) { return limit && time < *limit; }

bool is_enforcing(const Connector& connector, const Terms& terms, Time time) {
  return terms.mode == Mode::Enforce && !is_before(time, connector.particulars().enforce_from);
}

bool is_suspended(const Connector& connector, Time time) {
  return is_before(time, connector.particulars().suspend_until);
}

/// Lets mail in the clear through, so that a refusal for want of TLS must wait for it.
bool is_lenient(const Connector& connector, const Terms& terms, Time time) {
  return !terms.demands_tls() || is_suspended(connector, time);
}

bool is_in_the_clear(const Session& session) {
  return session.tls.is_absent() || (session.tls.is_present() && !is_encrypted(*session.tls));
}

bool demands_certificate(const Terms& terms) {
  return terms.require_certificate != Terms::CertificateDemand::No;
}

bool covers_null_sender(const Connector& connector, bool by_helo) {
  const auto& patterns = connector.scope.match_sender;
  if (patterns.empty()) return true;
  if (connector.scope.match_sender_in == SenderPlace::Header) return false;
  return by_helo || std::any_of(patterns.begin(), patterns.end(), [](const DomainPattern& pattern) {
           return pattern.domain.empty();
         });
}

std::string_view why_less_specific(const Specificity& loser, const Specificity& winner) {
  if (loser.sender != winner.sender) return "its match-sender is less specific";
  if (loser.client != winner.client) return "its match-client is less specific";
  if (loser.client_name != winner.client_name) return "its match-client-name is less specific";
  return "its match-recipient is less specific";
}

/// A match key counted as held because its fact is unknown.
Finding unknown_match(std::string_view key, std::string_view what) {
  Finding finding;
  finding.requirement = key;
  finding.outcome = Outcome::Missing;
  finding.violation = Violation::EvidenceMissing;
  finding.wanted = what;
  finding.seen = "unknown";
  finding.public_seen = what;
  return finding;
}

}  // namespace

Policy::Policy(PolicySettings settings, std::vector<Terms> terms,
               std::vector<Connector> connectors, OutboundIndex outbound)
    : settings_(std::move(settings)),
      terms_(std::move(terms)),
      index_(std::move(connectors),
             {[this](const Connector& connector) { return waiting_rank(connector); },
              [this](const Connector& connector) {
                return terms_of(connector).mode == Mode::Enforce &&
                       !connector.particulars().enforce_from &&
                       connector.scope.match_recipient.empty();
              }}),
      outbound_(std::move(outbound)) {
  for (const auto& connector : index_.connectors()) {
    const Scope& scope = connector.scope;
    looks_at_recipients_ |= !scope.match_recipient.empty();
    looks_at_headers_ |=
        !scope.match_sender.empty() && scope.match_sender_in != SenderPlace::Envelope;
    looks_at_helo_ |= covers_null_sender(connector, settings_.null_sender_by_helo);
    const Terms& its_terms = terms_of(connector);
    looks_at_certificates_ |= demands_certificate(its_terms);
    if (its_terms.mode != Mode::Enforce) continue;
    actions_.set(static_cast<std::size_t>(its_terms.on_violation));
    actions_.set(static_cast<std::size_t>(its_terms.on_missing_evidence));
  }
}

/// Those whose part depends on the time stand for themselves, then a lenient one stands for all, one
/// that demands TLS for the stricter and for those in monitor mode.
int Policy::waiting_rank(const Connector& connector) const {
  const Terms& terms = terms_of(connector);
  const Particulars& particulars = connector.particulars();
  if (connector.scope.match_recipient.empty()) return 4;
  if (terms.mode == Mode::Monitor) return 3;
  if (particulars.enforce_from || particulars.suspend_until) return 0;
  return terms.demands_tls() ? 2 : 1;
}

bool Policy::may_take(Action action) const {
  return actions_.test(static_cast<std::size_t>(action));
}

Exemption Policy::exemption(const Session& session) const {
  if (session.client_address.is_present()) {
    const IpAddress& client = *session.client_address;
    if (client.is_loopback() && session.client_port == 0U) return Exemption::LocalSubmission;
    if (std::any_of(settings_.exempt_clients.begin(), settings_.exempt_clients.end(),
                    [&](const Network& network) { return network.contains(client); }))
      return Exemption::Client;
  }
  if (settings_.exempt_authenticated && session.auth_user.is_present() &&
      session.tls.is_present() && is_encrypted(*session.tls))
    return Exemption::Authenticated;
  return Exemption::None;
}

Judgement Policy::judge_with(const Session& session, const Candidate& candidate,
                             Standing standing) const {
  const Terms& terms = terms_of(*candidate.connector);
  Judgement judgement;
  judgement.connector = candidate.connector;
  judgement.standing = standing;
  judgement.findings = check_requirements(terms, session);
  if (candidate.client_unknown)
    judgement.findings.push_back(unknown_match("match-client", "the client's address"));
  if (candidate.client_name_unknown)
    judgement.findings.push_back(unknown_match("match-client-name", "the client's host name"));
  judgement.outcome = overall_outcome(judgement.findings);
  switch (judgement.outcome) {
    case Outcome::Passed: judgement.action = Action::Pass; break;
    case Outcome::Failed: judgement.action = terms.on_violation; break;
    case Outcome::Missing: judgement.action = terms.on_missing_evidence; break;
  }
  return judgement;
}

Ruling Policy::judge(const Session& session, const SenderAddress& address, SenderPlace place,
                     const Recipient* recipient) const {
  Ruling ruling;
  ruling.address = address;
  ruling.place = place;
  const auto candidates =
      index_.find({session, address, place, recipient, settings_.null_sender_by_helo});

  bool enforcing_waits = false;
  bool lenient_waits = false;
  const bool evidence_counts = session.evidence_pending && !is_in_the_clear(session);
  const auto awaits_evidence = [&](const Terms& terms) {
    return evidence_counts && demands_certificate(terms);
  };
  auto candidate = candidates.begin();
  for (; candidate != candidates.end() && !ruling.decision; ++candidate) {
    const Connector& connector = *candidate->connector;
    const Terms& terms = terms_of(connector);
    const bool enforcing = is_enforcing(connector, terms, session.time);
    if (candidate->awaits_recipient) {
      ruling.awaits_recipient = true;
      enforcing_waits |= enforcing;
      lenient_waits |= enforcing && is_lenient(connector, terms, session.time);
    } else if (!enforcing) {
      ruling.awaits_evidence |= awaits_evidence(terms);
      ruling.shadows.push_back(judge_with(session, *candidate, Standing::Monitor));
    } else {
      const bool suspended = is_suspended(connector, session.time);
      ruling.decision = judge_with(session, *candidate,
                                   suspended ? Standing::Suspended : Standing::Deciding);
    }
  }
  ruling.final = !enforcing_waits;
  if (ruling.decision) {
    const Specificity& winner = std::prev(candidate)->specificity;
    for (; candidate != candidates.end(); ++candidate)
      ruling.passed_over.push_back(
          {candidate->connector, why_less_specific(candidate->specificity, winner)});
    const bool surely_refused = is_in_the_clear(session) && !lenient_waits &&
                                terms_of(*ruling.decision->connector).demands_tls();
    ruling.final |= surely_refused;
    if (awaits_evidence(terms_of(*ruling.decision->connector))) {
      ruling.awaits_evidence = true;
      ruling.final = false;
    }
    ruling.decision->address = address;
    ruling.decision->place = place;
  }
  for (auto& shadow : ruling.shadows) {
    shadow.address = address;
    shadow.place = place;
  }
  return ruling;
}

Reply Policy::reply_for(const Session& session, const Judgement& judgement) const {
  return form_reply({settings_.reveal_connector, settings_.contact}, session, judgement);
}

}  // namespace forcetls
