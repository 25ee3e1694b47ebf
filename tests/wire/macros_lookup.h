// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Macros from a table, and facts as one line of text, for the tests of what MTAs tell.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "wire/macros.h"

namespace forcetls {

using Macros = std::map<std::string, std::string>;

/// `macros` must outlive the lookup.
inline MacroLookup lookup_in(const Macros& macros) {
  return [&macros](const char* name) -> std::optional<std::string_view> {
    const auto found = macros.find(name);
    if (found == macros.end()) return std::nullopt;
    return found->second;
  };
}

inline std::string show(const std::string& text) { return "'" + text + "'"; }
inline std::string show(unsigned number) { return std::to_string(number); }
inline std::string show(const Digest& digest) { return format_digest_plain(digest); }
inline std::string show(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all += show(text);
  return all;
}

/// `-`: absent, `?`: unknown.
template <typename T>
std::string show(const Fact<T>& fact) {
  if (fact.is_absent()) return "-";
  return fact.is_unknown() ? "?" : show(*fact);
}

/// `Verified 'subject' by 'issuer' O 'x' OU - issuer-O ? names ? key ? sha256 ?`
inline std::string show(const Certificate& certificate) {
  constexpr const char* kStates[] = {"Absent", "Silent", "Untrusted", "Expired", "Verified",
                                     "Unknown"};
  return std::string(kStates[static_cast<int>(certificate.state)]) + " " +
         show(certificate.subject_cn) + " by " + show(certificate.issuer_cn) + " O " +
         show(certificate.organizations) + " OU " + show(certificate.organizational_units) +
         " issuer-O " + show(certificate.issuer_organizations) + " names " +
         show(certificate.dns_names) + " key " + show(certificate.key_bits) + " sha256 " +
         show(certificate.sha256);
}

}  // namespace forcetls
