// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// A warning that peers could otherwise repeat without end: one in a while, with the number of all.
/// For one thread.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "service/log.h"
#include "service/rate_limit.h"

namespace forcetls {

class CountedWarning {
 public:
  /// `log` outlives it.
  CountedWarning(Log& log, std::string text,
                 RateLimit::Clock::duration interval = std::chrono::minutes(1))
      : log_(log), text_(std::move(text)), limit_(interval) {}

  /// `detail` is told of the one that is written; a peer's text is cleaned by the caller.
  void note(std::string_view detail = "") {
    ++times_;
    if (!limit_.allows(RateLimit::Clock::now())) return;
    const auto count = times_ == 1 ? "" : fmt::format(" ({} times since start)", times_);
    log_.warning(fmt::format("{}{}{}", text_, detail, count));
  }

 private:
  Log& log_;
  const std::string text_;
  RateLimit limit_;
  std::size_t times_ = 0;
};

}  // namespace forcetls
