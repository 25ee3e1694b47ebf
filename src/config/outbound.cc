// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/outbound.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "config/domain_pattern.h"
#include "config/resolve.h"
#include "core/certificate_name.h"
#include "core/cipher_suite.h"

namespace forcetls {

namespace {

constexpr std::string_view kDefaultAnchors = "anchors";
// Debian's smtp(8) runs in a chroot there, or in that folder: a path relative to it serves both.
constexpr std::string_view kPostfixQueue = "/var/spool/postfix/";

/// A key of the rule that Postfix has no word for, or "".
std::string_view find_unenforceable(const CertificateRule& rule) {
  const std::pair<bool, std::string_view> keys[] = {
      {!rule.organizations.empty(), "organization"},
      {!rule.organizational_units.empty(), "organizational-unit"},
      {!rule.issuers.empty(), "issuer"},
      {!rule.issuer_organizations.empty(), "issuer-organization"},
      {rule.min_key_bits.has_value(), "min-key-bits"},
  };
  for (const auto& [given, key] : keys)
    if (given) return key;
  return {};
}

bool overlap(const CertificateRule& a, const CertificateRule& b) {
  return (!a.valid_until || !b.valid_from || *b.valid_from < *a.valid_until) &&
         (!b.valid_until || !a.valid_from || *a.valid_from < *b.valid_until);
}

/// Whether one policy can demand either: names are one list there, and so are roots.
bool can_stand_together(const CertificateRule& a, const CertificateRule& b) {
  if (!overlap(a, b) || a.roots == b.roots) return true;
  return a.names == b.names && !a.roots.empty() && !b.roots.empty();
}

class OutboundResolver {
 public:
  OutboundResolver(ConfigDraft& config, const CertificateChain& anchors,
                   DiagnosticList& diagnostics)
      : config_(config), anchors_(anchors), diagnostics_(diagnostics) {
    directory_ = config.outbound_map ? config.outbound_map->settings.anchor_directory : "";
    if (directory_.empty())
      directory_ = fmt::format("{}/{}", config.milter.state_directory, kDefaultAnchors);
  }

  ResolvedOutbound run() {
    auto& drafts = config_.outbound;
    std::erase_if(drafts, [](const OutboundDraft& draft) { return !draft.enabled; });
    for (auto& draft : drafts) resolve(draft);
    for (const auto& draft : drafts)
      for (const auto& pattern : draft.connector.match_recipient) check_pattern(draft, pattern);
    for (const auto& draft : drafts) check_smart_host(draft);
    ResolvedOutbound result;
    result.connectors.reserve(drafts.size());
    for (auto& draft : drafts) result.connectors.push_back(std::move(draft.connector));
    for (auto& [path, anchor] : files_) result.anchor_files.push_back({path, anchor});
    return result;
  }

 private:
  void error(SourceLine where, std::string text) { diagnostics_.error(where, std::move(text)); }

  void resolve(OutboundDraft& draft) {
    for (const auto& glob : draft.denied_ciphers) expand(glob, draft.connector);
    for (const auto& [name, where] : draft.certificates)
      // One that does not exist has been reported.
      if (const auto section = sections_[name])
        add_rule(config_.certificates[*section].rule, where, draft.connector);
  }

  /// TLS 1.3 suites cannot be excluded by name (openssl-ciphers(1)).
  void expand(const CipherGlob& glob, OutboundConnector& connector) {
    const CipherSuite* excludes = nullptr;
    const CipherSuite* keeps = nullptr;
    auto& excluded = connector.terms.excluded;
    for (const CipherSuite& suite : cipher_suites()) {
      if (!glob_matches(glob.text, suite)) continue;
      (suite.tls13 ? keeps : excludes) = &suite;
      const std::string name(suite.openssl_name);
      if (!suite.tls13 && std::find(excluded.begin(), excluded.end(), name) == excluded.end())
        excluded.push_back(name);
    }
    const auto owner = fmt::format("'{}' in 'deny-ciphers' of [outbound {}]", glob.text,
                                   connector.name);
    if (!excludes)
      error(glob.where, owner + (keeps ? " means cipher suites of TLS 1.3 only, which Postfix "
                                         "cannot exclude"
                                       : " is the name of no known cipher suite: Postfix cannot "
                                         "exclude it"));
    else if (keeps)
      diagnostics_.warning(glob.where, fmt::format("{} means {} too: Postfix cannot exclude cipher "
                                                   "suites of TLS 1.3",
                                                   owner, keeps->openssl_name));
  }

