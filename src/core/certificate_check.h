// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The requirement on the peer's certificate: verified, and as one of several rules wants it
/// (DESIGN.md sections 4 and 6). Part of requirements.h, in a file of its own for its size.
#pragma once

#include <vector>

#include "core/connector.h"
#include "core/session.h"
#include "core/verdict.h"

namespace forcetls {

/// The findings of `require-certificate` in a session under TLS: those of the rule that decided.
/// Their `requirement` is left to the caller.
std::vector<Finding> check_certificate(const Terms& terms, const Session& session);

/// The findings of one rule, whatever its dates. A pin that matches stands for trust, names and the
/// certificate's dates; one that does not fails beside them.
std::vector<Finding> check_rule(const CertificateRule& rule, const Certificate& certificate,
                                Revocation revocation);

}  // namespace forcetls
