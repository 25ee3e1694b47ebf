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

/// Whether a certificate that bears `name` (itself perhaps a wildcard) meets `pattern`
/// (DESIGN.md section 6; RFC 9525 section 6.3: a wildcard stands for one whole left-most label).
bool certificate_name_meets(const DomainPattern& pattern, std::string_view name);

/// Equal but for ASCII case and runs of white space: how names other than DNS names are compared.
bool same_text(std::string_view a, std::string_view b);

}  // namespace forcetls
