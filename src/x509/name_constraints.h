// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Name constraints (RFC 5280 section 4.2.1.10) where GnuTLS 3.7 looks away and forcetls does not:
/// the CN of a certificate without serverAuth, second CNs, wildcards that reach into an excluded
/// domain, and directory names. In addition to GnuTLS's own check, never in place of it.
#pragma once

#include "x509/certificate.h"

namespace forcetls {

/// Whether each CA on the path (leaf first) may vouch for the names below it.
bool name_constraints_hold(const CertificateChain& path);

}  // namespace forcetls
