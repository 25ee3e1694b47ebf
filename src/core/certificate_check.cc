// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/certificate_check.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "core/certificate_name.h"

namespace forcetls {

namespace {

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

/// What a fact says of a list of pins.
enum class Match { Yes, No, Unknown };

Match match(const std::vector<Digest>& pins, const Fact<Digest>& digest) {
  if (pins.empty()) return Match::No;
  if (digest.is_unknown()) return Match::Unknown;
  const bool found =
      digest.is_present() && std::find(pins.begin(), pins.end(), *digest) != pins.end();
  return found ? Match::Yes : Match::No;
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
constexpr Attribute kRoot = {"root", Violation::CertificateIssuer, "root"};
constexpr Attribute kPin = {"sha256", Violation::CertificatePin, "certificate"};
constexpr Attribute kKeyPin = {"key-sha256", Violation::CertificatePin, "key"};

/// The findings of one rule, or of none but trust, on one certificate.
class RuleCheck {
 public:
  RuleCheck(const CertificateRule& rule, const Certificate& certificate, Revocation revocation)
      : rule_(rule), certificate_(certificate), revocation_(revocation) {}

  std::vector<Finding> run() {
    if (find_present()) {
      const Match pin = rule_.is_pinned() ? match_pins() : Match::No;
      // What another key says does not count where a pin matches, or may match.
      if (pin == Match::No && names_anything()) check_identity();
      check_revocation();
      check_key_bits();
      if (rule_.is_pinned()) check_pins(pin);
    }
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

  static void miss(Finding& finding, std::string what) {
    finding.outcome = Outcome::Missing;
    finding.violation = Violation::EvidenceMissing;
    finding.seen = "unknown";
    finding.public_seen = std::move(what);
  }

  static void fail(Finding& finding, Violation violation, std::string public_seen,
                   std::string public_wanted) {
    finding.outcome = Outcome::Failed;
    finding.violation = violation;
    finding.public_seen = std::move(public_seen);
    finding.public_wanted = std::move(public_wanted);
    if (finding.seen.empty()) finding.seen = finding.public_seen;
  }

  static void miss(Finding& finding, const Attribute& attribute) {
    miss(finding, "the " + std::string(attribute.noun) + " of the certificate");
  }

  static void fail(Finding& finding, const Attribute& attribute) {
    const std::string noun(attribute.noun);
    fail(finding, attribute.violation, "another " + noun, "the agreed " + noun);
  }

  /// Whether there is a certificate to be examined; the finding if not.
  bool find_present() {
    using State = Certificate::State;
    const bool has_digest = certificate_.sha256.is_present() || certificate_.key_sha256.is_present();
    switch (certificate_.state) {
      case State::Verified:
      case State::Untrusted:
      case State::Expired: return true;
      case State::Unknown:
        if (rule_.is_pinned() && has_digest) return true;
        break;
      case State::Silent:
        if (rule_.is_pinned()) break;
        [[fallthrough]];
      case State::Absent:
        fail(add("", "a verified certificate"), Violation::CertificateAbsent, "no certificate",
             "a verified certificate");
        return false;
    }
    miss(add("", "a verified certificate"), "the client certificate");
    return false;
  }

  /// Whether the rule asks for more than a pin: then trust is asked for too.
  bool names_anything() const {
    return !rule_.is_pinned() || !rule_.names.empty() || !rule_.organizations.empty() ||
           !rule_.organizational_units.empty() || !rule_.issuers.empty() ||
           !rule_.issuer_organizations.empty() || !rule_.roots.empty();
  }

  void check_identity() {
    check_trust();
    check_name();
    check_texts(kOrganization, rule_.organizations, certificate_.organizations);
    check_texts(kUnit, rule_.organizational_units, certificate_.organizational_units);
    check_issuer();
    check_texts(kIssuerOrganization, rule_.issuer_organizations,
                certificate_.issuer_organizations);
    check_texts(kRoot, rule_.roots, certificate_.root_cns);
  }

  void check_trust() {
    Finding& finding = add("", "a verified certificate");
    using State = Certificate::State;
    if (certificate_.state == State::Verified) {
      finding.seen = "a verified certificate";
      return;
    }
    if (certificate_.state == State::Unknown) return miss(finding, "the client certificate");
    const bool expired = certificate_.state == State::Expired;
    fail(finding, expired ? Violation::CertificateExpired : Violation::CertificateUntrusted,
         expired ? "an expired or not yet valid certificate" : "an untrusted certificate",
         "a verified certificate");
    if (!certificate_.problem.empty()) finding.seen += ": " + certificate_.problem;
  }

  /// A pin is revoked by what is known only: of a self-signed certificate nothing ever will be.
  void check_revocation() {
    if (revocation_ == Revocation::Off) return;
    const auto& revoked = certificate_.revoked;
    const bool required = revocation_ == Revocation::Require && !rule_.is_pinned();
    if (!revoked.is_present() && !required) return;
    Finding& finding = add("revocation", "a certificate that is not revoked");
    if (!revoked.is_present()) return miss(finding, "the revocation state of the certificate");
    finding.seen = *revoked ? "revoked" : "not revoked";
    if (*revoked)
      fail(finding, Violation::CertificateRevoked, "a revoked certificate",
           "a certificate that is not revoked");
  }

  void check_key_bits() {
    if (!rule_.min_key_bits) return;
    const auto bits = *rule_.min_key_bits;
    Finding& finding = add("min-key-bits", std::to_string(bits) + " bits");
    if (!certificate_.key_bits.is_present())
      return miss(finding, "the key size of the certificate");
    finding.seen = std::to_string(*certificate_.key_bits) + " bits";
    if (*certificate_.key_bits < bits)
      fail(finding, Violation::CertificateKey, "a key of " + finding.seen,
           "a key of " + finding.wanted);
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
      miss(finding, kName);
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
    if (seen.is_unknown()) return miss(finding, attribute);
    finding.seen = seen.is_present() && !seen->empty() ? join(*seen) : "none";
    const auto is_wanted = [&](const std::string& value) {
      return std::any_of(wanted.begin(), wanted.end(),
                         [&](const std::string& text) { return same_text(text, value); });
    };
    if (!seen.is_present() || std::none_of(seen->begin(), seen->end(), is_wanted))
      fail(finding, attribute);
  }

  Match match_pins() const {
    const Match certificate = match(rule_.sha256, certificate_.sha256);
    const Match key = match(rule_.key_sha256, certificate_.key_sha256);
    if (certificate == Match::Yes || key == Match::Yes) return Match::Yes;
    return certificate == Match::Unknown || key == Match::Unknown ? Match::Unknown : Match::No;
  }

  void check_pins(Match pin) {
    const bool of_key =
        rule_.sha256.empty() ||
        (pin == Match::Yes && match(rule_.sha256, certificate_.sha256) != Match::Yes);
    const Attribute& attribute = of_key ? kKeyPin : kPin;
    const auto& pins = of_key ? rule_.key_sha256 : rule_.sha256;
    const auto& digest = of_key ? certificate_.key_sha256 : certificate_.sha256;
    std::vector<std::string> wanted;
    for (const auto& pinned : pins) wanted.push_back(format_digest(pinned));
    Finding& finding = add(attribute.key, join(wanted));
    if (digest.is_present()) finding.seen = format_digest(*digest);
    if (pin == Match::Unknown) miss(finding, "the digest of the client certificate");
    if (pin == Match::No) fail(finding, attribute);
  }

  const CertificateRule& rule_;
  const Certificate& certificate_;
  const Revocation revocation_;
  std::vector<Finding> findings_;
};

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

std::vector<Finding> check_rule(const CertificateRule& rule, const Certificate& certificate,
                                Revocation revocation) {
  return RuleCheck(rule, certificate, revocation).run();
}

std::vector<Finding> check_certificate(const Terms& terms, const Session& session) {
  const Certificate& certificate = session.certificate;
  if (terms.require_certificate == Terms::CertificateDemand::Verified)
    return check_rule({}, certificate, terms.revocation);

  std::vector<Finding> best;
  for (const auto& rule : terms.certificate_rules) {
    if (!rule.counts_at(session.time)) continue;
    auto findings = check_rule(rule, certificate, terms.revocation);
    if (best.empty() || is_better(findings, best)) best = std::move(findings);
  }
  if (best.empty()) best.push_back(no_rule_counts(terms.certificate_rules));
  return best;
}

}  // namespace forcetls
