// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/outbound.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "config/domain_pattern.h"
#include "config/resolve.h"
#include "config/suggestion.h"
#include "core/certificate_name.h"
#include "core/cipher_suite.h"
#include "wire/next_hop.h"

namespace forcetls {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDefaultAnchors = "anchors";
// Debian's smtp(8) runs in a chroot there, or in that folder: a path relative to it serves both.
constexpr std::string_view kPostfixQueue = "/var/spool/postfix/";
// In `match=` these mean names of the delivery at hand; that of `hostname` comes from unsigned DNS
// (postfix/src/tls/tls_client.c: add_namechecks).
constexpr std::string_view kPostfixWords[] = {"hostname", "nexthop", "dot-nexthop"};

/// The first of the names that is a word to Postfix, or nullptr.
const DomainPattern* find_postfix_word(const std::vector<DomainPattern>& names) {
  const auto found = std::find_if(names.begin(), names.end(), [](const DomainPattern& name) {
    return std::find(std::begin(kPostfixWords), std::end(kPostfixWords), name.domain) !=
           std::end(kPostfixWords);
  });
  return found == names.end() ? nullptr : &*found;
}

/// The keys of the rule that Postfix has no word for.
std::vector<std::string_view> list_unenforceable(const CertificateRule& rule) {
  const std::pair<bool, std::string_view> keys[] = {
      {!rule.organizations.empty(), "'organization'"},
      {!rule.organizational_units.empty(), "'organizational-unit'"},
      {!rule.issuers.empty(), "'issuer'"},
      {!rule.issuer_organizations.empty(), "'issuer-organization'"},
      {rule.min_key_bits.has_value(), "'min-key-bits'"},
  };
  std::vector<std::string_view> list;
  for (const auto& [given, key] : keys)
    if (given) list.push_back(key);
  return list;
}

bool overlap(const CertificateRule& a, const CertificateRule& b) {
  return (!a.valid_until || !b.valid_from || *b.valid_from < *a.valid_until) &&
         (!b.valid_until || !a.valid_from || *a.valid_from < *b.valid_until);
}

/// Whether one policy can demand either: names are one list there, and so are roots.
bool can_stand_together(const OutboundRule& a, const OutboundRule& b) {
  if (!overlap(a.rule, b.rule) || a.anchor_files == b.anchor_files) return true;
  return a.rule.names == b.rule.names && !a.anchor_files.empty() && !b.anchor_files.empty();
}

/// What is demanded, without who says so and in what order.
OutboundRule normalized(OutboundRule one) {
  CertificateRule& rule = one.rule;
  rule.section.clear();
  rule.where = {};
  rule.roots.clear();  // the files stand for them
  std::sort(rule.names.begin(), rule.names.end());
  std::sort(rule.sha256.begin(), rule.sha256.end());
  std::sort(rule.key_sha256.begin(), rule.key_sha256.end());
  return one;
}

bool demand_the_same(OutboundTerms a, OutboundTerms b) {
  if (a == b) return true;
  for (auto* terms : {&a, &b}) {
    std::sort(terms->names.begin(), terms->names.end());
    std::transform(terms->rules.begin(), terms->rules.end(), terms->rules.begin(), normalized);
  }
  const auto rules = std::exchange(a.rules, {});
  const auto others = std::exchange(b.rules, {});
  return a == b && std::is_permutation(rules.begin(), rules.end(), others.begin(), others.end());
}

/// What a glob of deny-ciphers means to Postfix.
struct Exclusion {
  std::vector<bool> suites;           // of cipher_suites()
  const CipherSuite* kept = nullptr;  // one that is meant, too, and cannot be excluded
  bool any = false;
};

/// TLS 1.3 suites cannot be excluded by name (openssl-ciphers(1)).
Exclusion expand(std::string_view glob) {
  const auto suites = cipher_suites();
  Exclusion exclusion{std::vector<bool>(suites.size())};
  for (std::size_t i = 0; i < suites.size(); ++i) {
    if (!glob_matches(glob, suites[i])) continue;
    if (!suites[i].tls13)
      exclusion.any = exclusion.suites[i] = true;
    else if (!exclusion.kept)
      exclusion.kept = &suites[i];
  }
  return exclusion;
}

/// Whether a suite up to TLS 1.2 remains that Postfix would offer: OpenSSL takes no empty list, even
/// where TLS 1.3 is all that is wanted.
bool leaves_any(const std::vector<bool>& excluded, bool authenticated) {
  constexpr std::uint16_t kLeastBits = 128;  // `medium`, less what no OpenSSL has any more
  const auto suites = cipher_suites();
  for (std::size_t i = 0; i < suites.size(); ++i)
    if (!excluded[i] && !suites[i].tls13 && suites[i].strength_bits >= kLeastBits &&
        (suites[i].authenticated || !authenticated))
      return true;
  return false;
}

class OutboundResolver {
 public:
  OutboundResolver(ConfigDraft& config, const CertificateChain& anchors,
                   DiagnosticList& diagnostics)
      : config_(config),
        anchors_(anchors),
        diagnostics_(diagnostics),
        demands_(config.certificates.size()) {
    directory_ = config.outbound_map ? config.outbound_map->settings.anchor_directory : "";
    if (directory_.empty())
      directory_ = fmt::format("{}/{}", config.milter.state_directory, kDefaultAnchors);
    directory_ = (fs::path(directory_) / "").lexically_normal().string();
  }

