// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Certificates of odd content, parsed; made with pki.h.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "pki.h"
#include "x509/certificate.h"

namespace forcetls::given {

enum StringType : unsigned char {
  kInteger = 2,
  kUtf8 = 12,
  kNumeric = 18,
  kPrintable = 19,
  kT61 = 20,
  kIa5 = 22,
  kVisible = 26,
  kUniversal = 28,
  kBmp = 30,
  kSequence = 0x30,
};

inline std::string der_value(unsigned char tag, const std::string& content) {
  std::string der(1, static_cast<char>(tag));
  if (content.size() >= 0x80) der += '\x82', der += static_cast<char>(content.size() >> 8);
  return der + static_cast<char>(content.size() & 0xff) + content;
}

inline X509Certificate parse(const std::string& der) {
  auto parsed = parse_certificate(der);
  if (const auto* problem = std::get_if<std::string>(&parsed)) BOOST_FAIL(*problem);
  return std::get<X509Certificate>(std::move(parsed));
}

inline X509Certificate parse_made(pki::Wish wish) {
  static const pki::KeyPtr key = pki::make_key();
  if (!wish.key && wish.key_kind == pki::KeyKind::P256) wish.key = key;
  return parse(pki::make(wish).der);
}

inline void set_extension(gnutls_x509_crt_t crt, const char* oid, const std::string& value) {
  pki::check(gnutls_x509_crt_set_extension_by_oid(crt, oid, value.data(), value.size(), 0), oid);
}

inline std::string problem_of(const std::string& der) {
  const auto parsed = parse_certificate(der);
  const auto* problem = std::get_if<std::string>(&parsed);
  return problem ? *problem : "";
}

inline std::string join(const std::vector<std::string>& texts) {
  std::string joined;
  for (const auto& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

}  // namespace forcetls::given
