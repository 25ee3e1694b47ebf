// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/export_sendmail.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "wire/next_hop.h"

namespace forcetls {

namespace {

using Certificate = OutboundTerms::Certificate;
using Kind = DomainPattern::Kind;
using TlsDemand = Terms::TlsDemand;

// TEMP: mail waits (403 4.7.0); without it the error is the one of TLS_PERM_ERR.
constexpr std::string_view kEncrypted = "TEMP+ENCR:1";
constexpr std::string_view kNamed = "TEMP+VERIFY+CN:";
// No CA may issue such a name (RFC 6761 section 6.4): mail waits.
constexpr std::string_view kNobody = "no-rule-counts-now.invalid";
// Anything that is no requirement: what holds for the domains above does not hold here.
constexpr std::string_view kNothing = "OK";

constexpr std::string_view kCannot = "which Sendmail's access map cannot demand";

std::string_view version_of(TlsDemand demand) {
  switch (demand) {
    case TlsDemand::Tls10: return "1.0";
    case TlsDemand::Tls11: return "1.1";
    case TlsDemand::Tls12: return "1.2";
    case TlsDemand::Tls13: return "1.3";
    case TlsDemand::No:
    case TlsDemand::Any: break;
  }
  return {};
}

class SendmailExport {
 public:
  SendmailExport(const Config& config, Time now, TlsDemand least_tls)
      : config_(config),
        outbound_(config.policy.outbound()),
        now_(now),
        least_tls_(least_tls),
        problems_(config) {}

  ExportedTable run() {
    if (const auto* any = demanding_of("")) bare_ = value_of(*any);
    for (const auto& domain : collect_domains()) add_domain(domain);
    for (const auto& connector : outbound_.connectors()) add_server(connector);
    std::string text = format_export_heading(
        "TLS requirements for Sendmail's access map", config_, now_,
        {"Add to the source of FEATURE(`access_db'), then: makemap hash access < access",
         "CN: is compared with the certificate's CN. FEATURE(`check_cert_altnames') must be off: "
         "with it a server passes that proves nothing but its own name.",
         "TLS_Rcpt: comes after MAIL: a server without STARTTLS learns the sender's address.",
         "ENCR: is met by the encryption of mail that comes in, with DeliveryMode=interactive."});
    if (!bare_.empty()) text += fmt::format("TLS_Rcpt:\t{}\n", bare_);
    for (const auto& [domain, value] : domains_)
      text += fmt::format("TLS_Rcpt:{}\t{}\n", domain, value);
    for (const auto& [host, server] : servers_)
      text += fmt::format("TLS_Srv:{}\t{}\n", host, server.value);
    return {std::move(text), problems_.take()};
  }

 private:
  struct Server {
    std::string smart_host;
    std::string value;
  };

  /// Fewest labels first: a domain comes behind those above it.
  std::vector<std::string> collect_domains() const {
    std::set<std::string> domains;
    for (const auto& connector : outbound_.connectors())
      for (const auto& pattern : connector.match_recipient)
        if (pattern.kind != Kind::Any) domains.insert(pattern.domain);
    std::vector<std::string> sorted(domains.begin(), domains.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
      return std::count(a.begin(), a.end(), '.') < std::count(b.begin(), b.end(), '.');
    });
    return sorted;
  }

  // Sendmail knows the recipient whatever way the mail takes: a smart host's text means nothing.
  const OutboundConnector* demanding_of(const std::string& domain) const {
    return outbound_.find({"", domain, false}, now_).demanding();
  }

  /// Of the domains below that no connector names.
  const OutboundConnector* demanding_below(const std::string& domain) const {
    const auto ruling = outbound_.find({"", domain, true}, now_);
    return ruling.connector ? ruling.demanding() : demanding_of("");
  }

  void add_domain(const std::string& domain) {
    const auto* here = demanding_of(domain);
    const auto* below = demanding_below(domain);
    const std::string value = here ? value_of(*here) : "";
    if (here != below && value != (below ? value_of(*below) : "")) return refuse_alone(domain);
    if (!value.empty())
      domains_[domain] = value;
    else if (!here && is_demanded_above(domain))
      domains_[domain] = kNothing;
  }

  void refuse_alone(const std::string& domain) {
    for (const auto& connector : outbound_.connectors())
      for (const auto& pattern : connector.match_recipient)
        if (pattern.kind == Kind::Exact && pattern.domain == domain)
          problems_.add(connector, fmt::format("is for '{0}' alone, and in Sendmail's access map "
                                               "subdomains follow their domain: give '*.{0}' too",
                                               domain));
  }

  bool is_demanded_above(std::string_view domain) const {
    for (auto dot = domain.find('.'); dot != domain.npos; dot = domain.find('.')) {
      domain.remove_prefix(dot + 1);
      const auto above = domains_.find(std::string(domain));
      if (above != domains_.end()) return above->second != kNothing;
    }
    return !bare_.empty();
  }

