// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/postfix_settings.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <utility>

#include "core/tls_policy.h"
#include "wire/next_hop.h"
#include "wire/printable.h"

namespace forcetls {

namespace {

using Certificate = OutboundTerms::Certificate;

// Debian has it in /usr/sbin, which is not in everybody's PATH.
constexpr const char* kCommand =
    "PATH=\"$PATH:/usr/sbin\" exec postconf -x mail_version relayhost smtp_fallback_relay "
    "transport_maps default_transport relay_transport sender_dependent_relayhost_maps "
    "smtp_tls_connection_reuse "
    "smtp_tls_policy_maps smtp_tls_fingerprint_digest smtp_tls_CAfile smtp_tls_CApath "
    "tls_append_default_CA smtp_dns_support_level 2>&1 </dev/null";
constexpr std::size_t kMostOfText = 200;
constexpr std::string_view kSeparators = ", \t";

/// The connectors that a message is about; empty: none.
std::string list_connectors(const std::vector<OutboundConnector>& connectors,
                            const std::function<bool(const OutboundConnector&)>& concerned) {
  const OutboundConnector* first = nullptr;
  std::size_t others = 0;
  for (const auto& connector : connectors) {
    if (!concerned(connector)) continue;
    if (first)
      ++others;
    else
      first = &connector;
  }
  if (!first) return {};
  return fmt::format("[outbound {}]{}", first->name,
                     others ? fmt::format(" and {} more", others) : "");
}

bool has_rule(const OutboundConnector& connector, bool pinned) {
  const auto& rules = connector.terms.rules;
  return std::any_of(rules.begin(), rules.end(), [&](const OutboundRule& one) {
    return one.rule.is_pinned() == pinned;
  });
}

/// Whether it rests on the CAs that Postfix trusts.
bool needs_trust(const OutboundConnector& connector) {
  if (connector.terms.certificate == Certificate::Verified) return true;
  const auto& rules = connector.terms.rules;
  return std::any_of(rules.begin(), rules.end(), [](const OutboundRule& one) {
    return !one.rule.is_pinned() && one.anchor_files.empty();
  });
}

class SettingsCheck {
 public:
  SettingsCheck(const PostfixSettings& settings, const Config& config, Time now)
      : settings_(settings),
        config_(config),
        now_(now),
        connectors_(config.policy.outbound().connectors()) {}

  std::vector<Diagnostic> run() {
    if (connectors_.empty()) return {};
    check_maps();
    check_relayhost();
    check_fallback();
    check_other_routes();
    check_reuse();
    check_version();
    check_certificates();
    return std::move(warnings_);
  }

 private:
  std::string_view get(std::string_view name) const {
    const auto found = settings_.find(name);
    return found == settings_.end() ? std::string_view() : found->second;
  }

  void warn(std::string text) {
    warnings_.push_back({Diagnostic::Severity::Warning, "main.cf", 0, std::move(text)});
  }

  void check_maps() {
    const auto maps = get("smtp_tls_policy_maps");
    if (maps.empty())
      warn("smtp_tls_policy_maps is empty: no [outbound] section has any effect");
    else if (config_.outbound_map && maps.find("postfix-tls") == std::string_view::npos)
      warn("smtp_tls_policy_maps does not ask [outbound-map]: there is no "
           "socketmap:...:postfix-tls in it");
  }

  void check_relayhost() {
    const auto relay = get("relayhost");
    if (relay.empty()) return;
    const std::string text = parse_next_hop(relay).text;
    const bool routes = get("transport_maps").find("postfix-transport") != std::string_view::npos;
    const auto* governing = config_.policy.outbound(parse_next_hop(relay), now_).connector;
    const auto hidden = list_connectors(connectors_, [&](const OutboundConnector& connector) {
      return &connector != governing && connector.smart_host != text &&
             !(routes && !connector.smart_host.empty());
    });
    if (!hidden.empty())
      warn(fmt::format("relayhost hides {}: Postfix asks for the relay only; give 'smart-host = {}'",
                       hidden, clean_text(relay, kMostOfText)));
  }

  /// Mail that no server of the partner takes as demanded goes there, by the relay's own policy
  /// (postfix/src/smtp/smtp_connect.c).
  void check_fallback() {
    const auto relays = get("smtp_fallback_relay");
    for (std::size_t begin = 0; begin < relays.size();) {
      begin = std::min(relays.find_first_not_of(kSeparators, begin), relays.size());
      const auto end = std::min(relays.find_first_of(kSeparators, begin), relays.size());
      const auto relay = relays.substr(begin, end - begin);
      begin = end;
      if (relay.empty()) continue;
      if (!config_.policy.outbound(parse_next_hop(relay), now_).demanding())
        warn(fmt::format("smtp_fallback_relay takes mail that cannot be sent as demanded, perhaps "
                         "in the clear; an [outbound] section with 'smart-host = {}' governs it",
                         clean_text(relay, kMostOfText)));
    }
  }

