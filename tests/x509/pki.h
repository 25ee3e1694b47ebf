// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Keys and certificates made with GnuTLS inside a test, of every kind that a test may want:
///
///   const Made root = make({.cns = {"Root"}, .ca = true});
///   const Made leaf = make({.cns = {"mail.contoso.com"}, .issuer = &root});
///   JudgedChain chain({leaf.certificate(), root.certificate()}, …);
///
/// What cannot be made is an exception that names GnuTLS's function.
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/session.h"
#include "x509/certificate.h"

namespace forcetls::pki {

inline constexpr const char* kServerAuth = "1.3.6.1.5.5.7.3.1";
inline constexpr const char* kClientAuth = "1.3.6.1.5.5.7.3.2";
inline constexpr const char* kEmailProtection = "1.3.6.1.5.5.7.3.4";
inline constexpr const char* kOcspSigning = "1.3.6.1.5.5.7.3.9";
inline constexpr const char* kAnyPurpose = "2.5.29.37.0";

enum class KeyKind { P256, P384, P521, Rsa1024, Rsa2048, Ed25519 };

inline Time day(int year, unsigned month, unsigned day_of_month) {
  return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) /
                               static_cast<int>(day_of_month));
}

inline void check(int code, const char* what) {
  if (code < 0) throw std::runtime_error(std::string(what) + ": " + gnutls_strerror(code));
}

using KeyPtr = std::shared_ptr<gnutls_privkey_st>;

inline KeyPtr make_key(KeyKind kind = KeyKind::P256) {
  gnutls_privkey_t raw = nullptr;
  check(gnutls_privkey_init(&raw), "gnutls_privkey_init");
  KeyPtr key(raw, gnutls_privkey_deinit);
  const auto generate = [&](gnutls_pk_algorithm_t algorithm, unsigned bits) {
    check(gnutls_privkey_generate(raw, algorithm, bits, 0), "gnutls_privkey_generate");
  };
  const auto generate_curve = [&](gnutls_pk_algorithm_t algorithm, gnutls_ecc_curve_t curve) {
    generate(algorithm, GNUTLS_CURVE_TO_BITS(curve));
  };
  switch (kind) {
    case KeyKind::P256: generate_curve(GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP256R1); break;
    case KeyKind::P384: generate_curve(GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP384R1); break;
    case KeyKind::P521: generate_curve(GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP521R1); break;
    case KeyKind::Rsa1024: generate(GNUTLS_PK_RSA, 1024); break;
    case KeyKind::Rsa2048: generate(GNUTLS_PK_RSA, 2048); break;
    case KeyKind::Ed25519: generate_curve(GNUTLS_PK_EDDSA_ED25519, GNUTLS_ECC_CURVE_ED25519); break;
  }
  return key;
}

/// A certificate and its private key. Copies share both.
struct Made {
  std::string der;
  KeyPtr key;

  CertificatePtr certificate() const {
    auto parsed = parse_certificate(der);
    if (auto* problem = std::get_if<std::string>(&parsed)) throw std::runtime_error(*problem);
    return std::make_shared<const X509Certificate>(std::get<X509Certificate>(std::move(parsed)));
  }
  std::string pem() const { return format_pem(*certificate()); }
  std::string key_pem() const;
};

inline CertificateChain chain_of(const std::vector<Made>& made) {
  CertificateChain chain;
  for (const Made& one : made) chain.push_back(one.certificate());
  return chain;
}

struct Wish {
  std::vector<std::string> cns{};
  std::vector<std::string> organizations{};
  std::vector<std::string> units{};
  std::vector<std::pair<std::string, std::string>> raw_names{};  // OID, value in DER
  std::vector<std::string> dns_names{};
  std::vector<std::string> ip_addresses{};  // 4 or 16 octets

  const Made* issuer = nullptr;  // none: self-signed
  KeyKind key_kind = KeyKind::P256;
  KeyPtr key{};  // in place of a new one
  gnutls_digest_algorithm_t hash = GNUTLS_DIG_SHA256;
  bool key_ids = true;  // Subject and Authority Key Identifier

  bool ca = false;
  int path_length = -1;  // of a CA; negative: no limit
  bool basic_constraints = true;
  unsigned key_usage = 0;  // GNUTLS_KEY_…; 0: no such extension
  std::vector<std::string> purposes{};
  std::vector<std::string> permitted_dns{};
  std::vector<std::string> excluded_dns{};

  Time not_before = day(2026, 1, 1);
  Time not_after = day(2027, 1, 1);
  std::vector<std::string> crl_urls{};
  std::vector<std::string> ocsp_urls{};
  std::function<void(gnutls_x509_crt_t)> also{};  // whatever else, before it is signed
};

