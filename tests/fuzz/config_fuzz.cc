// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// Any bytes as a configuration: no crash, and either a configuration or an error that says where. What
// an [outbound] section that loads tells Postfix is one line of words that it splits as meant.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "config/loader.h"
#include "core/tls_policy.h"

namespace {

using namespace forcetls;

/// A level and attributes, each once but for tafile=, as smtp_tls_policy.c takes them.
void check_tls_policy(std::string_view policy) {
  constexpr std::string_view kLevels[] = {"encrypt", "secure", "fingerprint", "dane-only"};
  constexpr std::string_view kAttributes[] = {"match=", "tafile=", "protocols=", "exclude=",
                                              "servername="};
  std::size_t count = 0;
  std::size_t seen[std::size(kAttributes)] = {};
  while (true) {
    const auto word = policy.substr(0, policy.find(' '));
    if (word.empty() || word.find_first_of(",\t\r\n") != word.npos) std::abort();
    if (count++ == 0) {
      if (std::find(std::begin(kLevels), std::end(kLevels), word) == std::end(kLevels))
        std::abort();
    } else {
      const auto* attribute =
          std::find_if(std::begin(kAttributes), std::end(kAttributes),
                       [&](std::string_view name) { return word.starts_with(name); });
      if (attribute == std::end(kAttributes) || word.size() == attribute->size()) std::abort();
      if (seen[attribute - kAttributes]++ > 0 && *attribute != "tafile=") std::abort();
    }
    if (word.size() == policy.size()) return;
    policy.remove_prefix(word.size() + 1);
  }
}

void check_outbound(const Config& config, Time now) {
  for (const auto& connector : config.policy.outbound().connectors())
    for (const PostfixVersion version : {PostfixVersion{3, 5}, PostfixVersion{3, 7}})
      if (const auto policy = format_tls_policy(connector.terms, now, version))
        check_tls_policy(*policy);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
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
  if (result.config) check_outbound(*result.config, kNow);
  return 0;
}