  ResolvedOutbound run() {
    auto& drafts = config_.outbound;
    std::erase_if(drafts, [](const OutboundDraft& draft) { return !draft.state.enabled; });
    for (auto& draft : drafts) resolve(draft);
    for (const auto& draft : drafts) check_scope(draft);
    for (const auto& draft : drafts) check_smart_host(draft);
    ResolvedOutbound result;
    result.connectors.reserve(drafts.size());
    for (auto& draft : drafts) result.connectors.push_back(std::move(draft.connector));
    for (auto& [path, anchor] : files_) result.anchor_files.push_back({path, anchor});
    return result;
  }

 private:
  /// A [certificate] section in Postfix's words.
  struct Demand {
    OutboundRule rule;
    std::vector<std::string> obstacles;  // why there are no such words; "": it has been reported
  };

  void error(SourceLine where, std::string text) { diagnostics_.error(where, std::move(text)); }

  void resolve(OutboundDraft& draft) {
    exclude(draft);
    for (const auto& [name, where] : draft.certificates) {
      if (const auto section = sections_[name]) {
        add_rule(demand_of(*section), where, draft);
      } else {
        // It has been reported, and may be a mistyped `verified`.
        draft.state.certificate_known = draft.state.terms_known = false;
      }
    }
    check_names(draft);
  }

