// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "cli/outbound_explanation.h"
#include "config/domain_pattern.h"
#include "config/time_text.h"
#include "core/requirements.h"
#include "core/tls_policy.h"
#include "wire/printable.h"

namespace forcetls {

namespace {

using Certificate = OutboundTerms::Certificate;
using Result = OutboundExplanation::Result;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMostOfText = 200;

std::string clean(std::string_view text) { return clean_text(text, kMostOfText); }

bool has_pins(const OutboundTerms& terms) {
  return std::any_of(terms.rules.begin(), terms.rules.end(),
                     [](const OutboundRule& one) { return one.rule.is_pinned(); });
}

bool has_anchors(const OutboundTerms& terms) {
  return std::any_of(terms.rules.begin(), terms.rules.end(),
                     [](const OutboundRule& one) { return !one.anchor_files.empty(); });
}

/// What the server must be; the settings of main.cf that it rests on.
std::string_view format_server(const OutboundTerms& terms) {
  switch (terms.certificate) {
    case Certificate::No: return "to whoever answers: no certificate is looked at";
    case Certificate::Dane:
      return "to a server whose certificate its DNSSEC-signed TLSA records name "
             "(smtp_dns_support_level = dnssec)";
    case Certificate::Verified: break;
    case Certificate::Rules:
      if (has_pins(terms))
        return "to a server whose certificate or key has such a digest "
               "(smtp_tls_fingerprint_digest = sha256)";
      if (has_anchors(terms))
        return "to a server whose certificate leads to that root (smtp_tls_CAfile does not count) "
               "and has such a name";
  }
  return "to a server whose certificate is trusted (smtp_tls_CAfile) and has such a name";
}

/// Why the connector was chosen.
std::string format_match_of(const OutboundConnector& connector, const NextHop& next_hop) {
  if (connector.smart_host == next_hop.text) return "its smart-host is " + connector.smart_host;
  const DomainPattern* best = nullptr;
  for (const auto& pattern : connector.match_recipient)
    if (pattern.matches(next_hop.domain) && (!best || *best < pattern)) best = &pattern;
  return best ? "match-recipient " + format_domain_pattern(*best) : "";
}

std::string would(const OutboundConnector& connector, Time time, const Config& config) {
  return format_tls_policy(connector.terms, time, config.postfix_version())
      .value_or("defer: none of its certificate rules counts");
}

class Text {
 public:
  Text(const OutboundExplanation& explanation, const Config& config)
      : explanation_(explanation), config_(config) {}

  std::string run() {
    text_ += "Mail\n";
    line("time", format_time(explanation_.time));
    line("to", clean(explanation_.recipient));
    line("next hop", clean(explanation_.next_hop.text) + (explanation_.relayed ? ", a relay" : ""));
    text_ += "\nmail to " + clean(explanation_.next_hop.text) + "\n";
    write_connectors();
    write_result();
    return std::move(text_);
  }

 private:
  void line(std::string_view label, std::string_view value) {
    text_ += fmt::format("  {:<13} {}\n", label, value);
  }

  std::string name_of(const OutboundConnector& connector) const {
    return fmt::format("[outbound {}] ({}:{})", connector.name,
                       config_.files.at(connector.where.file), connector.where.line);
  }

  void write_connectors() {
    for (const auto* shadow : explanation_.ruling.shadows) {
      line("monitor", name_of(*shadow));
      line("", "would: " + would(*shadow, explanation_.time, config_));
    }
    const OutboundConnector* first = explanation_.ruling.connector;
    const bool suspended = explanation_.ruling.standing == Standing::Suspended;
    if (first && suspended) {
      line("suspended", name_of(*first));
      line("", "would: " + would(*first, explanation_.time, config_));
    }
    if (const auto* connector = explanation_.connector) {
      line("governed by", name_of(*connector));
      line("", connector == first ? format_match_of(*connector, explanation_.next_hop)
                                  : "its *. covers " + explanation_.keys.back());
      if (!connector->particulars.description.empty())
        line("", connector->particulars.description);
    } else {
      line("governed by", "no connector");
    }
    if (explanation_.hidden) {
      line("hidden", name_of(*explanation_.hidden));
      line("", fmt::format("Postfix asks for the relay only; give it 'smart-host = {}'",
                           clean(explanation_.next_hop.text)));
    }
    const auto route = config_.policy.outbound().find_route(explanation_.next_hop, explanation_.time);
    if (route && !explanation_.relayed)
      line("smart host", *route + " by the map postfix-transport; the same holds there");
  }

  void write_result() {
    text_ += "\nResult: ";
    switch (explanation_.result) {
      case Result::Default:
        text_ += "nothing is demanded; Postfix's own default holds (smtp_tls_security_level)\n";
        return;
      case Result::Wait:
        text_ += "the mail waits: none of the connector's certificate rules counts at this time\n";
        return;
      case Result::Policy: break;
    }
    const OutboundTerms& terms = explanation_.connector->terms;
    text_ += explanation_.policy + "\n";
    text_ += fmt::format("Postfix sends over {}{},\n{}.\n", format_tls_demand(terms.require_tls),
                         terms.excluded.empty() ? "" : " without the excluded cipher suites",
                         format_server(terms));
    text_ += "Mail for which that cannot be had waits in the queue.\n";
  }

  const OutboundExplanation& explanation_;
  const Config& config_;
  std::string text_;
};

std::string_view format_result(Result result) {
  switch (result) {
    case Result::Policy: return "policy";
    case Result::Default: return "default";
    case Result::Wait: break;
  }
  return "defer";
}

Json name_or_null(const OutboundConnector* connector) {
  return connector ? Json(connector->name) : Json();
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

std::string format_outbound_text(const OutboundExplanation& explanation, const Config& config) {
  return Text(explanation, config).run();
}

std::string format_outbound_json(const OutboundExplanation& explanation, const Config& config) {
  Json shadows = Json::array();
  const auto add = [&](const OutboundConnector& connector, Standing standing) {
    shadows.push_back({{"connector", connector.name},
                       {"mode", format_standing(standing)},
                       {"policy", would(connector, explanation.time, config)}});
  };
  for (const auto* shadow : explanation.ruling.shadows) add(*shadow, Standing::Monitor);
  if (explanation.ruling.standing == Standing::Suspended)
    add(*explanation.ruling.connector, Standing::Suspended);
  const auto* connector = explanation.connector;
  const Json object = {
      {"time", format_time(explanation.time)},
      {"recipient", clean(explanation.recipient)},
      {"next_hop", clean(explanation.next_hop.text)},
      {"keys", explanation.keys},
      {"connector", name_or_null(connector)},
      {"result", format_result(explanation.result)},
      {"policy", text_or_null(explanation.policy)},
      {"smart_host", connector ? text_or_null(connector->smart_host) : Json()},
      {"would", std::move(shadows)},
      {"hidden_connector", name_or_null(explanation.hidden)},
  };
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace forcetls
