// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Takes a CRL apart (RFC 5280 section 5.1), and refuses what says less than it seems to. Verifies
/// no signature.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/session.h"

namespace forcetls {

/// Every view points into the DER that was parsed.
struct CrlParts {
  std::string_view signed_part;
  std::string_view algorithm;  // AlgorithmIdentifier, its content
  std::string_view signature;
  std::string_view issuer;                // Name
  std::vector<std::string_view> serials;  // shortest form, sorted
  Time this_update{};
  Time next_update{};  // a day later where there is none

  // Of the issuing distribution point (section 5.2.5).
  bool names_point = false;
  std::vector<std::string_view> urls;
  bool only_user = false;
  bool only_ca = false;
};

/// Empty: it went well. Else what is wrong, as Crl::parse tells it.
std::string parse_crl(std::string_view der, CrlParts& parts);

}  // namespace forcetls
