// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/certificate_facts.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "service/negotiation.h"
#include "wire/certificate_macros.h"
#include "wire/domain_name.h"
#include "wire/evidence.h"
#include "x509/certificate.h"

namespace forcetls {

namespace {

using Texts = std::vector<std::string>;
using State = Certificate::State;

// Longer ones are shown as empty (OBSERVED-MACROS.md section 3).
constexpr std::size_t kLongestName = 255;

/// The options that --cert stands for; the name of the first that is given, or nullptr.
const char* find_single_option(const MailOptions& options) {
  const std::pair<bool, const char*> singles[] = {
      {options.cert_subject.has_value(), "--cert-subject"},
      {options.cert_issuer.has_value(), "--cert-issuer"},
      {!options.cert_organization.empty(), "--cert-organization"},
      {!options.cert_organizational_unit.empty(), "--cert-organizational-unit"},
      {!options.cert_issuer_organization.empty(), "--cert-issuer-organization"},
      {options.cert_sha256.has_value(), "--cert-sha256"},
      {options.key_sha256.has_value(), "--key-sha256"},
  };
  for (const auto& [given, name] : singles)
    if (given) return name;
  return nullptr;
}

std::string shown_name(const Texts& names) {
  if (names.empty() || names.front().size() > kLongestName) return {};
  return names.front();
}

void fill(MailOptions& options, const X509Certificate& certificate, Mta mta) {
  const bool has_issuer_cn = !certificate.issuer_cns.empty() || mta != Mta::Postfix;
  options.cert_subject = shown_name(certificate.subject_cns);
  options.cert_issuer =
      shown_name(has_issuer_cn ? certificate.issuer_cns : certificate.issuer_organizations);
  options.cert_sha256 = format_digest(certificate.sha256);
  if (mta != Mta::Sendmail) options.key_sha256 = format_digest(certificate.key_sha256);
  if (mta == Mta::Postfix) return;
  options.cert_organization = certificate.organizations;
  options.cert_organizational_unit = certificate.organizational_units;
  options.cert_issuer_organization = certificate.issuer_organizations;
}

/// A name that Sendmail could not read, of which nothing may match (MTA-FACTS.md section 4).
std::string usable_name(const std::optional<std::string>& name) {
  return !name || name->starts_with("BadCertificate") ? std::string() : *name;
}

Fact<Texts> texts(const Texts& values) {
  if (values.empty()) return Absent{};
  return values;
}

/// The certificate of one explanation.
class CertificateReader {
 public:
  CertificateReader(const MailOptions& options, const Session& session, const Config& config)
      : options_(options), session_(session), config_(config) {}

  std::variant<GivenCertificate, std::string> run() {
    for (const auto& [name, text, digest] :
         {std::tuple{"--cert-sha256", &options_.cert_sha256, &sha256_},
          std::tuple{"--key-sha256", &options_.key_sha256, &key_sha256_}}) {
      if (!*text) continue;
      const auto parsed = parse_digest(**text);
      if (!parsed)
        return std::string(name) + " '" + **text + "': expected 64 hexadecimal digits (SHA-256)";
      *digest = *parsed;
    }
    result_.at_mail = session_.mta == Mta::Postfix ? read_postfix() : read_whole();
    for (auto* certificate : {&result_.at_mail, result_.learned ? &*result_.learned : nullptr})
      if (certificate) config_.known->identify(*certificate, session_.time);
    return std::move(result_);
  }

 private:
  bool is_given() const { return gives_certificate(options_); }
  bool has_digest() const { return sha256_.is_present() || key_sha256_.is_present(); }
  void note(std::string text) { result_.notes.push_back(std::move(text)); }

  bool is_unknown(std::string_view fact) const {
    return std::find(options_.unknown.begin(), options_.unknown.end(), fact) !=
           options_.unknown.end();
  }