  void add_rule(const CertificateRule& rule, SourceLine where, OutboundConnector& connector) {
    if (const auto key = find_unenforceable(rule); !key.empty())
      return error(where, fmt::format("'{}' of [certificate {}] cannot be demanded by [outbound "
                                      "{}]: Postfix cannot enforce it",
                                      key, rule.section, connector.name));
    auto& rules = connector.terms.rules;
    for (const auto& other : rules) {
      const std::string both = fmt::format("[certificate {}] and [certificate {}]",
                                           other.rule.section, rule.section);
      if (other.rule.is_pinned() != rule.is_pinned())
        return error(where, fmt::format("{} cannot be demanded by [outbound {}] together: one has "
                                        "pins and one has none",
                                        both, connector.name));
      if (!rule.is_pinned() && !can_stand_together(other.rule, rule))
        return error(where, fmt::format("{} cannot be demanded by [outbound {}] together: Postfix "
                                        "cannot tell which 'root' belongs to which 'name'",
                                        both, connector.name));
    }
    rules.push_back({rule, rule.is_pinned() ? std::vector<std::string>{}
                                            : find_anchors(rule, where, connector)});
  }

  std::vector<std::string> find_anchors(const CertificateRule& rule, SourceLine where,
                                        const OutboundConnector& connector) {
    std::vector<std::string> paths;
    for (const auto& root : rule.roots) {
      const auto before = paths.size();
      for (const auto& anchor : anchors_)
        for (const auto& cn : anchor->subject_cns)
          if (same_text(cn, root)) paths.push_back(name_file(anchor));
      if (paths.size() == before)
        error(where, fmt::format("root '{}' of [certificate {}] cannot be demanded by [outbound "
                                 "{}]: 'ca-file' in [trust] has no such certificate",
                                 root, rule.section, connector.name));
    }
    return paths;
  }

  /// As Postfix is told it.
  std::string name_file(const CertificatePtr& anchor) {
    const std::string path =
        fmt::format("{}/{}.pem", directory_, format_digest_plain(anchor->sha256));
    files_.emplace(path, anchor);
    return path.starts_with(kPostfixQueue) ? path.substr(kPostfixQueue.size()) : path;
  }

  void check_pattern(const OutboundDraft& draft, const DomainPattern& pattern) {
    const OutboundConnector& connector = draft.connector;
    const std::string text = format_domain_pattern(pattern);
    const auto [first, is_new] = by_pattern_.try_emplace(text, &draft);
    if (!is_new && first->second != &draft)
      error(connector.where, fmt::format("{} have the same scope: match-recipient {}",
                                         both(first->second->connector, connector), text));
  }

  /// Mail to the host is governed by one of them, whosever it is.
  void check_smart_host(const OutboundDraft& draft) {
    const OutboundConnector& connector = draft.connector;
    if (connector.smart_host.empty()) return;
    const auto conflicts_with = [&](const OutboundDraft& other) {
      return &other != &draft && other.connector.terms != connector.terms;
    };
    const auto domain = by_pattern_.find(connector.smart_host);
    if (domain != by_pattern_.end() && conflicts_with(*domain->second))
      return error(draft.smart_host_at,
                   fmt::format("{} demand different things of mail to {}, the 'smart-host' of one",
                               both(domain->second->connector, connector), connector.smart_host));
    const auto [first, is_new] = by_smart_host_.try_emplace(connector.smart_host, &draft);
    if (!is_new && conflicts_with(*first->second))
      error(draft.smart_host_at,
            fmt::format("{} have the same 'smart-host' and demand different things",
                        both(first->second->connector, connector)));
  }

  std::string both(const OutboundConnector& first, const OutboundConnector& second) {
    return fmt::format("[outbound {}] and [outbound {}] at {}", second.name, first.name,
                       diagnostics_.place(first.where));
  }

  ConfigDraft& config_;
  const CertificateChain& anchors_;
  DiagnosticList& diagnostics_;
  const SectionsByName sections_ = sections_by_name(config_);
  std::string directory_;
  std::map<std::string, CertificatePtr> files_;  // by path
  std::unordered_map<std::string, const OutboundDraft*> by_pattern_, by_smart_host_;
};

}  // namespace

ResolvedOutbound resolve_outbound(ConfigDraft& config, const CertificateChain& anchors,
                                  DiagnosticList& diagnostics) {
  return OutboundResolver(config, anchors, diagnostics).run();
}

bool outbound_needs_anchors(const ConfigDraft& config) {
  const auto sections = sections_by_name(config);
  const auto names_root = [&](const NamedSection& named) {
    const auto section = sections[named.name];
    return section && !config.certificates[*section].rule.roots.empty();
  };
  return std::any_of(config.outbound.begin(), config.outbound.end(), [&](const auto& draft) {
    return draft.enabled &&
           std::any_of(draft.certificates.begin(), draft.certificates.end(), names_root);
  });
}

}  // namespace forcetls
