// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Extensions of certificates and CRLs; and those that a certificate's plain values need beside its
/// names, in one walk: GnuTLS takes as long for each of them as for the whole certificate. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "x509/der.h"

namespace forcetls {

struct Extension {
  std::string_view oid;  // content of the object identifier
  bool critical = false;
  std::string_view value;
};

/// The next of a list. nullopt: malformed, or the end.
std::optional<Extension> take_extension(DerReader& list);

/// Of a BOOLEAN; anything but zero is true.
bool is_true(const DerElement& boolean);

struct CertificateExtensions {
  std::vector<std::string> purposes;   // extended key usage (RFC 5280 section 4.2.1.12), as OIDs
  std::vector<std::string> crl_urls;   // distribution points for all reasons (4.2.1.13)
  std::vector<std::string> ocsp_urls;  // of the authority information access (4.2.2.1)
};

/// `list` is the SEQUENCE OF Extension; empty: there are none. Of the URLs only http and https, at
/// most 8 of each kind, of at most 1024 bytes. nullopt: malformed, or extended key usage given
/// twice or empty: what cannot be read must not look like none, which allows everything.
std::optional<CertificateExtensions> read_extensions(std::string_view list);

}  // namespace forcetls
