// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The evidence of one milter session (DESIGN.md section 5): what Postfix's policy request left for
/// it in the store is taken once, and kept for as long as the TLS session is the same. Judges
/// nothing and writes no log. Used by one thread at a time, as the session is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/config.h"
#include "service/evidence_store.h"
#include "wire/evidence.h"

namespace forcetls {

class SessionEvidence {
 public:
  /// `store` outlives this; nullptr: the daemon was started without [postfix-evidence].
  explicit SessionEvidence(EvidenceStore* store) : store_(store) {}
  SessionEvidence(const SessionEvidence&) = delete;
  SessionEvidence& operator=(const SessionEvidence&) = delete;
  /// Erases what is held in the store for this connection, which is over.
  ~SessionEvidence() { close(); }

  /// The connection is that of the macros. What is held for its addresses and ports is of an older
  /// one and is erased.
  void connect(const MacroLookup& macro);

  /// What was taken, if it is about the TLS session of `session`; else it is forgotten. `session`
  /// is as the macros tell it. nullptr: nothing is kept.
  const Evidence* keep_for(const Session& session);

  /// Whether there may be evidence for take() to find.
  bool may_come(const Session& session) const;

  enum class Take { Nothing, Disagreeing, Taken };
  /// Looks into the store. What is of another TLS session than `session`, as the macros tell it, is
  /// dropped.
  Take take(const Session& session);

  /// What was taken; nullptr: nothing.
  const Evidence* kept() const { return kept_ ? &*kept_ : nullptr; }

  /// The server's address and port; `an unknown address` without.
  std::string server() const;

  /// Why a mail had no evidence and what to change, for the administrator.
  std::string explain_lack(const Config& config) const;

 private:
  void close() const;

  EvidenceStore* const store_;
  std::optional<EvidenceKey> key_;  // nullopt: not told
  std::uint64_t number_ = 0;        // of the connection, in the store
  std::optional<Evidence> kept_;
  bool disagreed_ = false;  // what came last
};

}  // namespace forcetls
