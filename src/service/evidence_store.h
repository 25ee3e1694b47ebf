// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Evidence on its way from Postfix's policy request to the milter session of the same connection.
/// Bounded in number and age: the oldest goes first. Safe from any thread; holds its lock for one
/// look-up only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>

#include "wire/evidence.h"

namespace forcetls {

class EvidenceStore {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::size_t kMost = 10'000;
  static constexpr std::chrono::seconds kMaxAge{300};

  explicit EvidenceStore(std::size_t most = kMost, Clock::duration max_age = kMaxAge)
      : most_(most), max_age_(max_age) {}

  /// Replaces what is held for the key.
  void put(const EvidenceKey& key, Evidence evidence, Clock::time_point now);
  /// Gives it away; nullopt: there is none, or it is too old.
  std::optional<Evidence> take(const EvidenceKey& key, Clock::time_point now);

  /// A connection of this key begins: what is held is of an older one and erased. The number is for
  /// close().
  std::uint64_t open(const EvidenceKey& key);
  /// The connection that open() numbered is over; what is held for it is erased, unless a newer one
  /// has the key by now.
  void close(const EvidenceKey& key, std::uint64_t number);

  std::size_t size() const;

 private:
  struct Held {
    EvidenceKey key;
    Evidence evidence;
    Clock::time_point since;
  };

  using ByKey = std::map<EvidenceKey, std::list<Held>::iterator>;

  void remove(ByKey::iterator entry);

  mutable std::mutex mutex_;
  const std::size_t most_;
  const Clock::duration max_age_;
  std::list<Held> held_;  // the oldest first
  ByKey by_key_;
  std::map<EvidenceKey, std::uint64_t> open_;  // the newest connection of each key
  std::uint64_t last_number_ = 0;
};

}  // namespace forcetls
