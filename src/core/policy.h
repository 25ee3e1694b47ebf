// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// All rules, and the choice among them: which inbound connector judges an address, and what it says
/// (DESIGN.md section 4); which outbound connector governs mail to a next hop (section 7). Immutable after construction, so any number of threads may ask at once.
/// Stages, several recipients and the mail as a whole are transaction.h's.
#pragma once

#include <bitset>
#include <string>
#include <vector>

#include "core/connector.h"
#include "core/outbound.h"
#include "core/scope_index.h"
#include "core/session.h"
#include "core/verdict.h"

namespace forcetls {

/// The [milter] keys that decisions and replies depend on.
struct PolicySettings {
  std::vector<Network> exempt_clients;
  bool exempt_authenticated = true;
  bool null_sender_by_helo = true;
  bool reveal_connector = true;
  std::string contact;
};

class Policy {
 public:
  /// `connectors` are the enabled [inbound] sections; each one's `terms` is an index into `terms`.
  /// Two connectors of one scope must not come here: the loader refuses them.
  Policy(PolicySettings settings, std::vector<Terms> terms, std::vector<Connector> connectors,
         OutboundIndex outbound = {});

  Exemption exemption(const Session& session) const;

  /// Judges one address. `recipient` is nullptr while no recipient is known; connectors with
  /// match-recipient then wait.
  Ruling judge(const Session& session, const SenderAddress& address, SenderPlace place,
               const Recipient* recipient) const;

  /// The refusal that `judgement` leads to; only where is_refusal(judgement.action).
  Reply reply_for(const Session& session, const Judgement& judgement) const;

  /// What holds for mail to a next hop, at `time`.
  OutboundRuling outbound(const NextHop& next_hop, Time time) const {
    return outbound_.find(next_hop, time);
  }
  const OutboundIndex& outbound() const { return outbound_; }

  const PolicySettings& settings() const { return settings_; }
  const std::vector<Connector>& connectors() const { return index_.connectors(); }
  const Terms& terms_of(const Connector& connector) const { return terms_[connector.terms]; }

  /// What any connector needs to know beyond MAIL; the milter negotiates the rest away.
  bool looks_at_recipients() const { return looks_at_recipients_; }
  bool looks_at_headers() const { return looks_at_headers_; }
  bool looks_at_helo() const { return looks_at_helo_; }
  bool looks_at_certificates() const { return looks_at_certificates_; }
  /// Whether any connector's action can be this one.
  bool may_take(Action action) const;

 private:
  int waiting_rank(const Connector& connector) const;
  Judgement judge_with(const Session& session, const Candidate& candidate, Standing standing) const;

  PolicySettings settings_;
  std::vector<Terms> terms_;
  ScopeIndex index_;
  OutboundIndex outbound_;
  bool looks_at_recipients_ = false;
  bool looks_at_headers_ = false;
  bool looks_at_helo_ = false;
  bool looks_at_certificates_ = false;
  std::bitset<8> actions_;  // by Action
};

}  // namespace forcetls