  /// Mail to its smart host, whosever it is, and before MAIL.
  void add_server(const OutboundConnector& connector) {
    const auto host = host_in_brackets(connector.smart_host);
    if (host.empty()) return;
    const auto* winner = outbound_.find(parse_next_hop(connector.smart_host), now_).demanding();
    const std::string value = winner ? value_of(*winner) : "";
    if (winner && (host.starts_with("ipv6:") || host.find(':') != host.npos))
      return problems_.add(connector, "has an IPv6 address as 'smart-host', " +
                                          std::string(kCannot) +
                                          " anything of: give the host's name");
    const auto [first, is_new] =
        hosts_.try_emplace(std::string(host), Server{connector.smart_host, value});
    if (!is_new && first->second.value != value)
      return problems_.add(connector,
                           fmt::format("demands of its 'smart-host' another thing than is demanded "
                                       "of {}: Sendmail's access map knows no ports",
                                       first->second.smart_host));
    if (!value.empty()) servers_[std::string(host)] = first->second;
  }

  /// "": nothing, for it cannot be said; then the problems say so.
  std::string value_of(const OutboundConnector& connector) {
    const auto [known, is_new] = values_.try_emplace(&connector);
    if (is_new) known->second = format_value(connector);
    return known->second;
  }

  std::string format_value(const OutboundConnector& connector) {
    const auto& terms = connector.terms;
    bool fits = true;
    const auto refuse = [&](std::string_view text) {
      problems_.add(connector, text);
      fits = false;
    };
    if (terms.require_tls != TlsDemand::Any && terms.require_tls > least_tls_)
      refuse(fmt::format(
          "has require-tls = {0}, {1}: --minimum-tls {0} says that Sendmail itself uses "
          "nothing older (ClientSSLOptions)",
          version_of(terms.require_tls), kCannot));
    if (!terms.excluded.empty()) refuse(fmt::format("has 'deny-ciphers', {}", kCannot));
    if (!terms.server_name.empty()) refuse(fmt::format("has 'server-name', {}", kCannot));
    std::optional<std::string> value;
    switch (terms.certificate) {
      case Certificate::No: value = std::string(kEncrypted); break;
      case Certificate::Dane:
        refuse(fmt::format("has require-certificate = dane, {}", kCannot));
        break;
      case Certificate::Verified: value = format_name(terms.names, refuse); break;
      case Certificate::Rules: value = format_rules(terms.rules, refuse); break;
    }
    return fits && value ? *value : "";
  }

  template <typename Refuse>
  std::optional<std::string> format_rules(const std::vector<OutboundRule>& rules, Refuse refuse) {
    std::vector<DomainPattern> names;
    bool counts = false, is_nameless = false;
    for (const auto& [rule, anchor_files] : rules) {
      if (!rule.counts_at(now_)) continue;
      counts = true;
      is_nameless |= rule.names.empty();
      if (rule.is_pinned() || !rule.roots.empty()) {
        refuse(fmt::format("needs {} of [certificate {}], {}",
                           rule.is_pinned() ? "the pins" : "'root'", rule.section, kCannot));
        return std::nullopt;
      }
      for (const auto& name : rule.names)
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    if (!counts) return std::string(kNamed) + std::string(kNobody);
    return format_name(is_nameless ? std::vector<DomainPattern>() : names, refuse);
  }

  /// CN: takes one name, and several CN: would all have to be met.
  template <typename Refuse>
  std::optional<std::string> format_name(const std::vector<DomainPattern>& names, Refuse refuse) {
    if (names.empty())
      refuse(
          fmt::format("needs a certificate for the domain or any of its subdomains, {}: give one "
                      "name in 'require-certificate-name'",
                      kCannot));
    else if (names.size() > 1)
      refuse(fmt::format("takes any of several names, {}: give one", kCannot));
    else if (names.front().kind != Kind::Exact)
      refuse(fmt::format("takes any name in '*.{}', {}: give one", names.front().domain, kCannot));
    else
      return std::string(kNamed) + names.front().domain;
    return std::nullopt;
  }

  const Config& config_;
  const OutboundIndex& outbound_;
  const Time now_;
  const TlsDemand least_tls_;
  ExportProblems problems_;
  std::unordered_map<const OutboundConnector*, std::string> values_;
  std::string bare_;  // for all domains; empty: nothing
  std::map<std::string, std::string> domains_;
  std::map<std::string, Server> hosts_;    // of all smart hosts
  std::map<std::string, Server> servers_;  // of which something is demanded
};

}  // namespace

ExportedTable export_sendmail(const Config& config, Time now, TlsDemand least_tls) {
  return SendmailExport(config, now, least_tls).run();
}

}  // namespace forcetls
