// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Warnings about whose mail connectors choose (lint.h).
#pragma once

#include <vector>

#include "config/diagnostic.h"
#include "core/connector.h"

namespace forcetls {

/// Connectors that can never match, and keys without effect.
void lint_dead_scopes(const std::vector<Connector>& connectors,
                      const std::vector<Network>& exempt_clients, DiagnosticList& diagnostics);

/// Connectors that judge mail of a sender's domain from some clients only, where nobody judges it
/// from elsewhere: whoever forges that domain comes from elsewhere.
void lint_uncovered_senders(const std::vector<Connector>& connectors,
                            const std::vector<Terms>& terms, DiagnosticList& diagnostics);

}  // namespace forcetls
