// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The configuration in force: one guarded pointer to an immutable snapshot. Whoever judges keeps
/// the snapshot it took; a reload changes what the next one takes. Safe from any thread.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "config/config.h"
#include "service/negotiation.h"

namespace forcetls {

/// A configuration and what follows from it, found out once and not for each session.
struct ActiveConfig {
  explicit ActiveConfig(std::shared_ptr<const Config> loaded)
      : config(std::move(loaded)), needs(needs_of(*config)) {}

  const std::shared_ptr<const Config> config;
  const Needs needs;
};

class CurrentConfig {
 public:
  explicit CurrentConfig(std::shared_ptr<const Config> config) { set(std::move(config)); }

  std::shared_ptr<const ActiveConfig> get() const {
    const std::lock_guard lock(mutex_);
    return active_;
  }

  void set(std::shared_ptr<const Config> config) {
    auto active = std::make_shared<const ActiveConfig>(std::move(config));
    const std::lock_guard lock(mutex_);
    active_.swap(active);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const ActiveConfig> active_;
};

}  // namespace forcetls
