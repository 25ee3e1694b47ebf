// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "config/domain_pattern.h"
#include "config/lint_scopes.h"
#include "config/time_text.h"
#include "core/cipher_suite.h"

namespace forcetls {

namespace {

/// Whose certificates show under one domain for all of their customers.
struct Provider {
  std::string_view domain;
  std::string_view name;
};

constexpr Provider kProviders[] = {
    {"outlook.com", "Microsoft 365"},
    {"google.com", "Google"},
    {"gmail.com", "Google"},
    {"googlemail.com", "Google"},
    {"amazonses.com", "Amazon SES"},
    {"amazonaws.com", "Amazon"},
    {"pphosted.com", "Proofpoint"},
    {"ppe-hosted.com", "Proofpoint Essentials"},
    {"mimecast.com", "Mimecast"},
    {"messagelabs.com", "Broadcom (MessageLabs)"},
    {"iphmx.com", "Cisco"},
    {"barracudanetworks.com", "Barracuda"},
    {"mailcontrol.com", "Forcepoint"},
    {"trendmicro.com", "Trend Micro"},
    {"trendmicro.eu", "Trend Micro"},
    {"antispameurope.com", "Hornetsecurity"},
    {"hornetsecurity.com", "Hornetsecurity"},
    {"sendgrid.net", "SendGrid"},
    {"mailgun.net", "Mailgun"},
    {"mailgun.org", "Mailgun"},
    {"zoho.com", "Zoho"},
    {"zoho.eu", "Zoho"},
    {"messagingengine.com", "Fastmail"},
    {"protonmail.ch", "Proton"},
};

/// The first connector of each Terms, which stands for the others in messages.
struct TermsUser {
  const Connector* first = nullptr;
  std::size_t others = 0;
};

std::vector<TermsUser> users_of_terms(const ConfigDraft& config, std::size_t terms) {
  std::vector<TermsUser> users(terms);
  for (const auto& connector : config.connectors) {
    TermsUser& user = users[connector.terms];
    if (user.first)
      ++user.others;
    else
      user.first = &connector;
  }
  return users;
}

std::string format_user(const TermsUser& user) {
  const auto others = user.others ? fmt::format(" and {} more", user.others) : std::string();
  return fmt::format("[inbound {}]{}", user.first->name, others);
}

class Lint {
 public:
  Lint(const ConfigDraft& config, const std::vector<Terms>& terms, const KnownCertificates& known,
       Time now, DiagnosticList& diagnostics)
      : config_(config), terms_(terms), known_(known), now_(now), diagnostics_(diagnostics) {
    for (const auto& one : known.all()) known_keys_.insert(one->chain.leaf().key_sha256);
  }

  void run() {
    if (config_.connectors.empty() && config_.outbound.empty())
      diagnostics_.warning({}, "no enabled [inbound] section: all mail passes unjudged");
    if (config_.evidence) lint_door(*config_.evidence);
    if (config_.trust) lint_trust(*config_.trust);
    lint_dead_scopes(config_.connectors, config_.policy.exempt_clients, diagnostics_);
    lint_uncovered_senders(config_.connectors, terms_, diagnostics_);
    for (const auto& connector : config_.connectors) lint_suspension(connector);
    const auto users = users_of_terms(config_, terms_.size());
    for (std::size_t i = 0; i < terms_.size(); ++i)
      if (users[i].first) lint_terms(terms_[i], users[i]);
    for (const auto& certificate : config_.certificates) lint_certificate(certificate);
  }

 private:
  bool is_sendmail() const { return config_.milter.mta == Mta::Sendmail; }
  /// Postfix then tells no digest. `auto` may be Postfix.
  bool lacks_door() const { return !is_sendmail() && !config_.evidence; }

  void lint_door(const EvidenceDraft& evidence) {
    if (is_sendmail())
      diagnostics_.warning(evidence.where,
                           "[postfix-evidence] has no effect with 'mta = sendmail'");
    if (evidence.settings.socket.kind != SocketAddress::Kind::Unix)
      diagnostics_.warning(evidence.where,
                           "'socket' in [postfix-evidence] is no unix socket: whoever reaches it "
                           "can say that a client has a partner's certificate");
  }

  void lint_trust(const TrustDraft& trust) {
    if (lacks_door() && known_.directory_holds_any())
      diagnostics_.warning(trust.where,
                           "'known-certificates' in [trust] needs [postfix-evidence] on Postfix");
    if (trust.revocation == Revocation::Require && known_.all().empty())
      diagnostics_.warning(trust.where,
                           "'revocation = require' in [trust] never passes: it needs certificates "
                           "in 'known-certificates'; 'on-missing-evidence' decides");
  }

  void lint_suspension(const Connector& connector) {
    const auto& suspended = connector.particulars().suspend_until;
    if (suspended && now_ < *suspended)
      diagnostics_.warning(
          connector.where,
          fmt::format("[inbound {}] is suspended until {}: its mail passes whatever it is",
                      connector.name, format_time(*suspended)));
  }

