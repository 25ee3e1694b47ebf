// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/evidence_store.h"

#include <iterator>

namespace forcetls {

void EvidenceStore::put(const EvidenceKey& key, Evidence evidence, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  remove(by_key_.find(key));
  held_.push_back({key, std::move(evidence), now});
  by_key_.emplace(key, std::prev(held_.end()));
  while (!held_.empty() && (held_.size() > most_ || now - held_.front().since > max_age_)) {
    by_key_.erase(held_.front().key);
    held_.pop_front();
  }
}

std::optional<Evidence> EvidenceStore::take(const EvidenceKey& key, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  std::optional<Evidence> evidence;
  if (now - found->second->since <= max_age_) evidence = std::move(found->second->evidence);
  remove(found);
  return evidence;
}

std::uint64_t EvidenceStore::open(const EvidenceKey& key) {
  const std::lock_guard lock(mutex_);
  remove(by_key_.find(key));
  return open_[key] = ++last_number_;
}

// A client may come again from the same port before libmilter has seen the end of its last session.
void EvidenceStore::close(const EvidenceKey& key, std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto newest = open_.find(key);
  if (newest == open_.end() || newest->second != number) return;
  open_.erase(newest);
  remove(by_key_.find(key));
}

std::size_t EvidenceStore::size() const {
  const std::lock_guard lock(mutex_);
  return held_.size();
}

void EvidenceStore::remove(ByKey::iterator entry) {
  if (entry == by_key_.end()) return;
  held_.erase(entry->second);
  by_key_.erase(entry);
}

}  // namespace forcetls
