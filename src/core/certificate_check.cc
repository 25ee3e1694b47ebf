// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/certificate_check.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/ascii.h"

namespace forcetls {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// ASCII lower case, white space at the ends removed and elsewhere one blank.
std::string fold(std::string_view text) {
  std::string folded;
  bool space = false;
  for (const char c : text) {
    if (is_space(c)) {
      space = !folded.empty();
      continue;
    }
    if (std::exchange(space, false)) folded.push_back(' ');
    folded.push_back(ascii_lower(c));
  }
  return folded;
}

std::string join(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : " or ") + value;
  return text;
}

std::string join(const std::vector<DomainPattern>& patterns) {
  std::vector<std::string> names;
  for (const auto& pattern : patterns)
    names.push_back((pattern.kind == DomainPattern::Kind::Subtree ? "*." : "") + pattern.domain);
  return join(names);
}

/// Words for one attribute of a certificate: its key in the rule and what the peer may be told.
struct Attribute {
  std::string_view key;
  Violation violation;
  std::string_view noun;
};

constexpr Attribute kName = {"name", Violation::CertificateName, "name"};
constexpr Attribute kOrganization = {"organization", Violation::CertificateSubject, "organization"};
constexpr Attribute kUnit = {"organizational-unit", Violation::CertificateSubject,
                             "organizational unit"};
constexpr Attribute kIssuer = {"issuer", Violation::CertificateIssuer, "issuer"};
constexpr Attribute kIssuerOrganization = {"issuer-organization", Violation::CertificateIssuer,
                                           "issuer organization"};

/// The findings of one rule on one certificate.
class RuleCheck {
 public:
  RuleCheck(const CertificateRule& rule, const Certificate& certificate)
      : rule_(rule), certificate_(certificate) {}

  std::vector<Finding> run() {
    check_key_bits();
    check_name();
    check_texts(kOrganization, rule_.organizations, certificate_.organizations);
    check_texts(kUnit, rule_.organizational_units, certificate_.organizational_units);
    check_issuer();
    check_texts(kIssuerOrganization, rule_.issuer_organizations,
                certificate_.issuer_organizations);
    return std::move(findings_);
  }

 private:
  Finding& add(std::string_view key, std::string wanted) {
    Finding& finding = findings_.emplace_back();
    finding.rule = rule_.section;
    finding.key = key;
    finding.wanted = std::move(wanted);
    return finding;
  }

  static void miss(Finding& finding, std::string_view noun) {
    finding.outcome = Outcome::Missing;
    finding.violation = Violation::EvidenceMissing;
    finding.seen = "unknown";
    finding.public_seen = "the " + std::string(noun) + " of the certificate";
  }

  static void fail(Finding& finding, const Attribute& attribute) {
    finding.outcome = Outcome::Failed;
    finding.violation = attribute.violation;
    finding.public_seen = "another " + std::string(attribute.noun);
    finding.public_wanted = "the agreed " + std::string(attribute.noun);
  }

  void check_key_bits() {
    if (!rule_.min_key_bits) return;
    const auto bits = *rule_.min_key_bits;
    Finding& finding = add("min-key-bits", std::to_string(bits) + " bits");
    if (!certificate_.key_bits.is_present()) return miss(finding, "key size");
    finding.seen = std::to_string(*certificate_.key_bits) + " bits";
    if (*certificate_.key_bits >= bits) return;
    finding.outcome = Outcome::Failed;
    finding.violation = Violation::CertificateKey;
    finding.public_seen = "a key of " + finding.seen;
    finding.public_wanted = "a key of " + finding.wanted;
  }

  bool meets_any(std::string_view name) const {
    return !name.empty() &&
           std::any_of(rule_.names.begin(), rule_.names.end(), [&](const DomainPattern& pattern) {
             return certificate_name_meets(pattern, name);
           });
  }

  // A CN counts where the certificate has no SANs, and where they are unknown. In the latter case a
  // CN that does not match says nothing about the SANs.
  void check_name() {
    if (rule_.names.empty()) return;
    Finding& finding = add(kName.key, join(rule_.names));
    const auto& names = certificate_.dns_names;
    if (names.is_present() && !names->empty()) {
      finding.seen = join(*names);
      if (std::none_of(names->begin(), names->end(),
                       [&](const std::string& name) { return meets_any(name); }))
        fail(finding, kName);
      return;
    }
    if (certificate_.subject_cn.is_present()) finding.seen = *certificate_.subject_cn;
    if (meets_any(certificate_.cn_dns_name)) return;
    if (names.is_unknown() || certificate_.subject_cn.is_unknown()) {
      miss(finding, kName.noun);
      if (certificate_.subject_cn.is_present())
        finding.seen = "CN '" + *certificate_.subject_cn + "', other names unknown";
    } else {
      fail(finding, kName);
    }
  }

