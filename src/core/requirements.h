// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Checks a session against a connector's terms, requirement by requirement (DESIGN.md section 4,
/// step 4). Pure; which connector's terms count and what follows from the findings is policy.h's.
#pragma once

#include <string_view>
#include <vector>

#include "core/connector.h"
#include "core/session.h"
#include "core/verdict.h"

namespace forcetls {

/// One finding for every requirement that `terms` make, in the order of enum Violation.
std::vector<Finding> check_requirements(const Terms& terms, const Session& session);

/// Failed if any finding Failed, else Missing if any is Missing, else Passed.
Outcome overall_outcome(const std::vector<Finding>& findings);

/// `TLS 1.2 or newer`, for messages.
std::string_view format_tls_demand(Terms::TlsDemand demand);

/// Whether the session is encrypted in a way that counts: NULL and anonymous suites do not.
bool is_encrypted(const Tls& tls);

}  // namespace forcetls
