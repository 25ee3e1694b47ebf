// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Outbound connectors and configurations of them, for the tests of [outbound-map].
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/loader.h"
#include "core/given.h"

namespace forcetls::given {

/// In force, and demands a verified certificate.
inline OutboundConnector outbound(std::string name,
                                  std::initializer_list<std::string_view> recipients) {
  OutboundConnector connector;
  connector.name = std::move(name);
  connector.match_recipient = patterns(recipients);
  connector.terms.certificate = OutboundTerms::Certificate::Verified;
  return connector;
}

inline OutboundConnector monitor(std::string name,
                                 std::initializer_list<std::string_view> recipients) {
  OutboundConnector connector = outbound(std::move(name), recipients);
  connector.mode = Mode::Monitor;
  return connector;
}

/// Of a rule that no longer counts at any time that a test knows.
inline OutboundConnector outdated(std::string name,
                                  std::initializer_list<std::string_view> recipients) {
  OutboundConnector connector = outbound(std::move(name), recipients);
  connector.terms.certificate = OutboundTerms::Certificate::Rules;
  connector.terms.rules.emplace_back().rule.valid_until = at(0);
  return connector;
}

inline Policy outbound_policy(std::vector<OutboundConnector> connectors) {
  return Policy({}, {}, {}, OutboundIndex(std::move(connectors)));
}

inline std::shared_ptr<const Config> outbound_config(std::vector<OutboundConnector> connectors,
                                                     PostfixVersion version = {}) {
  auto config = std::make_shared<Config>(*load_config_text("test", "", at(0)).config);
  config->outbound_map.emplace().postfix_version = version;
  config->policy = outbound_policy(std::move(connectors));
  return config;
}

}  // namespace forcetls::given