namespace detail {

using Crt = std::unique_ptr<gnutls_x509_crt_int, decltype(&gnutls_x509_crt_deinit)>;

inline gnutls_datum_t datum(const std::string& text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
          static_cast<unsigned>(text.size())};
}

inline std::string take(gnutls_datum_t& bytes) {
  std::string text(reinterpret_cast<char*>(bytes.data), bytes.size);
  gnutls_free(bytes.data);
  return text;
}

inline Crt new_crt() {
  gnutls_x509_crt_t crt = nullptr;
  check(gnutls_x509_crt_init(&crt), "gnutls_x509_crt_init");
  return Crt(crt, gnutls_x509_crt_deinit);
}

inline void set_names(gnutls_x509_crt_t crt, const Wish& wish) {
  const auto set = [&](const std::string& oid, unsigned raw, const std::string& value) {
    check(gnutls_x509_crt_set_dn_by_oid(crt, oid.c_str(), raw, value.data(),
                                        static_cast<unsigned>(value.size())),
          "gnutls_x509_crt_set_dn_by_oid");
  };
  for (const std::string& name : wish.organizations)
    set(GNUTLS_OID_X520_ORGANIZATION_NAME, 0, name);
  for (const std::string& name : wish.units)
    set(GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME, 0, name);
  for (const std::string& name : wish.cns) set(GNUTLS_OID_X520_COMMON_NAME, 0, name);
  for (const auto& [oid, value] : wish.raw_names) set(oid, 1, value);

  const auto add = [&](gnutls_x509_subject_alt_name_t type, const std::string& value) {
    check(gnutls_x509_crt_set_subject_alt_name(crt, type, value.data(),
                                               static_cast<unsigned>(value.size()),
                                               GNUTLS_FSAN_APPEND),
          "gnutls_x509_crt_set_subject_alt_name");
  };
  for (const std::string& name : wish.dns_names) add(GNUTLS_SAN_DNSNAME, name);
  for (const std::string& address : wish.ip_addresses) add(GNUTLS_SAN_IPADDRESS, address);
}

inline void set_name_constraints(gnutls_x509_crt_t crt, const Wish& wish) {
  if (wish.permitted_dns.empty() && wish.excluded_dns.empty()) return;
  gnutls_x509_name_constraints_t constraints = nullptr;
  check(gnutls_x509_name_constraints_init(&constraints), "gnutls_x509_name_constraints_init");
  const std::unique_ptr<gnutls_name_constraints_st, decltype(&gnutls_x509_name_constraints_deinit)>
      guard(constraints, gnutls_x509_name_constraints_deinit);
  for (const std::string& name : wish.permitted_dns) {
    const gnutls_datum_t bytes = datum(name);
    check(gnutls_x509_name_constraints_add_permitted(constraints, GNUTLS_SAN_DNSNAME, &bytes),
          "gnutls_x509_name_constraints_add_permitted");
  }
  for (const std::string& name : wish.excluded_dns) {
    const gnutls_datum_t bytes = datum(name);
    check(gnutls_x509_name_constraints_add_excluded(constraints, GNUTLS_SAN_DNSNAME, &bytes),
          "gnutls_x509_name_constraints_add_excluded");
  }
  check(gnutls_x509_crt_set_name_constraints(crt, constraints, 1),
        "gnutls_x509_crt_set_name_constraints");
}

inline void set_uses(gnutls_x509_crt_t crt, const Wish& wish) {
  if (wish.basic_constraints)
    check(gnutls_x509_crt_set_basic_constraints(crt, wish.ca, wish.ca ? wish.path_length : -1),
          "gnutls_x509_crt_set_basic_constraints");
  if (wish.key_usage != 0)
    check(gnutls_x509_crt_set_key_usage(crt, wish.key_usage), "gnutls_x509_crt_set_key_usage");
  for (const std::string& oid : wish.purposes)
    check(gnutls_x509_crt_set_key_purpose_oid(crt, oid.c_str(), 0),
          "gnutls_x509_crt_set_key_purpose_oid");
  set_name_constraints(crt, wish);
  for (const std::string& url : wish.crl_urls)
    check(gnutls_x509_crt_set_crl_dist_points2(crt, GNUTLS_SAN_URI, url.data(),
                                               static_cast<unsigned>(url.size()), 0),
          "gnutls_x509_crt_set_crl_dist_points2");
  for (const std::string& url : wish.ocsp_urls) {
    gnutls_datum_t bytes = datum(url);
    check(gnutls_x509_crt_set_authority_info_access(crt, GNUTLS_IA_OCSP_URI, &bytes),
          "gnutls_x509_crt_set_authority_info_access");
  }
}

