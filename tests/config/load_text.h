// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What the tests of the configuration share: loading a text as `f`, and its messages as one text.
#pragma once

#include <string>
#include <string_view>

#include "config/loader.h"

namespace forcetls {

/// 2026-09-01T00:00:00Z
inline constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 9 / 1);

inline LoadResult load_text(std::string_view text) { return load_config_text("f", text, kNow); }

/// All messages, one a line.
inline std::string format_all(const LoadResult& result) {
  std::string text;
  for (const auto& diagnostic : result.diagnostics) text += format_diagnostic(diagnostic) + "\n";
  return text;
}

inline std::string messages(std::string_view text) { return format_all(load_text(text)); }

}  // namespace forcetls
