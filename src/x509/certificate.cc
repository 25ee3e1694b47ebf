// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/certificate.h"

#include <fmt/format.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <ctime>
#include <iterator>
#include <new>
#include <utility>

#include "wire/domain_name.h"
#include "x509/certificate_fields.h"
#include "x509/crt_handle.h"
#include "x509/datum.h"
#include "x509/extensions.h"
#include "x509/subject_name.h"

namespace forcetls {

namespace {

// GnuTLS's time goes with the square of a name's parts: 0.1 s for this size.
constexpr std::size_t kMaxCertificate = std::size_t{64} * 1024;
// OpenSSL's bound, too: with a larger key one signature takes up to minutes.
constexpr unsigned kMaxKeyBits = 16384;

/// Curves by NIST's names and by the size of RSA key that is as strong (SP 800-57 part 1, table 2).
struct Curve {
  gnutls_ecc_curve_t id;
  const char* name;
  unsigned bits;
};

constexpr Curve kCurves[] = {
    {GNUTLS_ECC_CURVE_SECP192R1, "EC P-192", 1024}, {GNUTLS_ECC_CURVE_SECP224R1, "EC P-224", 2048},
    {GNUTLS_ECC_CURVE_SECP256R1, "EC P-256", 3072}, {GNUTLS_ECC_CURVE_SECP384R1, "EC P-384", 7680},
    {GNUTLS_ECC_CURVE_SECP521R1, "EC P-521", 15360}, {GNUTLS_ECC_CURVE_ED25519, "Ed25519", 3072},
    {GNUTLS_ECC_CURVE_ED448, "Ed448", 7680},
};

/// One certificate on its way from GnuTLS's handle to plain values.
class Reader {
 public:
  explicit Reader(std::string_view der) : der_(der) {}

  std::variant<X509Certificate, std::string> run() {
    if (der_.size() > kMaxCertificate) return "a certificate of more than 64 KiB";
    gnutls_x509_crt_t raw = nullptr;
    if (gnutls_x509_crt_init(&raw) < 0) throw std::bad_alloc();
    crt_.reset(raw);
    const gnutls_datum_t bytes = datum(der_);
    if (const int result = gnutls_x509_crt_import(raw, &bytes, GNUTLS_X509_FMT_DER); result < 0)
      return fmt::format("not a certificate ({})", gnutls_strerror(result));
    out_.der = der_;
    out_.sha256 = sha256_of(der_);
    const auto fields = read_certificate_fields(der_);
    if (!fields) return "not a certificate (not DER)";
    out_.key_sha256 = sha256_of(fields->public_key_info);
    if (!read_names()) return "its names cannot be read";
    if (!read_serial()) return "its serial number cannot be read";
    if (!read_dates()) return "its dates cannot be read";
    auto extensions = read_extensions(fields->extensions);
    if (!extensions) return "its extensions cannot be read";
    out_.purposes = std::move(extensions->purposes);
    out_.crl_urls = std::move(extensions->crl_urls);
    out_.ocsp_urls = std::move(extensions->ocsp_urls);
    read_key();
    if (out_.key_bits > kMaxKeyBits)
      return fmt::format("a key of {} bits is too large", out_.key_bits);
    read_signature_algorithm();
    read_dns_names();
    out_.is_ca = gnutls_x509_crt_get_ca_status(raw, nullptr) > 0;
    return std::move(out_);
  }

 private:
  bool read_names() {
    gnutls_x509_dn_t subject = nullptr, issuer = nullptr;
    if (gnutls_x509_crt_get_subject(crt_.get(), &subject) < 0 ||
        gnutls_x509_crt_get_issuer(crt_.get(), &issuer) < 0)
      return false;
    auto name = read_subject_name(subject);
    auto issuer_name = read_subject_name(issuer);
    if (!name || !issuer_name) return false;
    out_.subject_cns = name->values_of(GNUTLS_OID_X520_COMMON_NAME);
    out_.organizations = name->values_of(GNUTLS_OID_X520_ORGANIZATION_NAME);
    out_.organizational_units = name->values_of(GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME);
    out_.issuer_cns = issuer_name->values_of(GNUTLS_OID_X520_COMMON_NAME);
    out_.issuer_organizations = issuer_name->values_of(GNUTLS_OID_X520_ORGANIZATION_NAME);
    out_.subject = std::move(name->rfc4514);
    out_.issuer = std::move(issuer_name->rfc4514);
    return true;
  }