inline void set_key(gnutls_x509_crt_t crt, gnutls_privkey_t key, bool key_id) {
  gnutls_pubkey_t raw = nullptr;
  check(gnutls_pubkey_init(&raw), "gnutls_pubkey_init");
  const std::unique_ptr<gnutls_pubkey_st, decltype(&gnutls_pubkey_deinit)> pubkey(
      raw, gnutls_pubkey_deinit);
  check(gnutls_pubkey_import_privkey(raw, key, 0, 0), "gnutls_pubkey_import_privkey");
  check(gnutls_x509_crt_set_pubkey(crt, raw), "gnutls_x509_crt_set_pubkey");
  if (!key_id) return;
  unsigned char id[32];
  std::size_t size = sizeof id;
  check(gnutls_x509_crt_get_key_id(crt, 0, id, &size), "gnutls_x509_crt_get_key_id");
  check(gnutls_x509_crt_set_subject_key_id(crt, id, size), "gnutls_x509_crt_set_subject_key_id");
}

inline void set_serial_and_dates(gnutls_x509_crt_t crt, const Wish& wish) {
  static std::atomic<unsigned> last{0};
  const unsigned number = ++last;
  const unsigned char serial[] = {
      0x40, static_cast<unsigned char>(number >> 16), static_cast<unsigned char>(number >> 8),
      static_cast<unsigned char>(number)};
  check(gnutls_x509_crt_set_serial(crt, serial, sizeof serial), "gnutls_x509_crt_set_serial");
  check(gnutls_x509_crt_set_activation_time(crt, wish.not_before.time_since_epoch().count()),
        "gnutls_x509_crt_set_activation_time");
  check(gnutls_x509_crt_set_expiration_time(crt, wish.not_after.time_since_epoch().count()),
        "gnutls_x509_crt_set_expiration_time");
}

/// Ed25519 has its hash built in.
inline void sign(gnutls_x509_crt_t crt, gnutls_x509_crt_t issuer, gnutls_privkey_t key,
                 const Wish& wish) {
  unsigned char id[64];
  std::size_t size = sizeof id;
  if (wish.key_ids && gnutls_x509_crt_get_subject_key_id(issuer, id, &size, nullptr) == 0)
    check(gnutls_x509_crt_set_authority_key_id(crt, id, size),
          "gnutls_x509_crt_set_authority_key_id");
  const bool eddsa = gnutls_privkey_get_pk_algorithm(key, nullptr) == GNUTLS_PK_EDDSA_ED25519;
  check(gnutls_x509_crt_privkey_sign(crt, issuer, key, eddsa ? GNUTLS_DIG_SHA512 : wish.hash, 0),
        "gnutls_x509_crt_privkey_sign");
}

}  // namespace detail

inline Made make(const Wish& wish) {
  using namespace detail;
  const KeyPtr key = wish.key ? wish.key : make_key(wish.key_kind);
  const Crt crt = new_crt();
  check(gnutls_x509_crt_set_version(crt.get(), 3), "gnutls_x509_crt_set_version");
  set_key(crt.get(), key.get(), wish.key_ids);
  set_names(crt.get(), wish);
  set_uses(crt.get(), wish);
  set_serial_and_dates(crt.get(), wish);
  if (wish.also) wish.also(crt.get());
  if (wish.issuer) {
    const Crt issuer = new_crt();
    const gnutls_datum_t bytes = datum(wish.issuer->der);
    check(gnutls_x509_crt_import(issuer.get(), &bytes, GNUTLS_X509_FMT_DER),
          "gnutls_x509_crt_import");
    sign(crt.get(), issuer.get(), wish.issuer->key.get(), wish);
  } else {
    sign(crt.get(), crt.get(), key.get(), wish);
  }
  gnutls_datum_t der{};
  check(gnutls_x509_crt_export2(crt.get(), GNUTLS_X509_FMT_DER, &der), "gnutls_x509_crt_export2");
  return {take(der), key};
}

inline std::string Made::key_pem() const {
  gnutls_x509_privkey_t raw = nullptr;
  check(gnutls_privkey_export_x509(key.get(), &raw), "gnutls_privkey_export_x509");
  const std::unique_ptr<gnutls_x509_privkey_int, decltype(&gnutls_x509_privkey_deinit)> guard(
      raw, gnutls_x509_privkey_deinit);
  gnutls_datum_t pem{};
  check(gnutls_x509_privkey_export2_pkcs8(raw, GNUTLS_X509_FMT_PEM, nullptr, GNUTLS_PKCS_PLAIN,
                                          &pem),
        "gnutls_x509_privkey_export2_pkcs8");
  return detail::take(pem);
}

}  // namespace forcetls::pki
