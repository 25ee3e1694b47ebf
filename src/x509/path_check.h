// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Whether one row of certificates is a valid path: the judgement of GnuTLS, and what it leaves
/// out. Looks for no paths (trust_store.h) and at no dates.
#pragma once

#include <string>

#include "x509/certificate.h"

namespace forcetls {

/// `path` is the leaf, those that issued one another, and last the anchor, which may be the leaf.
/// 0: valid; else GnuTLS's gnutls_certificate_status_t. Signatures, CA flag, path length, key usage
/// and name constraints hold, no signature rests on MD5 or SHA-1, and all serve a common purpose,
/// serverAuth or clientAuth.
unsigned check_path(const CertificateChain& path);

/// Whether `issuer`'s key made the signature, whatever else is wrong.
bool is_signed_by(const X509Certificate& certificate, const X509Certificate& issuer);

/// GnuTLS's sentences for such a status, on one line, without the first that says that it is bad.
std::string format_path_status(unsigned status);

}  // namespace forcetls
