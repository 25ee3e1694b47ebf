// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// One X.509 certificate as plain values, read with GnuTLS. Judges no trust (chain.h) and keeps no
/// handle of GnuTLS: its trees are a hundred times the size of the certificate.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/digest.h"
#include "core/session.h"

namespace forcetls {

/// Names are UTF-8 as in the certificate, not escaped. A value that is no text or holds a control
/// character is empty, as Postfix has it; `subject` and `issuer` show it.
struct X509Certificate {
  std::string der;
  Digest sha256{};      // of the whole
  Digest key_sha256{};  // of the SubjectPublicKeyInfo

  std::string subject;  // RFC 4514
  std::string issuer;
  std::vector<std::string> subject_cns;  // in the order of the name
  std::vector<std::string> organizations;
  std::vector<std::string> organizational_units;
  std::vector<std::string> issuer_cns;
  std::vector<std::string> issuer_organizations;
  std::vector<std::string> dns_names;  // of the SANs, canonical, perhaps `*.d`
  bool has_unreadable_dns_names = false;  // SANs that are no domain; left out of dns_names
  std::string serial;                  // hexadecimal, lower case

  std::string key_kind;   // RSA, EC P-256, Ed25519, …
  unsigned key_bits = 0;  // RSA: its size; curves: the equivalent strength (DESIGN.md section 3)
  std::string signature_algorithm;  // RSA-SHA256

  Time not_before{};  // included
  Time not_after{};   // included
  bool is_ca = false;
  std::vector<std::string> purposes;  // extended key usage, as OIDs; empty: any
  std::vector<std::string> crl_urls;
  std::vector<std::string> ocsp_urls;

  bool is_self_issued() const { return subject == issuer; }
};

using CertificatePtr = std::shared_ptr<const X509Certificate>;
/// Leaf first, then whatever was beside it.
using CertificateChain = std::vector<CertificatePtr>;

/// A string says why these bytes are no certificate.
std::variant<X509Certificate, std::string> parse_certificate(std::string_view der);

/// The largest file of certificates.
inline constexpr std::size_t kMaxCertificateFile = std::size_t{1024} * 1024;

/// The certificates in a file's text: PEM (several; what stands between does not count) or one in
/// DER, each as DER. A string is what is wrong: none, a private key among them, too much.
std::variant<std::vector<std::string>, std::string> split_certificates(std::string_view text);

/// Certificates by their own DER, for files that mostly hold the same ones behind their first: each
/// is then parsed and kept once.
using CertificatePool = std::unordered_map<std::string_view, CertificatePtr>;

/// Both together.
std::variant<CertificateChain, std::string> parse_certificates(std::string_view text,
                                                               CertificatePool* pool = nullptr);

/// The same of a file; what is wrong does not name it.
std::variant<CertificateChain, std::string> load_certificates(const std::string& path,
                                                              CertificatePool* pool = nullptr);

/// PEM of one certificate, with its line end.
std::string format_pem(const X509Certificate& certificate);

/// The facts that a rule looks at, with state Unknown: trust and revocation are chain.h's.
Certificate facts_of(const X509Certificate& certificate);

}  // namespace forcetls
