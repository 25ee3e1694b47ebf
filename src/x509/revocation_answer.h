// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// CRLs and OCSP responses as bytes: whether they are what they should be, and what they say. Used
/// by the store when it judges and by `forcetls refresh` before it writes. Keeps nothing; no
/// network.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "x509/certificate.h"
#include "x509/revocation_store.h"

namespace forcetls {

/// What a CRL (DER or PEM) fetched from `url` says of `certificate`. A string: not a CRL, not
/// signed by `issuer`, a delta or indirect one, or one of another distribution point (RFC 5280
/// section 5.2.5).
std::variant<RevocationAnswer, std::string> read_crl(std::string_view bytes, std::string_view url,
                                                     const X509Certificate& certificate,
                                                     const X509Certificate& issuer);

/// The same of an OCSP response. Also a string: signed by neither `issuer` nor one whom it
/// delegated with the OCSPSigning purpose; about another certificate; an error status; `unknown`.
std::variant<RevocationAnswer, std::string> read_ocsp(std::string_view der,
                                                      const X509Certificate& certificate,
                                                      const X509Certificate& issuer);

/// A request for one certificate, in DER, without nonce: answers are made in advance.
std::string make_ocsp_request(const X509Certificate& certificate, const X509Certificate& issuer);

}  // namespace forcetls
