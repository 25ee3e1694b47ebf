// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What holds for mail to one recipient: the look-ups of Postfix's smtp(8), played through with the
/// daemon's own answers (postfix/src/smtp/smtp_tls_policy.c: tls_policy_lookup), ready to be
/// printed. Decides nothing by itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.h"
#include "core/outbound.h"

namespace forcetls {

struct OutboundExplanation {
  enum class Result { Policy, Default, Wait };

  std::string recipient;          // as typed
  Time time{};
  NextHop next_hop;
  bool relayed = false;           // the next hop is a relay, whoever the recipient is
  std::vector<std::string> keys{};  // asked, in order; the last one's answer counts
  OutboundRuling ruling{};        // of the first key
  Result result = Result::Default;
  const OutboundConnector* connector = nullptr;  // whose answer the result is
  std::string policy{};                          // Policy: Postfix's words
  /// What would govern mail to the recipient's domain, if the relay did not stand before it.
  const OutboundConnector* hidden = nullptr;
};

/// `to` as RCPT has it, or a domain alone. `relay`: the next hop instead, as relayhost or a transport
/// says it. A string is what is wrong, one line.
std::variant<OutboundExplanation, std::string> explain_outbound(
    const Config& config, const std::string& to, const std::optional<std::string>& relay,
    Time time);

/// For people: the connector and why, the policy, and what Postfix does with it.
std::string format_outbound_text(const OutboundExplanation& explanation, const Config& config);

/// The same as one JSON object with a line end.
std::string format_outbound_json(const OutboundExplanation& explanation, const Config& config);

}  // namespace forcetls
