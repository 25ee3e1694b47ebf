// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What sound [outbound] sections may still get wrong: warnings. Reports no errors.
#pragma once

#include <vector>

#include "config/diagnostic.h"
#include "core/outbound.h"

namespace forcetls {

/// `now` is for what is suspended.
void lint_outbound(const std::vector<OutboundConnector>& connectors, Time now,
                   DiagnosticList& diagnostics);

}  // namespace forcetls
