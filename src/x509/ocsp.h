// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// OCSP (RFC 6960): requests, and responses as bytes: whether they are what they should be, and
/// what they say. Used by the store when it judges and by `forcetls refresh` before it writes.
/// Keeps nothing; no network.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "x509/certificate.h"
#include "x509/revocation_answer.h"

namespace forcetls {

/// What a response says of `certificate`. A string: not a response; signed by neither `issuer` nor
/// one whom it delegated with the OCSPSigning purpose; about another certificate; an error status;
/// `unknown`.
std::variant<RevocationAnswer, std::string> read_ocsp(std::string_view der,
                                                      const X509Certificate& certificate,
                                                      const X509Certificate& issuer);

/// A request for one certificate, in DER, without nonce: answers are made in advance.
std::string make_ocsp_request(const X509Certificate& certificate, const X509Certificate& issuer);

}  // namespace forcetls
