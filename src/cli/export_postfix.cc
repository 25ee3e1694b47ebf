// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/export_postfix.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "wire/domain_name.h"
#include "wire/next_hop.h"

namespace forcetls {

namespace {

using Kind = DomainPattern::Kind;

/// No level has this name: Postfix defers the mail ("client TLS configuration problem").
constexpr std::string_view kInvalidLevel = "no-rule-counts-now";

/// A domain before what is below it.
struct KeyOrder {
  static std::pair<std::string_view, bool> rank(std::string_view key) {
    const bool is_parent = key.starts_with('.');
    return {is_parent ? key.substr(1) : key, is_parent};
  }
  bool operator()(const std::string& a, const std::string& b) const { return rank(a) < rank(b); }
};

class PostfixExport {
 public:
  PostfixExport(const Config& config, Time now, PostfixVersion version)
      : config_(config),
        outbound_(config.policy.outbound()),
        now_(now),
        version_(version),
        problems_(config) {}

  ExportedTable run() {
    collect_keys();
    for (const auto& key : keys_) add(key);
    for (const auto& [key, connector] : suspended_) check_suspended(key, *connector);
    std::string text = format_export_heading(
        fmt::format("TLS policies for Postfix {}.{}: smtp_tls_policy_maps", version_.major,
                    version_.minor),
        config_, now_,
        {"As texthash:FILE; or as lmdb:FILE, with postmap at each change.",
         "A next hop with a port (contoso.com:2525) is found only as such a key."});
    for (const auto& [key, value] : entries_) {
      text += fmt::format("{}\t{}\n", key, value);
      if (const auto other = other_spelling(key); other != key)
        text += fmt::format("{}\t{}\n", other, value);
    }
    return {std::move(text), problems_.take()};
  }

 private:
  /// Whatever Postfix may ask for and some connector answers in its own way.
  void collect_keys() {
    for (const auto& connector : outbound_.connectors()) {
      if (!connector.smart_host.empty()) keys_.insert(connector.smart_host);
      for (const auto& pattern : connector.match_recipient) {
        if (pattern.kind == Kind::Any) continue;
        keys_.insert(pattern.domain);
        if (pattern.kind == Kind::Subtree) keys_.insert("." + pattern.domain);
      }
    }
    const auto any = outbound_.find({"*", "", false}, now_);
    if (const auto* connector = any.demanding())
      problems_.add(*connector,
                    "has match-recipient '*', which is no key of smtp_tls_policy_maps: "
                    "let smtp_tls_security_level in main.cf say what holds for all "
                    "others, or let Postfix ask the map of [outbound-map]");
  }

  void add(const std::string& key) {
    const auto ruling = outbound_.find(parse_next_hop(key), now_);
    if (const auto* connector = ruling.demanding())
      entries_[key] =
          format_tls_policy(connector->terms, now_, version_).value_or(std::string(kInvalidLevel));
    else if (ruling.connector)
      suspended_[key] = ruling.connector;
  }

  /// Without an entry of its own Postfix goes on to the domains above.
  void check_suspended(const std::string& key, const OutboundConnector& connector) {
    const NextHop next_hop = parse_next_hop(key);
    if (next_hop.text != key || key.find(':') != key.npos || next_hop.domain.empty()) return;
    std::string_view domain = next_hop.domain;
    for (auto dot = domain.find('.'); dot != domain.npos; dot = domain.find('.')) {
      domain.remove_prefix(dot);
      if (const auto above = entries_.find(std::string(domain)); above != entries_.end())
        return problems_.add(
            connector, fmt::format("is suspended, and in its place Postfix would take the entry "
                                   "'{}' for {}: suspend that connector too",
                                   above->first, next_hop.domain));
      domain.remove_prefix(1);
    }
  }

  /// Postfix asks for it as it stands in an address or a transport.
  static std::string other_spelling(const std::string& key) {
    const std::string_view host = host_in_brackets(key);
    if (host.starts_with("ipv6:")) return "[" + key.substr(1 + std::string_view("ipv6:").size());
    if (!host.empty()) return "[" + format_unicode_domain(host) + key.substr(1 + host.size());
    const auto end = std::min(key.size(), key.find(':'));
    return format_unicode_domain(key.substr(0, end)) + key.substr(end);
  }

  const Config& config_;
  const OutboundIndex& outbound_;
  const Time now_;
  const PostfixVersion version_;
  ExportProblems problems_;
  std::set<std::string, KeyOrder> keys_;
  std::map<std::string, std::string, KeyOrder> entries_;
  std::map<std::string, const OutboundConnector*, KeyOrder> suspended_;
};

}  // namespace

ExportedTable export_postfix(const Config& config, Time now, PostfixVersion version) {
  return PostfixExport(config, now, version).run();
}

}  // namespace forcetls
