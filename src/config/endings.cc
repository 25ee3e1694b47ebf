// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/endings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/time_text.h"
#include "wire/printable.h"

namespace forcetls {

namespace {

constexpr auto kSoon = std::chrono::days(30);
constexpr std::size_t kMostOfName = 200;

/// A time when a connector has no certificate rule that counts.
struct Gap {
  Time from{};
  std::optional<Time> until{};  // nullopt: for ever
};

/// What a connector demands of a certificate, any one of them.
using Rules = std::vector<const CertificateRule*>;

/// The first of them, now or later.
std::optional<Gap> find_gap(const Rules& rules, Time now) {
  Gap gap{.from = now};
  for (;;) {
    // Of the rules that count then, the one that does so longest; without an end: for ever.
    const CertificateRule* last = nullptr;
    for (const auto* rule : rules) {
      if (!rule->counts_at(gap.from)) continue;
      if (!rule->valid_until) return std::nullopt;
      if (!last || *last->valid_until < *rule->valid_until) last = rule;
    }
    if (!last) break;
    gap.from = *last->valid_until;
  }
  for (const auto* rule : rules)
    if (rule->valid_from && gap.from < *rule->valid_from)
      gap.until = gap.until ? std::min(*gap.until, *rule->valid_from) : *rule->valid_from;
  return gap;
}

/// Where the rules stand, which tells them apart.
std::vector<std::uint64_t> places_of(const Rules& rules) {
  std::vector<std::uint64_t> places;
  places.reserve(rules.size());
  for (const auto* rule : rules)
    places.push_back(std::uint64_t{rule->where.file} << 32U | rule->where.line);
  return places;
}

class EndingList {
 public:
  EndingList(const Config& config, Time now) : config_(config), now_(now) {}

  std::vector<Ending> run() {
    for (const auto& rule : config_.certificate_rules)
      if (rule.valid_until) add_rule(rule, *rule.valid_until);
    for (const auto* known : config_.known->of_directory()) add_certificate(*known);
    for (const auto& crl : config_.known->revocation().crls()) add_crl(crl);
    add_connectors();
    return std::move(endings_);
  }

 private:
  bool is_near(Time end) const { return end <= now_ + kSoon; }

  void add(Ending::Kind kind, std::string file, std::uint32_t line, std::string text,
           bool expected = false) {
    endings_.push_back(
        {kind, expected, {Diagnostic::Severity::Warning, std::move(file), line, std::move(text)}});
  }
  void add(Ending::Kind kind, SourceLine where, std::string text) {
    add(kind, config_.files.at(where.file), where.line, std::move(text));
  }

  void add_rule(const CertificateRule& rule, Time until) {
    if (!is_near(until)) return;
    add(Ending::Kind::Rule, rule.where,
        fmt::format(fmt::runtime(until <= now_ ? "[certificate {}] has not counted since {}"
                                               : "[certificate {}] ends within 30 days, at {}"),
                    rule.section, format_time(until)));
  }

  void add_certificate(const KnownCertificate& known) {
    const X509Certificate& leaf = known.chain.leaf();
    if (!is_near(leaf.not_after)) return;
    add(Ending::Kind::KnownCertificate, known.file, 0,
        fmt::format("the certificate of {} {} {}", clean_text(leaf.subject, kMostOfName),
                    leaf.not_after < now_ ? "expired at" : "expires within 30 days, at",
                    format_time(leaf.not_after)));
  }

  void add_crl(const StoredCrl& crl) {
    if (!is_near(crl.next_update)) return;
    const bool expected = now_ < crl.next_update;
    const auto issuer = clean_text(crl.issuer, kMostOfName);
    const auto end = format_time(crl.next_update);
    add(Ending::Kind::Crl, crl.file, 0,
        expected ? fmt::format("the CRL of {} is fresh until {}", issuer, end)
                 : fmt::format("the CRL of {} has been stale since {}; `forcetls refresh` "
                               "fetches the next",
                               issuer, end),
        expected);
  }

  void add_connectors() {
    const Policy& policy = config_.policy;
    add_connectors("inbound", policy.connectors(), [&](const Connector& connector) {
      Rules rules;
      for (const auto& rule : policy.terms_of(connector).certificate_rules) rules.push_back(&rule);
      return rules;
    });
    add_connectors("outbound", policy.outbound().connectors(),
                   [](const OutboundConnector& connector) {
                     Rules rules;
                     for (const auto& one : connector.terms.rules) rules.push_back(&one.rule);
                     return rules;
                   });
  }

  /// Connectors of the same rules in one line.
  template <typename Kind, typename RulesOf>
  void add_connectors(std::string_view kind, const std::vector<Kind>& connectors,
                      RulesOf rules_of) {
    struct Users {
      const Kind* first;
      std::size_t others = 0;
    };
    std::vector<std::pair<Gap, Users>> gaps;
    std::map<std::vector<std::uint64_t>, std::optional<std::size_t>> gap_of_rules;
    for (const auto& connector : connectors) {
      const Rules rules = rules_of(connector);
      if (rules.empty()) continue;
      const auto [entry, is_new] = gap_of_rules.try_emplace(places_of(rules));
      if (!is_new) {
        if (entry->second) ++gaps[*entry->second].second.others;
        continue;
      }
      const auto gap = find_gap(rules, now_);
      if (!gap || !is_near(gap->from)) continue;
      entry->second = gaps.size();
      gaps.push_back({*gap, {&connector}});
    }
    for (const auto& [gap, users] : gaps)
      add(Ending::Kind::Connector, users.first->where,
          fmt::format("[{} {}]{} no [certificate] that counts{}", kind, users.first->name,
                      users.others ? fmt::format(" and {} more have", users.others) : " has",
                      format_gap(gap)));
  }

  /// ` from … on`
  std::string format_gap(const Gap& gap) const {
    if (gap.from > now_)
      return " from " + format_time(gap.from) +
             (gap.until ? " until " + format_time(*gap.until) : " on");
    return gap.until ? " before " + format_time(*gap.until) : "";
  }

  const Config& config_;
  const Time now_;
  std::vector<Ending> endings_;
};

}  // namespace

std::vector<Ending> list_endings(const Config& config, Time now) {
  return EndingList(config, now).run();
}

}  // namespace forcetls
