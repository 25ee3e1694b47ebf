// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// Any bytes as a configuration: no crash, and either a configuration or an error that says where.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "config/loader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forcetls;
  constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 9 / 1);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto result = load_config_text("f", text, kNow);
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  bool has_error = false;
  for (const auto& diagnostic : result.diagnostics) {
    has_error |= diagnostic.severity == Diagnostic::Severity::Error;
    // One line a message, and a line that exists.
    if (diagnostic.text.empty() || diagnostic.text.find('\n') != std::string::npos ||
        diagnostic.line > lines)
      std::abort();
  }
  if (has_error == (result.config != nullptr)) std::abort();
  return 0;
}