  bool read_serial() {
    std::array<char, 256> serial{};
    std::size_t size = serial.size();
    if (gnutls_x509_crt_get_serial(crt_.get(), serial.data(), &size) < 0) return false;
    std::string_view octets(serial.data(), size);
    if (octets.size() > 1 && octets.front() == '\0') octets.remove_prefix(1);  // only the sign
    for (const char octet : octets)
      out_.serial += fmt::format("{:02x}", static_cast<unsigned char>(octet));
    return true;
  }

  bool read_dates() {
    const std::time_t from = gnutls_x509_crt_get_activation_time(crt_.get());
    const std::time_t to = gnutls_x509_crt_get_expiration_time(crt_.get());
    out_.not_before = Time(std::chrono::seconds(from));
    out_.not_after = Time(std::chrono::seconds(to));
    return from != -1 && to != -1;
  }

  std::string oid(int (*get)(gnutls_x509_crt_t, char*, std::size_t*)) const {
    std::array<char, 128> text{};
    std::size_t size = text.size();
    return get(crt_.get(), text.data(), &size) < 0 ? std::string("unknown") : text.data();
  }

  void read_key() {
    unsigned bits = 0;
    const int kind = gnutls_x509_crt_get_pk_algorithm(crt_.get(), &bits);
    if (kind == GNUTLS_PK_RSA || kind == GNUTLS_PK_RSA_PSS || kind == GNUTLS_PK_DSA) {
      out_.key_kind = gnutls_pk_get_name(static_cast<gnutls_pk_algorithm_t>(kind));
      out_.key_bits = bits;
      return;
    }
    gnutls_ecc_curve_t id = GNUTLS_ECC_CURVE_INVALID;
    gnutls_x509_crt_get_pk_ecc_raw(crt_.get(), &id, nullptr, nullptr);
    const auto* curve = std::find_if(std::begin(kCurves), std::end(kCurves),
                                     [&](const Curve& known) { return known.id == id; });
    const bool known = curve != std::end(kCurves);
    out_.key_kind = known ? curve->name : oid(gnutls_x509_crt_get_pk_oid);
    out_.key_bits = known ? curve->bits : 0;
  }

  void read_signature_algorithm() {
    const int algorithm = gnutls_x509_crt_get_signature_algorithm(crt_.get());
    const char* name = gnutls_sign_get_name(static_cast<gnutls_sign_algorithm_t>(algorithm));
    out_.signature_algorithm = name ? name : oid(gnutls_x509_crt_get_signature_oid);
  }

  void read_dns_names() {
    std::array<char, 1100> text{};  // more than parse_certificate_name takes
    for (unsigned i = 0;; ++i) {
      std::size_t size = text.size();
      unsigned type = 0;
      const int result = gnutls_x509_crt_get_subject_alt_name2(crt_.get(), i, text.data(), &size,
                                                               &type, nullptr);
      if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return;
      if (type != GNUTLS_SAN_DNSNAME) continue;
      std::string name;
      if (result >= 0) name = parse_certificate_name({text.data(), size});
      if (name.empty())
        out_.has_unreadable_dns_names = true;
      else
        out_.dns_names.push_back(std::move(name));
    }
  }

  std::string_view der_;
  CrtHandle crt_;
  X509Certificate out_;
};

Fact<std::vector<std::string>> fact_of(const std::vector<std::string>& values) {
  if (values.empty()) return Absent{};
  return values;
}

}  // namespace

std::variant<X509Certificate, std::string> parse_certificate(std::string_view der) {
  return Reader(der).run();
}

Certificate facts_of(const X509Certificate& certificate) {
  Certificate facts;
  facts.state = Certificate::State::Unknown;
  const auto& cns = certificate.subject_cns;
  facts.subject_cn = cns.empty() ? std::string() : cns.front();
  // A CN counts only where there is no other name, be it one that nobody can read.
  if (!certificate.has_unreadable_dns_names)
    facts.cn_dns_name = parse_certificate_name(*facts.subject_cn);
  if (!certificate.issuer_cns.empty()) facts.issuer_cn = certificate.issuer_cns.front();
  facts.dns_names = fact_of(certificate.dns_names);
  facts.organizations = fact_of(certificate.organizations);
  facts.organizational_units = fact_of(certificate.organizational_units);
  facts.issuer_organizations = fact_of(certificate.issuer_organizations);
  if (certificate.key_bits > 0) facts.key_bits = certificate.key_bits;
  facts.sha256 = certificate.sha256;
  facts.key_sha256 = certificate.key_sha256;
  return facts;
}

}  // namespace forcetls
