// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The octets of a certificate's fields, where GnuTLS gives them only worked over. Copies nothing: what
/// it gives lives as long as the bytes. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace forcetls {

/// RFC 5280 section 4.1; with tag and length, unless told.
struct CertificateFields {
  std::string_view serial;  // content, in the fewest octets
  std::string_view issuer;
  std::string_view subject;
  std::string_view public_key_info;  // what OpenSSL, and so an MTA, takes the digest of
  std::string_view extensions;       // the SEQUENCE OF Extension; empty: there are none
};

/// nullopt: not DER. GnuTLS is less strict about lengths.
std::optional<CertificateFields> read_certificate_fields(std::string_view der);

}  // namespace forcetls
