// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/certificate_macros.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/distinguished_name.h"
#include "wire/domain_name.h"
#include "wire/evidence.h"
#include "wire/xtext.h"

namespace forcetls {

namespace {

using Texts = std::vector<std::string>;

bool holds_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char byte) {
    return static_cast<unsigned char>(byte) < ' ' || byte == 0x7f;
  });
}

Certificate read_postfix_certificate(const MacroLookup& macro) {
  const auto subject = macro("{cert_subject}");
  auto certificate = unknown_certificate();
  if (!subject) {
    certificate.state = Certificate::State::Silent;
    return certificate;
  }
  certificate.state = Certificate::State::Verified;
  certificate.subject_cn = std::string(*subject);
  if (const auto issuer = macro("{cert_issuer}")) certificate.issuer_cn = std::string(*issuer);
  return certificate;
}

std::optional<std::string> decode(const MacroLookup& macro, const char* name) {
  const auto value = macro(name);
  return value ? parse_xtext(*value) : std::nullopt;
}

// sendmail/tls.c puts these words where it has no name. A certificate with such a word for a CN
// looks the same and must match no more than they do. Control characters: as Postfix does.
Fact<std::string> read_cn(const std::optional<std::string>& cn) {
  if (!cn) return Unknown{};
  if (cn->starts_with("BadCertificate") || holds_control(*cn)) return std::string();
  return *cn;
}

// {cn_*} cannot be forged from inside a name, so a DN that shows another first CN has been cut or
// holds a `/` that an old OpenSSL did not escape.
bool agrees_with_cn(const DistinguishedName& name, const std::string& cn) {
  const auto names = name.values_of("CN");
  if (names.empty()) return cn == "BadCertificateUnknown";
  if (cn == "BadCertificateContainsNUL") return names.front().find('\0') != std::string::npos;
  return names.front() == cn;
}

std::optional<DistinguishedName> read_dn(const MacroLookup& macro, const char* macro_name,
                                         const std::optional<std::string>& cn) {
  const auto value = macro(macro_name);
  auto name = value && cn ? parse_oneline_dn(*value) : std::nullopt;
  return name && agrees_with_cn(*name, *cn) ? name : std::nullopt;
}

// A control character (also the NULs of a BMPString) means that the text is not what it looks like.
Fact<Texts> read_attribute(const std::optional<DistinguishedName>& name, std::string_view type) {
  if (!name) return Unknown{};
  auto values = name->values_of(type);
  if (values.empty()) return Absent{};
  if (std::any_of(values.begin(), values.end(), holds_control)) return Unknown{};
  return values;
}

// One name has one organization; a second is rather a `/O=` inside some value.
Fact<Texts> read_organization(const std::optional<DistinguishedName>& name) {
  auto organizations = read_attribute(name, "O");
  if (organizations.is_present() && organizations->size() > 1) return Unknown{};
  return organizations;
}

// Sendmail makes {cert_fp} or {cert_md5}, by CertFingerprintAlgorithm. A certificate has a digest:
// that none is told leaves it unknown.
void read_sendmail_digest(const MacroLookup& macro, Certificate& certificate) {
  const auto fingerprint = read_digest(macro("{cert_fp}").value_or(""));
  if (fingerprint.digest.is_present()) {
    certificate.sha256 = fingerprint.digest;
    return;
  }
  const auto md5 = read_digest(macro("{cert_md5}").value_or(""));
  certificate.foreign_digest_bits = std::max(fingerprint.foreign_bits, md5.foreign_bits);
}

Certificate read_sendmail_certificate(const MacroLookup& macro) {
  const auto verify = macro("{verify}").value_or("");
  if (verify == "NO") return no_certificate();
  auto certificate = unknown_certificate();
  if (verify != "OK" && verify != "FAIL") return certificate;

  certificate.state =
      verify == "OK" ? Certificate::State::Verified : Certificate::State::Untrusted;
  const auto subject_cn = decode(macro, "{cn_subject}");
  const auto issuer_cn = decode(macro, "{cn_issuer}");
  const auto subject = read_dn(macro, "{cert_subject}", subject_cn);
  const auto issuer = read_dn(macro, "{cert_issuer}", issuer_cn);
  certificate.subject_cn = read_cn(subject_cn);
  certificate.issuer_cn = read_cn(issuer_cn);
  certificate.organizations = read_organization(subject);
  certificate.organizational_units = read_attribute(subject, "OU");
  certificate.issuer_organizations = read_organization(issuer);
  read_sendmail_digest(macro, certificate);
  return certificate;
}

}  // namespace

Certificate no_certificate() {
  Certificate certificate;
  certificate.dns_names = Absent{};
  certificate.root_cns = Absent{};
  certificate.key_bits = Absent{};
  certificate.sha256 = Absent{};
  certificate.key_sha256 = Absent{};
  certificate.revoked = Absent{};
  return certificate;
}

Certificate unknown_certificate() {
  Certificate certificate;
  certificate.state = Certificate::State::Unknown;
  certificate.subject_cn = Unknown{};
  certificate.issuer_cn = Unknown{};
  certificate.organizations = Unknown{};
  certificate.organizational_units = Unknown{};
  certificate.issuer_organizations = Unknown{};
  return certificate;
}

Certificate read_certificate(Mta mta, const MacroLookup& macro) {
  Certificate certificate = mta == Mta::Postfix    ? read_postfix_certificate(macro)
                            : mta == Mta::Sendmail ? read_sendmail_certificate(macro)
                                                   : unknown_certificate();
  if (certificate.subject_cn.is_present())
    certificate.cn_dns_name = parse_certificate_name(*certificate.subject_cn);
  return certificate;
}

}  // namespace forcetls
