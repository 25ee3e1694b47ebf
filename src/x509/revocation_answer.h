// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What one CRL or OCSP response says of one certificate. Reads neither (crl.h, ocsp.h).
#pragma once

#include <string>

#include "core/session.h"

namespace forcetls {

/// Its signature has been verified.
struct RevocationAnswer {
  bool revoked = false;
  Time this_update{};
  Time next_update{};  // excluded; an answer without one counts for a day
  std::string source;  // a URL of the CRL or OCSP server

  bool is_fresh(Time time) const { return this_update <= time && time < next_update; }
};

}  // namespace forcetls
