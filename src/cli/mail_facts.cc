// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/mail_facts.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include "cli/certificate_facts.h"
#include "config/time_text.h"
#include "core/ascii.h"
#include "wire/certificate_macros.h"
#include "wire/domain_name.h"
#include "wire/from_header.h"
#include "wire/ip_text.h"
#include "wire/macros.h"

namespace forcetls {

namespace {

/// Empty: all is well.
using Problem = std::string;

void forget_certificate(Session& session) { session.certificate = unknown_certificate(); }

/// Changes the session's encryption, which must be there.
template <typename Change>
void change_tls(Session& session, Change change) {
  Tls tls = *session.tls;
  change(tls);
  session.tls = std::move(tls);
}

/// What --unknown can name: whether an option gives the fact nonetheless, and how it is forgotten.
struct FactName {
  std::string_view name;
  bool (*given)(const MailOptions&);
  void (*forget)(Session&);
  bool of_tls = false;  // can be forgotten only of an encrypted session
};

constexpr FactName kFacts[] = {
    {"client", [](const MailOptions& options) { return options.client.has_value(); },
     [](Session& session) { session.client_address = Unknown{}; }},
    {"client-name", [](const MailOptions& options) { return options.client_name.has_value(); },
     [](Session& session) { session.client_name = Unknown{}; }},
    {"tls",
     [](const MailOptions& options) { return options.tls || options.cipher || options.bits; },
     [](Session& session) { session.tls = Unknown{}; }},
    {"tls-version", [](const MailOptions& options) { return options.tls.has_value(); },
     [](Session& session) {
       change_tls(session, [](Tls& tls) {
         tls.version_text.clear();
         tls.version.reset();
       });
     },
     true},
    {"cipher", [](const MailOptions& options) { return options.cipher.has_value(); },
     [](Session& session) { change_tls(session, [](Tls& tls) { tls.cipher.clear(); }); },
     true},
    {"bits", [](const MailOptions& options) { return options.bits.has_value(); },
     [](Session& session) { change_tls(session, [](Tls& tls) { tls.bits.reset(); }); },
     true},
    {"certificate", gives_certificate, forget_certificate},
    {"cert-subject", [](const MailOptions& options) { return options.cert_subject.has_value(); },
     [](Session& session) {
       session.certificate.subject_cn = Unknown{};
       session.certificate.cn_dns_name.clear();
     }},
    {"cert-issuer", [](const MailOptions& options) { return options.cert_issuer.has_value(); },
     [](Session& session) { session.certificate.issuer_cn = Unknown{}; }},
    {"cert-organization",
     [](const MailOptions& options) { return !options.cert_organization.empty(); },
     [](Session& session) { session.certificate.organizations = Unknown{}; }},
    {"cert-organizational-unit",
     [](const MailOptions& options) { return !options.cert_organizational_unit.empty(); },
     [](Session& session) { session.certificate.organizational_units = Unknown{}; }},
    {"cert-issuer-organization",
     [](const MailOptions& options) { return !options.cert_issuer_organization.empty(); },
     [](Session& session) { session.certificate.issuer_organizations = Unknown{}; }},
    {"cert-sha256", [](const MailOptions& options) { return options.cert_sha256.has_value(); },
     [](Session& session) { session.certificate.sha256 = Unknown{}; }},
    {"key-sha256", [](const MailOptions& options) { return options.key_sha256.has_value(); },
     [](Session& session) { session.certificate.key_sha256 = Unknown{}; }},
    {"revocation", [](const MailOptions&) { return false; },
     [](Session& session) { session.certificate.revoked = Unknown{}; }},
    {"auth", [](const MailOptions& options) { return options.auth.has_value(); },
     [](Session& session) { session.auth_user = Unknown{}; }},
};

const FactName* find_fact(std::string_view name) {
  const auto fact = std::find_if(std::begin(kFacts), std::end(kFacts),
                                 [&](const FactName& known) { return known.name == name; });
  return fact == std::end(kFacts) ? nullptr : fact;
}

Problem forget_facts(const MailOptions& options, ExplainedMail& mail) {
  Session& session = mail.session;
  for (const auto& name : options.unknown) {
    const FactName* fact = find_fact(name);
    if (!fact) return "--unknown '" + name + "': expected one of " + format_fact_names();
    if (fact->given(options)) return "--unknown " + name + ": the fact is given by another option";
    if (fact->of_tls && !session.tls.is_present())
      return "--unknown " + name + " without TLS: give --tls VERSION too";
    fact->forget(session);
    if (!mail.learned) continue;
    Session with_evidence = session;
    with_evidence.certificate = std::move(*mail.learned);
    fact->forget(with_evidence);
    mail.learned = std::move(with_evidence.certificate);
  }
  return {};
}

Problem add_certificate(const MailOptions& options, const Config& config, ExplainedMail& mail) {
  Session& session = mail.session;
  if (!session.tls.is_present()) return {};
  auto certificate = read_certificate_options(options, session, config);
  if (auto* problem = std::get_if<std::string>(&certificate)) return std::move(*problem);
  auto& given = std::get<GivenCertificate>(certificate);
  session.certificate = std::move(given.at_mail);
  session.evidence_pending = given.learned.has_value();
  mail.learned = std::move(given.learned);
  mail.notes = std::move(given.notes);
  return {};
}

/// SSL_get_version's word for what an administrator writes: 1.2, TLSv1.2, tls1.0; empty: neither.
std::string parse_version_word(std::string_view text) {
  std::string folded;
  for (const char c : text)
    if (c != ' ') folded.push_back(ascii_lower(c));
  std::string_view number = folded;
  for (const std::string_view prefix : {"tls", "v"})
    if (number.starts_with(prefix)) number.remove_prefix(prefix.size());
  if (number == "1" || number == "1.0") return "TLSv1";
  if (number == "1.1" || number == "1.2" || number == "1.3") return "TLSv" + std::string(number);
  if (folded == "sslv3" || folded == "sslv2") return "SSLv" + folded.substr(4);
  return {};
}

/// The macros that an MTA would send for these options, but for the certificate's.
class OptionMacros {
 public:
  Problem read(const MailOptions& options) {
    if (options.client) {
      if (!parse_ip_address(*options.client))
        return "--client '" + *options.client + "': expected an IP address";
      values_["{client_addr}"] = *options.client;
    }
    values_["{client_resolve}"] = options.client_name ? "OK" : "FAIL";
    if (options.client_name) {
      if (!parse_domain(*options.client_name))
        return "--client-name '" + *options.client_name + "': expected a host name";
      values_["{client_name}"] = *options.client_name;
    }
    if (options.auth) values_["{auth_authen}"] = *options.auth;
    return read_tls(options);
  }