  void lint_terms(const Terms& terms, const TermsUser& user) {
    const auto where = user.first->where;
    for (const auto& glob : terms.deny_ciphers) {
      const auto suites = cipher_suites();
      if (std::none_of(suites.begin(), suites.end(),
                       [&](const CipherSuite& suite) { return glob_matches(glob, suite); }))
        diagnostics_.warning(
            where, fmt::format("'{}' in 'deny-ciphers' of {} is the name of no known cipher suite",
                               glob, format_user(user)));
    }
    for (const auto& rule : terms.certificate_rules) {
      if (!rule.section.empty()) continue;
      const auto owner = fmt::format("'require-certificate-name' of {}", format_user(user));
      lint_names(rule, owner, where);
      warn_unbound(owner, where);
    }
  }

  void lint_certificate(const CertificateSection& certificate) {
    const CertificateRule& rule = certificate.rule;
    const auto owner = fmt::format("[certificate {}]", rule.section);
    if (!certificate.used_inbound && !certificate.used_outbound)
      return diagnostics_.warning(rule.where, fmt::format("{} is not used", owner));
    if (rule.valid_from && now_ < *rule.valid_from)
      diagnostics_.warning(rule.where, fmt::format("{} does not count before {}", owner,
                                                   format_time(*rule.valid_from)));
    if (!certificate.used_inbound) return;
    lint_evidence(rule, owner);
    if (rule.is_pinned()) return lint_pins(rule, owner);
    lint_names(rule, owner, rule.where);
    // Roots and keys show on known certificates only, and those are bound by their digest.
    if (rule.roots.empty() && !rule.min_key_bits) warn_unbound(owner, rule.where);
  }

  /// DESIGN.md section 5: what it takes that a key is known at all.
  void lint_evidence(const CertificateRule& rule, const std::string& owner) {
    const bool has_names = !rule.is_pinned();  // a pin replaces them
    const std::pair<bool, std::string_view> of_known[] = {
        {has_names && !is_sendmail() && !rule.organizations.empty(), "'organization'"},
        {has_names && !is_sendmail() && !rule.organizational_units.empty(),
         "'organizational-unit'"},
        {has_names && !is_sendmail() && !rule.issuer_organizations.empty(),
         "'issuer-organization'"},
        {has_names && !rule.roots.empty(), "'root'"},
        {rule.min_key_bits.has_value(), "'min-key-bits'"},
    };
    std::string keys;
    const auto add = [&](std::string_view key) {
      keys.append(keys.empty() ? "" : ", ").append(key);
    };
    for (const auto& [needed, key] : of_known)
      if (needed) add(key);
    if (!knows_any_of(rule))
      warn_missing(rule.where, owner, "the certificate in 'known-certificates' of [trust]", keys);
    if (rule.is_pinned()) add("its pins");
    if (lacks_door()) warn_missing(rule.where, owner, "[postfix-evidence] on Postfix", keys);
  }

  /// Whether some known certificate may be what the rule asks for.
  bool knows_any_of(const CertificateRule& rule) const {
    if (!rule.is_pinned()) return !known_.all().empty();
    return std::any_of(rule.sha256.begin(), rule.sha256.end(),
                       [&](const Digest& pin) { return known_.find(pin) != nullptr; }) ||
           std::any_of(rule.key_sha256.begin(), rule.key_sha256.end(),
                       [&](const Digest& key) { return known_keys_.contains(key); });
  }

  void warn_missing(SourceLine where, const std::string& owner, std::string_view what,
                    std::string_view keys) {
    if (!keys.empty())
      diagnostics_.warning(where, fmt::format("{} needs {} for {}; 'on-missing-evidence' decides",
                                              owner, what, keys));
  }

  void lint_pins(const CertificateRule& rule, const std::string& owner) {
    for (const auto& pin : rule.sha256) {
      const KnownCertificate* known = known_.find(pin);
      if (known && rule.min_key_bits && known->chain.leaf().key_bits < *rule.min_key_bits)
        diagnostics_.warning(
            rule.where,
            fmt::format("{} is never met by {}, whose key has {} bits: see 'min-key-bits'", owner,
                        known->file, known->chain.leaf().key_bits));
    }
    if (is_sendmail() && rule.sha256.empty() && !knows_any_of(rule))
      warn_missing(rule.where, owner,
                   "a certificate with this key in 'known-certificates' of [trust]",
                   "'key-sha256' on Sendmail");
  }

  void lint_names(const CertificateRule& rule, const std::string& owner, SourceLine where) {
    for (const auto& pattern : rule.names)
      for (const auto& provider : kProviders)
        if (is_in_domain(pattern.domain, provider.domain))
          diagnostics_.warning(
              where,
              fmt::format(
                  "'{}' in {} is on the certificate of all customers of {}: it does not tell "
                  "them apart",
                  format_domain_pattern(pattern), owner, provider.name));
  }

  void warn_unbound(const std::string& owner, SourceLine where) {
    diagnostics_.warning(
        where,
        fmt::format("{} binds no CA: any CA that the MTA trusts may issue such a certificate",
                    owner));
  }

  const ConfigDraft& config_;
  const std::vector<Terms>& terms_;
  const KnownCertificates& known_;
  std::unordered_set<Digest, DigestHash> known_keys_;
  Time now_;
  DiagnosticList& diagnostics_;
};

}  // namespace

void lint(const ConfigDraft& config, const std::vector<Terms>& terms,
          const KnownCertificates& known, Time now, DiagnosticList& diagnostics) {
  Lint(config, terms, known, now, diagnostics).run();
}

}  // namespace forcetls
