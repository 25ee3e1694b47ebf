// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// The part of certificate.h that deals with files: PEM, several certificates, bounds.

#include <fmt/format.h>
#include <gnutls/gnutls.h>

#include <new>
#include <optional>
#include <utility>

#include "x509/certificate.h"
#include "x509/datum.h"
#include "x509/der.h"
#include "x509/file_bytes.h"

namespace forcetls {

namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

/// The parts of a PEM file (RFC 7468), one after the other.
class PemReader {
 public:
  explicit PemReader(std::string_view text) : rest_(text) {}

  bool next() {
    const auto begin = rest_.find(kBegin);
    if (begin == std::string_view::npos) return false;
    part_ = rest_.substr(begin);
    rest_ = part_.substr(kBegin.size());
    label_ = rest_.substr(0, rest_.find_first_of("-\r\n"));
    return true;
  }

  std::string_view label() const { return label_; }

  /// nullopt: no end, or no base64 before it.
  std::optional<std::string> decode() const {
    const std::string label(label_);
    const auto end = part_.find(std::string(kEnd) + label + std::string(kDashes));
    if (end == std::string_view::npos) return std::nullopt;
    const gnutls_datum_t pem =
        datum(part_.substr(0, end + kEnd.size() + label.size() + kDashes.size()));
    OwnedDatum der;
    if (gnutls_pem_base64_decode2(label.c_str(), &pem, der.out()) < 0) return std::nullopt;
    return std::string(der.view());
  }

 private:
  std::string_view rest_;
  std::string_view part_;  // from its BEGIN to the end of the text
  std::string_view label_;
};

}  // namespace

std::variant<std::vector<std::string>, std::string> split_certificates(std::string_view text) {
  if (text.size() > kMaxCertificateFile) return "it is longer than 1 MiB";
  if (const auto element = DerReader(text).take(kDerSequence);
      element && element->whole.size() == text.size())
    return std::vector{std::string(text)};

  std::vector<std::string> certificates;
  for (PemReader pem(text); pem.next();) {
    if (pem.label().ends_with("PRIVATE KEY"))
      return "it holds a private key, which belongs in no file of certificates";
    if (pem.label() != "CERTIFICATE" && pem.label() != "X509 CERTIFICATE") continue;
    auto der = pem.decode();
    if (!der) return fmt::format("certificate {} is damaged or cut off", certificates.size() + 1);
    certificates.push_back(std::move(*der));
  }
  if (certificates.empty()) return "it holds no certificate, neither PEM nor DER";
  return certificates;
}

std::variant<CertificateChain, std::string> parse_certificates(std::string_view text,
                                                               CertificatePool* pool) {
  auto split = split_certificates(text);
  if (auto* problem = std::get_if<std::string>(&split)) return std::move(*problem);
  CertificateChain chain;
  CertificatePool own;
  CertificatePool& others = pool ? *pool : own;
  for (const auto& der : std::get<std::vector<std::string>>(split)) {
    const auto known = chain.empty() ? others.end() : others.find(der);
    if (known != others.end()) {
      chain.push_back(known->second);
      continue;
    }
    auto parsed = parse_certificate(der);
    if (const auto* problem = std::get_if<std::string>(&parsed))
      return fmt::format("certificate {}: {}", chain.size() + 1, *problem);
    chain.push_back(
        std::make_shared<const X509Certificate>(std::get<X509Certificate>(std::move(parsed))));
    if (chain.size() > 1) others.emplace(chain.back()->der, chain.back());
  }
  return chain;
}

std::variant<CertificateChain, std::string> load_certificates(const std::string& path,
                                                              CertificatePool* pool) {
  auto bytes = load_bytes(path, kMaxCertificateFile);
  if (const auto* problem = std::get_if<FileProblem>(&bytes)) return problem->text;
  return parse_certificates(std::get<std::string>(bytes), pool);
}

std::string format_pem(const X509Certificate& certificate) {
  const gnutls_datum_t der = datum(certificate.der);
  OwnedDatum pem;
  if (gnutls_pem_base64_encode2("CERTIFICATE", &der, pem.out()) < 0) throw std::bad_alloc();
  return std::string(pem.view());
}

}  // namespace forcetls
