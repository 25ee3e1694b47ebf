// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Bytes on their way to GnuTLS and from it, and their SHA-256. Knows no format.
#pragma once

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <string_view>

#include "core/digest.h"

namespace forcetls {

/// For a parameter of GnuTLS, which does not write there.
inline gnutls_datum_t datum(std::string_view bytes) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data())),
          static_cast<unsigned>(bytes.size())};
}

inline std::string_view view_of(const gnutls_datum_t& datum) {
  return {reinterpret_cast<const char*>(datum.data), datum.size};
}

/// Bytes that GnuTLS gave away.
class OwnedDatum {
 public:
  OwnedDatum() = default;
  OwnedDatum(const OwnedDatum&) = delete;
  OwnedDatum& operator=(const OwnedDatum&) = delete;
  ~OwnedDatum() { gnutls_free(datum_.data); }

  gnutls_datum_t* out() { return &datum_; }
  std::string_view view() const { return view_of(datum_); }

 private:
  gnutls_datum_t datum_{};
};

inline Digest sha256_of(std::string_view bytes) {
  Digest digest{};
  gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes.data(), bytes.size(), digest.data());
  return digest;
}

}  // namespace forcetls