  std::optional<std::string_view> operator()(const char* name) const {
    const auto value = values_.find(name);
    if (value == values_.end()) return std::nullopt;
    return value->second;
  }

 private:
  Problem read_tls(const MailOptions& options) {
    const bool of_unknown_version =
        !options.tls && std::find(options.unknown.begin(), options.unknown.end(), "tls-version") !=
                            options.unknown.end();
    const bool encrypted = of_unknown_version || (options.tls && options.tls != "none");
    if (!encrypted && (options.cipher || options.bits || gives_certificate(options)))
      return "a cipher or certificate without TLS: give --tls VERSION too";
    if (!encrypted) return {};

    // Some word makes it TLS; forget_facts() takes it away again.
    const auto version = of_unknown_version ? "unknown" : parse_version_word(*options.tls);
    if (version.empty())
      return "--tls '" + *options.tls + "': expected 1.0, 1.1, 1.2, 1.3, SSLv3 or none";
    values_["{tls_version}"] = version;
    if (options.cipher) values_["{cipher}"] = *options.cipher;
    if (options.bits) values_["{cipher_bits}"] = std::to_string(*options.bits);
    return {};
  }

  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace

std::string format_fact_names() {
  std::string names;
  for (const auto& fact : kFacts) names.append(names.empty() ? "" : ", ").append(fact.name);
  return names;
}

std::variant<Time, std::string> read_time_option(const MailOptions& options, Time now) {
  const auto time = options.at ? parse_time(*options.at, DateMeans::ItsBeginning) : now;
  if (!time) return "--at '" + *options.at + "': expected 2026-12-01T08:00:00Z or a date";
  return *time;
}

std::variant<ExplainedMail, std::string> read_mail_options(MailOptions options,
                                                           const Config& config, Time now) {
  if (!options.from) return "--from is missing: the sender, <> for the null sender";
  if (options.mta && options.mta != "postfix" && options.mta != "sendmail")
    return "--mta '" + *options.mta + "': expected postfix or sendmail";
  Mta mta = config.milter.mta.value_or(Mta::Unknown);
  if (options.mta) mta = options.mta == "postfix" ? Mta::Postfix : Mta::Sendmail;
  const auto time = read_time_option(options, now);
  if (const auto* problem = std::get_if<std::string>(&time)) return *problem;

  if (auto problem = read_certificate_file(options, mta); !problem.empty()) return problem;
  OptionMacros macros;
  if (auto problem = macros.read(options); !problem.empty()) return problem;

  ExplainedMail mail;
  mail.session = read_mail_facts({.mta = mta,
                                  .macro = macros,
                                  .connect_address = std::nullopt,
                                  .helo = options.helo.value_or(""),
                                  .argument = *options.from,
                                  .time = std::get<Time>(time)});
  if (auto problem = add_certificate(options, config, mail); !problem.empty()) return problem;
  if (auto problem = forget_facts(options, mail); !problem.empty()) return problem;

  mail.unknown = options.unknown;
  for (const auto& to : options.to) mail.recipients.push_back(read_recipient(macros, to));
  mail.from_fields = options.header_from;
  for (const auto& field : options.header_from) {
    auto domains = parse_from_domains(field);
    if (domains.empty()) domains.emplace_back();
    for (auto& domain : domains) mail.authors.push_back({.domain = std::move(domain)});
  }
  return mail;
}

}  // namespace forcetls