  void exclude(OutboundDraft& draft) {
    if (draft.denied_ciphers.empty()) return;
    const auto suites = cipher_suites();
    std::vector<bool> all(suites.size());
    for (const auto& glob : draft.denied_ciphers) {
      const auto [entry, is_new] = exclusions_.try_emplace(glob.text);
      if (is_new) entry->second = expand(glob.text);
      const Exclusion& exclusion = entry->second;
      if (!exclusion.any || exclusion.kept) report(exclusion, glob, draft);
      for (std::size_t i = 0; i < all.size(); ++i) all[i] = all[i] || exclusion.suites[i];
    }
    OutboundTerms& terms = draft.connector.terms;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i]) terms.excluded.emplace_back(suites[i].openssl_name);
    if (!leaves_any(all, terms.certificate != OutboundTerms::Certificate::No))
      error(draft.denied_ciphers.front().where,
            fmt::format("'deny-ciphers' in [outbound {}] leaves no cipher suite up to TLS 1.2, and "
                        "without any Postfix speaks no TLS at all; give 'require-tls = 1.3' instead",
                        draft.connector.name));
  }

  void report(const Exclusion& exclusion, const CipherGlob& glob, OutboundDraft& draft) {
    const auto owner =
        fmt::format("'{}' in 'deny-ciphers' of [outbound {}]", glob.text, draft.connector.name);
    if (exclusion.any)
      return diagnostics_.warning(
          glob.where,
          fmt::format("{} means {} too: Postfix cannot exclude cipher suites of TLS 1.3", owner,
                      exclusion.kept->openssl_name));
    draft.state.terms_known = false;
    if (exclusion.kept)
      return error(glob.where, owner +
                                   " means cipher suites of TLS 1.3 only, which Postfix cannot "
                                   "exclude");
    // As in OpenSSL's own lists.
    const auto part = fmt::format("*{}*", glob.text);
    error(glob.where, fmt::format("{} is the name of no known cipher suite{}", owner,
                                  expand(part).any ? fmt::format("; did you mean '{}'?", part)
                                                   : ": Postfix cannot exclude it"));
  }

  const Demand& demand_of(std::uint32_t section) {
    auto& demand = demands_[section];
    if (!demand) demand = make_demand(config_.certificates[section]);
    return *demand;
  }

  Demand make_demand(const CertificateSection& section) {
    const CertificateRule& rule = section.rule;
    Demand demand{{rule, {}}, {}};
    auto& obstacles = demand.obstacles;
    if (const auto keys = list_unenforceable(rule); !keys.empty())
      obstacles.push_back("Postfix cannot enforce " + join_words(keys, " and "));
    if (rule.is_pinned()) return demand;
    if (!section.files.empty()) {
      obstacles.emplace_back();  // they cannot be read
      return demand;
    }
    if (const auto* word = find_postfix_word(rule.names))
      obstacles.push_back(
          fmt::format("its name '{}' is no name to Postfix", format_domain_pattern(*word)));
    find_anchors(demand);
    return demand;
  }

  void find_anchors(Demand& demand) {
    auto& paths = demand.rule.anchor_files;
    for (const auto& root : demand.rule.rule.roots) {
      bool found = false;
      for (const auto& anchor : anchors_)
        for (const auto& cn : anchor->subject_cns) {
          if (!same_text(cn, root)) continue;
          found = true;
          paths.push_back(name_file(anchor));
        }
      if (!found) demand.obstacles.push_back(explain_missing(root));
    }
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  }

  /// What to say of a root that is no anchor; "", if none could be read.
  std::string explain_missing(const std::string& root) const {
    const bool named = config_.trust && config_.trust->ca_file;
    if (named && anchors_.empty()) return {};
    std::vector<std::string_view> known;
    for (const auto& anchor : anchors_)
      known.insert(known.end(), anchor->subject_cns.begin(), anchor->subject_cns.end());
    return fmt::format("{} has no root '{}'{}",
                       named ? "'ca-file' in [trust]" : "the system's store", root,
                       did_you_mean(root, known));
  }

  void add_rule(const Demand& demand, SourceLine where, OutboundDraft& draft) {
    OutboundConnector& connector = draft.connector;
    auto& rules = connector.terms.rules;
    const auto& section = demand.rule.rule.section;
    for (const auto& obstacle : demand.obstacles)
      if (!obstacle.empty())
        error(where, fmt::format("[outbound {}] cannot demand [certificate {}]: {}", connector.name,
                                 section, obstacle));
    bool known = demand.obstacles.empty();
    for (const auto& other : rules) {
      const auto conflict = known ? find_conflict(other, demand.rule) : std::string_view();
      if (conflict.empty()) continue;
      error(where, fmt::format("[outbound {}] cannot demand [certificate {}] and [certificate {}] "
                               "together: {}",
                               connector.name, other.rule.section, section, conflict));
      known = false;
    }
    draft.state.terms_known &= known;
    if (known) rules.push_back(demand.rule);
  }

  /// Why Postfix cannot demand one of two, or "".
  static std::string_view find_conflict(const OutboundRule& a, const OutboundRule& b) {
    if (a.rule.is_pinned() != b.rule.is_pinned()) return "one has pins and one has none";
    if (!a.rule.is_pinned() && !can_stand_together(a, b))
      return "Postfix cannot tell which 'root' belongs to which 'name'";
    return {};
  }

  void check_names(const OutboundDraft& draft) {
    const OutboundConnector& connector = draft.connector;
    const auto& names = connector.terms.names;
    if (names.empty()) return;
    if (const auto* word = find_postfix_word(names))
      error(draft.names_at, fmt::format("bad value '{}' for 'require-certificate-name' in "
                                        "[outbound {}]: it is no name to Postfix",
                                        format_domain_pattern(*word), connector.name));
    if (draft.state.certificate_known &&
        connector.terms.certificate != OutboundTerms::Certificate::Verified)
      error(draft.names_at, fmt::format("'require-certificate-name' in [outbound {}] goes with "
                                        "'require-certificate = verified' only",
                                        connector.name));
  }

  /// As Postfix is told it.
  std::string name_file(const CertificatePtr& anchor) {
    const std::string path =
        fmt::format("{}{}.pem", directory_, format_digest_plain(anchor->sha256));
    files_.emplace(path, anchor);
    return path.starts_with(kPostfixQueue) ? path.substr(kPostfixQueue.size()) : path;
  }

  /// Of all patterns that two have in common, the first is told.
  void check_scope(const OutboundDraft& draft) {
    if (!draft.state.scope_known) return;
    const OutboundConnector& connector = draft.connector;
    std::vector<const OutboundDraft*> told{&draft};
    for (const auto& pattern : connector.match_recipient) {
      const std::string text = format_domain_pattern(pattern);
      const OutboundDraft* first = by_pattern_.try_emplace(text, &draft).first->second;
      if (std::find(told.begin(), told.end(), first) != told.end()) continue;
      told.push_back(first);
      error(connector.where, fmt::format("{} have the same scope: match-recipient {}",
                                         both(first->connector, connector), text));
    }
  }

  /// The connector for mail to this domain, `*` apart; nullptr: none, or no domain.
  const OutboundDraft* find_covering(std::string_view domain) const {
    auto found = by_pattern_.find(std::string(domain));
    while (found == by_pattern_.end() && !domain.empty()) {
      found = by_pattern_.find(fmt::format("*.{}", domain));
      const auto dot = domain.find('.');
      domain.remove_prefix(dot == std::string_view::npos ? domain.size() : dot + 1);
    }
    return found == by_pattern_.end() ? nullptr : found->second;
  }

  /// Mail to the host is governed by one of them, whosever it is.
  void check_smart_host(const OutboundDraft& draft) {
    const OutboundConnector& connector = draft.connector;
    if (connector.smart_host.empty() || !draft.state.terms_known) return;
    const auto conflicts_with = [&](const OutboundDraft& other) {
      return &other != &draft && other.state.terms_known &&
             !demand_the_same(other.connector.terms, connector.terms);
    };
    const OutboundDraft* own = find_covering(parse_next_hop(connector.smart_host).domain);
    if (own && conflicts_with(*own))
      return error(draft.smart_host_at,
                   fmt::format("{} demand different things of mail to {}, the 'smart-host' of one",
                               both(own->connector, connector), connector.smart_host));
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
  std::string directory_;                       // of anchor files, with a slash behind it
  std::vector<std::optional<Demand>> demands_;  // of each [certificate] section
  std::unordered_map<std::string, Exclusion> exclusions_;  // by glob
  std::map<std::string, CertificatePtr> files_;            // by path
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
    return draft.state.enabled &&
           std::any_of(draft.certificates.begin(), draft.certificates.end(), names_root);
  });
}

}  // namespace forcetls
