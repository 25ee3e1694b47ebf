// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The client's certificate as the MTA's macros tell it: each MTA's own dialect (OBSERVED-MACROS.md
/// section 3). Judges no name and knows no certificate. Pure and thread-safe.
#pragma once

#include "core/session.h"
#include "wire/macros.h"

namespace forcetls {

/// Nothing was presented, as in a session without TLS: all facts are Absent.
Certificate no_certificate();

/// Of which nothing is known.
Certificate unknown_certificate();

/// For a session with TLS. Postfix sends names only of a chain it trusts, and no digests: its
/// silence is Silent, whether there is an untrusted certificate or none. Sendmail sends names of any
/// certificate, and only {verify} says whether it trusts it; in state Untrusted they are there too,
/// for the log. Its {cert_fp} is a digest of any algorithm and {cert_md5} one of the wrong one. Of an
/// MTA that is not known all is Unknown. Names that Sendmail could not read (`BadCertificate...`)
/// are an empty CN.
/// Organizations are Unknown where parse_oneline_dn gives up, where the name disagrees with {cn_*}
/// (it was cut, or a value holds `/`), and where O is there twice. What is left with an OpenSSL
/// before 3.0: a `/O=x` inside a value other than the CN, of a subject that has no O itself.
Certificate read_certificate(Mta mta, const MacroLookup& macro);

}  // namespace forcetls