  void check_issuer() {
    const auto& issuer = certificate_.issuer_cn;
    Fact<std::vector<std::string>> issuers;
    if (issuer.is_present()) issuers = std::vector{*issuer};
    if (issuer.is_unknown()) issuers = Unknown{};
    check_texts(kIssuer, rule_.issuers, issuers);
  }

  void check_texts(const Attribute& attribute, const std::vector<std::string>& wanted,
                   const Fact<std::vector<std::string>>& seen) {
    if (wanted.empty()) return;
    Finding& finding = add(attribute.key, join(wanted));
    if (seen.is_unknown()) return miss(finding, attribute.noun);
    finding.seen = seen.is_present() ? join(*seen) : "none";
    const auto is_wanted = [&](const std::string& value) {
      return std::any_of(wanted.begin(), wanted.end(),
                         [&](const std::string& text) { return same_text(text, value); });
    };
    if (!seen.is_present() || std::none_of(seen->begin(), seen->end(), is_wanted))
      fail(finding, attribute);
  }

  const CertificateRule& rule_;
  const Certificate& certificate_;
  std::vector<Finding> findings_;
};

Finding check_trust(const Certificate& certificate) {
  Finding finding;
  finding.wanted = "a verified certificate";
  const auto fail = [&](Violation violation, std::string seen) {
    finding.outcome = Outcome::Failed;
    finding.violation = violation;
    finding.seen = finding.public_seen = std::move(seen);
    finding.public_wanted = finding.wanted;
  };
  switch (certificate.state) {
    case Certificate::State::Verified: finding.seen = "a verified certificate"; break;
    case Certificate::State::Absent:
      fail(Violation::CertificateAbsent, "no certificate");
      break;
    case Certificate::State::Untrusted:
      fail(Violation::CertificateUntrusted, "an untrusted certificate");
      break;
    case Certificate::State::Unknown:
      finding.outcome = Outcome::Missing;
      finding.violation = Violation::EvidenceMissing;
      finding.seen = "unknown";
      finding.public_seen = "the client certificate";
      break;
  }
  return finding;
}

Finding no_rule_counts(const std::vector<CertificateRule>& rules) {
  Finding finding;
  std::vector<std::string> names;
  for (const auto& rule : rules) names.push_back(rule.section);
  finding.wanted = join(names);
  finding.seen = "no rule within its dates";
  finding.outcome = Outcome::Failed;
  finding.violation = Violation::CertificateRuleDates;
  finding.public_seen = "no current certificate rule";
  finding.public_wanted = "a current certificate rule";
  return finding;
}

/// Better: Passed, then Missing, then Failed with more keys Passed.
bool is_better(const std::vector<Finding>& a, const std::vector<Finding>& b) {
  const auto failed = [](const Finding& finding) { return finding.outcome == Outcome::Failed; };
  const auto passed = [](const Finding& finding) { return finding.outcome == Outcome::Passed; };
  const auto score = [&](const std::vector<Finding>& findings) {
    const auto n_passed = std::count_if(findings.begin(), findings.end(), passed);
    if (n_passed == std::ssize(findings)) return std::pair{2, n_passed};
    const bool any_failed = std::any_of(findings.begin(), findings.end(), failed);
    return any_failed ? std::pair{0, n_passed} : std::pair{1, std::ptrdiff_t{0}};
  };
  const auto score_a = score(a);
  const auto score_b = score(b);
  // Among Passed rules the first written counts, not the one with more keys.
  return score_a.first == 2 ? score_b.first != 2 : score_a > score_b;
}

}  // namespace

bool same_text(std::string_view a, std::string_view b) { return fold(a) == fold(b); }

bool certificate_name_meets(const DomainPattern& pattern, std::string_view name) {
  const bool wildcard = name.starts_with("*.");
  const std::string_view base = wildcard ? name.substr(2) : name;
  if (base.empty()) return false;
  if (pattern.kind == DomainPattern::Kind::Subtree) return is_in_domain(base, pattern.domain);
  if (!wildcard) return name == pattern.domain;
  const auto dot = pattern.domain.find('.');
  return dot != std::string::npos && std::string_view(pattern.domain).substr(dot + 1) == base;
}

std::vector<Finding> check_certificate(const Terms& terms, const Session& session) {
  if (terms.require_certificate == Terms::CertificateDemand::Verified)
    return {check_trust(session.certificate)};

  std::vector<Finding> best;
  for (const auto& rule : terms.certificate_rules) {
    if (!rule.counts_at(session.time)) continue;
    std::vector<Finding> findings = {check_trust(session.certificate)};
    findings.front().rule = rule.section;
    if (session.certificate.state == Certificate::State::Verified ||
        session.certificate.state == Certificate::State::Untrusted) {
      auto keys = RuleCheck(rule, session.certificate).run();
      findings.insert(findings.end(), std::make_move_iterator(keys.begin()),
                      std::make_move_iterator(keys.end()));
    }
    if (best.empty() || is_better(findings, best)) best = std::move(findings);
  }
  if (best.empty()) best.push_back(no_rule_counts(terms.certificate_rules));
  return best;
}

}  // namespace forcetls