  /// Of Sendmail, or as given.
  Certificate read_whole() {
    if (!is_given()) return no_certificate();
    Certificate certificate = unknown_certificate();
    certificate.state = options_.verified ? State::Verified : State::Untrusted;
    certificate.subject_cn = usable_name(options_.cert_subject);
    certificate.cn_dns_name = parse_certificate_name(*certificate.subject_cn);
    certificate.issuer_cn = usable_name(options_.cert_issuer);
    certificate.organizations = texts(options_.cert_organization);
    certificate.organizational_units = texts(options_.cert_organizational_unit);
    certificate.issuer_organizations = texts(options_.cert_issuer_organization);
    certificate.sha256 = sha256_;
    if (session_.mta != Mta::Sendmail)
      certificate.key_sha256 = key_sha256_;
    else if (key_sha256_.is_present())
      note("Sendmail tells no digest of the key");
    return certificate;
  }

  Certificate read_postfix() {
    const auto macro = [&](std::string_view name) -> std::optional<std::string_view> {
      if (!options_.verified) return std::nullopt;
      const auto shown = [](const std::optional<std::string>& text) {
        return text ? std::string_view(*text) : std::string_view();
      };
      if (name == "{cert_subject}") return shown(options_.cert_subject);
      if (name == "{cert_issuer}") return shown(options_.cert_issuer);
      return std::nullopt;
    };
    const Certificate told = read_certificate(Mta::Postfix, macro);
    const bool has_names = !options_.cert_organization.empty() ||
                           !options_.cert_organizational_unit.empty() ||
                           !options_.cert_issuer_organization.empty();
    if (options_.verified && has_names)
      note("Postfix tells no organization or unit of a certificate");
    const bool awaits_evidence = needs_of(config_).evidence;
    if (awaits_evidence)
      result_.learned = add_evidence(told);
    else if (has_digest() && !config_.evidence)
      note("Postfix tells digests to [postfix-evidence] only, which is not configured");
    if (is_given() && !options_.verified && !(awaits_evidence && has_digest()))
      note("Postfix shows an untrusted certificate as none");
    return told;
  }

  /// What comes with evidence. Where a certificate is given without digests, or one of these is
  /// unknown, no evidence comes.
  Certificate add_evidence(const Certificate& told) const {
    const bool is_lacking = is_unknown("cert-sha256") || is_unknown("key-sha256");
    if (!has_digest() && (is_given() || is_lacking)) return told;
    const auto text = [](const Fact<Digest>& digest) {
      return digest.is_present() ? format_digest(*digest) : std::string();
    };
    Certificate certificate =
        merge_evidence(told, {.fingerprint = text(sha256_), .key_fingerprint = text(key_sha256_)});
    if (!has_digest()) return certificate;
    // A certificate has both; the one not given is only not known.
    certificate.sha256 = sha256_;
    certificate.key_sha256 = key_sha256_;
    return certificate;
  }

  const MailOptions& options_;
  const Session& session_;
  const Config& config_;
  Fact<Digest> sha256_ = Unknown{};
  Fact<Digest> key_sha256_ = Unknown{};
  GivenCertificate result_;
};

}  // namespace

bool gives_certificate(const MailOptions& options) {
  return options.verified || options.cert || find_single_option(options);
}

std::string read_certificate_file(MailOptions& options, Mta mta) {
  if (!options.cert) return {};
  if (const char* single = find_single_option(options))
    return std::string(single) + " beside --cert: the file says it";
  const auto chain = load_certificates(*options.cert);
  if (const auto* problem = std::get_if<std::string>(&chain))
    return "--cert '" + *options.cert + "': " + *problem;
  fill(options, *std::get<CertificateChain>(chain).front(), mta);
  return {};
}

std::variant<GivenCertificate, std::string> read_certificate_options(const MailOptions& options,
                                                                     const Session& session,
                                                                     const Config& config) {
  return CertificateReader(options, session, config).run();
}

}  // namespace forcetls
