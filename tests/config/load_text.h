// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What the tests of the configuration share: loading a text as `f`, its messages as one text, and
/// what came of it as text.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "config/domain_pattern.h"
#include "config/loader.h"
#include "wire/ip_text.h"

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

/// The text must load.
inline std::shared_ptr<const Config> config_of(const std::string& text) {
  auto result = load_text(text);
  BOOST_TEST_CONTEXT(text) { BOOST_REQUIRE_MESSAGE(result.config, format_all(result)); }
  return result.config;
}

inline const Connector& connector_of(const Config& config, std::string_view name) {
  for (const auto& connector : config.policy.connectors())
    if (connector.name == name) return connector;
  throw std::runtime_error("no connector " + std::string(name));
}

inline std::string format(const std::vector<DomainPattern>& patterns) {
  std::string text;
  for (const auto& pattern : patterns) text += format_domain_pattern(pattern) + " ";
  return text;
}

inline std::string format(const std::vector<Network>& networks) {
  std::string text;
  for (const auto& network : networks) text += format_network(network) + " ";
  return text;
}

inline std::string format(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all += text + "|";
  return all;
}

}  // namespace forcetls
