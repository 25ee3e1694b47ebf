// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Says whether it is time to repeat a message that mail traffic could otherwise repeat without
/// end. Any number of threads may ask at once. Writes no log itself.
#pragma once

#include <atomic>
#include <chrono>

namespace forcetls {

class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  explicit RateLimit(Clock::duration interval) : interval_(interval) {}

  /// True for the first call, and then for one call once `interval` has passed since the last true.
  bool allows(Clock::time_point now) {
    auto next = next_.load();
    return now.time_since_epoch() >= next &&
           next_.compare_exchange_strong(next, now.time_since_epoch() + interval_);
  }

 private:
  const Clock::duration interval_;
  std::atomic<Clock::duration> next_{Clock::duration::min()};
};

}  // namespace forcetls
