// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/domain_pattern.h"
#include "config/lint_scopes.h"
#include "config/time_text.h"
#include "core/cipher_suite.h"

namespace forcetls {

namespace {

constexpr auto kSoon = std::chrono::days(30);

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
  Lint(const ConfigDraft& config, const std::vector<Terms>& terms, Time now,
       DiagnosticList& diagnostics)
      : config_(config), terms_(terms), now_(now), diagnostics_(diagnostics) {}

  void run() {
    if (config_.connectors.empty())
      diagnostics_.warning({}, "no enabled [inbound] section: all mail passes unjudged");
    lint_dead_scopes(config_.connectors, config_.policy.exempt_clients, diagnostics_);
    lint_uncovered_senders(config_.connectors, terms_, diagnostics_);
    for (const auto& connector : config_.connectors) lint_suspension(connector);
    const auto users = users_of_terms(config_, terms_.size());
    for (std::size_t i = 0; i < terms_.size(); ++i)
      if (users[i].first) lint_terms(terms_[i], users[i]);
    for (const auto& certificate : config_.certificates) lint_certificate(certificate);
  }

 private:
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
    const auto owner = fmt::format("[certificate {}]", certificate.rule.section);
    if (!certificate.used)
      return diagnostics_.warning(certificate.where, fmt::format("{} is not used", owner));
    lint_dates(certificate, owner);
    lint_evidence(certificate, owner);
    lint_names(certificate.rule, owner, certificate.where);
    warn_unbound(owner, certificate.where);
  }

  void lint_dates(const CertificateSection& certificate, const std::string& owner) {
    const auto& from = certificate.rule.valid_from;
    const auto& until = certificate.rule.valid_until;
    if (from && now_ < *from)
      diagnostics_.warning(certificate.where,
                           fmt::format("{} does not count before {}", owner, format_time(*from)));
    if (until && *until <= now_)
      diagnostics_.warning(certificate.where,
                           fmt::format("{} has not counted since {}", owner, format_time(*until)));
    else if (until && *until <= now_ + kSoon)
      diagnostics_.warning(certificate.where, fmt::format("{} ends within 30 days, at {}", owner,
                                                          format_time(*until)));
  }

  /// DESIGN.md section 5: what macros tell of a certificate.
  void lint_evidence(const CertificateSection& certificate, const std::string& owner) {
    const CertificateRule& rule = certificate.rule;
    const bool sendmail = config_.milter.mta == Mta::Sendmail;
    const std::pair<bool, std::string_view> keys[] = {
        {!sendmail && !rule.organizations.empty(), "organization"},
        {!sendmail && !rule.organizational_units.empty(), "organizational-unit"},
        {!sendmail && !rule.issuer_organizations.empty(), "issuer-organization"},
        {rule.min_key_bits.has_value(), "min-key-bits"},
    };
    for (const auto& [unknown, key] : keys)
      if (unknown)
        diagnostics_.warning(
            certificate.where,
            fmt::format(
                "'{}' in {} needs evidence that {} does not give; 'on-missing-evidence' decides",
                key, owner, sendmail ? "Sendmail" : "Postfix"));
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
  Time now_;
  DiagnosticList& diagnostics_;
};

}  // namespace

void lint(const ConfigDraft& config, const std::vector<Terms>& terms, Time now,
          DiagnosticList& diagnostics) {
  Lint(config, terms, now, diagnostics).run();
}

}  // namespace forcetls