  /// What leads mail elsewhere than to its recipient's domain. Each sends a next hop of its own.
  void check_other_routes() {
    constexpr const char* kMaps = "sender_dependent_relayhost_maps";
    if (!get(kMaps).empty()) warn_of_route(kMaps);
    for (const char* name : {"default_transport", "relay_transport"}) {
      const auto colon = get(name).find(':');
      if (colon != std::string_view::npos && colon + 1 < get(name).size()) warn_of_route(name);
    }
  }

  void warn_of_route(std::string_view name) {
    warn(fmt::format("{} leads mail to relays, and Postfix asks for these only; connectors of "
                     "partners whose mail goes there need 'smart-host'",
                     name));
  }

  /// Another partner's connection to the same server does, if it had TLS and demanded no
  /// certificate, either (postfix/src/smtp/smtp.h: SMTP_KEY_MASK_SCACHE_ENDP_LABEL).
  void check_reuse() {
    if (get("smtp_tls_connection_reuse") != "yes") return;
    const auto shared = list_connectors(connectors_, [](const OutboundConnector& connector) {
      return connector.terms.certificate == Certificate::No;
    });
    if (!shared.empty())
      warn(fmt::format("smtp_tls_connection_reuse is yes: mail of {} may go over a connection that "
                       "was made for other mail to the same server, by its demands",
                       shared));
  }

  void check_version() {
    const auto version = parse_postfix_version(get("mail_version"));
    if (version && *version < kFirstWithRanges && config_.postfix_version() >= kFirstWithRanges)
      warn(fmt::format("mail_version is {}, which does not understand the policies of a newer "
                       "Postfix; set 'postfix-version' in [outbound-map]",
                       clean_text(get("mail_version"), kMostOfText)));
  }

  void check_certificates() {
    const auto pinned = list_connectors(
        connectors_, [](const OutboundConnector& connector) { return has_rule(connector, true); });
    if (!pinned.empty() && get("smtp_tls_fingerprint_digest") != "sha256")
      warn("smtp_tls_fingerprint_digest is not sha256: the pins of " + pinned + " are never met");
    const auto trusting = list_connectors(connectors_, needs_trust);
    if (!trusting.empty() && get("smtp_tls_CAfile").empty() && get("smtp_tls_CApath").empty() &&
        get("tls_append_default_CA") != "yes")
      warn("smtp_tls_CAfile and smtp_tls_CApath are empty: no certificate is trusted, and mail of " +
           trusting + " waits");
    const auto dane = list_connectors(connectors_, [](const OutboundConnector& connector) {
      return connector.terms.certificate == Certificate::Dane;
    });
    if (!dane.empty() && get("smtp_dns_support_level") != "dnssec")
      warn("smtp_dns_support_level is not dnssec: mail of " + dane + " waits");
  }

  const PostfixSettings& settings_;
  const Config& config_;
  const Time now_;
  const std::vector<OutboundConnector>& connectors_;
  std::vector<Diagnostic> warnings_;
};

}  // namespace

std::variant<PostfixSettings, std::string> read_postfix_settings() {
  std::FILE* pipe = ::popen(kCommand, "r");
  if (!pipe) return "postconf cannot be started";
  std::string output;
  char bytes[4096];
  while (const auto size = std::fread(bytes, 1, sizeof bytes, pipe)) output.append(bytes, size);
  const int status = ::pclose(pipe);

  PostfixSettings settings;
  std::string first;
  for (std::size_t begin = 0; begin < output.size();) {
    const auto end = std::min(output.find('\n', begin), output.size());
    const auto line = output.substr(begin, end - begin);
    begin = end + 1;
    if (first.empty()) first = line;
    if (const auto equals = line.find(" ="); equals != line.npos)
      settings[line.substr(0, equals)] = line.substr(std::min(equals + 3, line.size()));
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return "postconf failed: " + clean_text(first, kMostOfText);
  return settings;
}

std::vector<Diagnostic> check_postfix_settings(const PostfixSettings& settings,
                                               const Config& config, Time now) {
  return SettingsCheck(settings, config, now).run();
}

}  // namespace forcetls
