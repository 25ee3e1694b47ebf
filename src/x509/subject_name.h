// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The name of a subject or issuer, read from GnuTLS's raw attributes: its own texts are escaped
/// (gnutls_x509_crt_get_dn_by_oid), and it gives up at an empty CN (gnutls_x509_crt_get_dn3).
#pragma once

#include <gnutls/x509.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forcetls {

struct SubjectName {
  /// OID and value, in the order of the name. A value that is no text, or holds a control
  /// character, is empty, as Postfix has it (src/tls/tls_verify.c): it equals no rule's.
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string rfc4514;  // lossless: what is no text is `#` and its DER

  std::vector<std::string> values_of(std::string_view oid) const;
};

/// nullopt: malformed.
std::optional<SubjectName> read_subject_name(gnutls_x509_dn_t dn);

}  // namespace forcetls
