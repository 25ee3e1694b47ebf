// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Whether one connector's scope covers a mail, and how closely (DESIGN.md section 4, step 3). Which of
/// many does is scope_index.h's.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "core/connector.h"
#include "core/session.h"

namespace forcetls {

/// How closely a scope fits; compared key by key in DESIGN.md section 4's order. 0: no such key.
struct Specificity {
  std::uint32_t sender = 0;
  std::uint32_t client = 0;
  std::uint32_t client_name = 0;
  std::uint32_t recipient = 0;

  auto operator<=>(const Specificity&) const = default;
};

struct Candidate {
  const Connector* connector = nullptr;
  Specificity specificity;
  bool client_unknown = false;       // match-client counted as held
  bool client_name_unknown = false;  // match-client-name counted as held
  bool awaits_recipient = false;     // match-recipient holds or not, at RCPT
};

/// What scopes are compared with.
struct ScopeQuery {
  const Session& session;
  const SenderAddress& address;
  SenderPlace place;           // where `address` stands: Envelope or Header
  const Recipient* recipient;  // nullptr: not known yet
  bool null_sender_by_helo;
};

/// nullopt: the scope does not cover the mail.
std::optional<Candidate> fit(const Connector& connector, const ScopeQuery& query);

/// How specific the scope can be in the keys behind match-sender.
Specificity narrowest(const Scope& scope);

}  // namespace forcetls
