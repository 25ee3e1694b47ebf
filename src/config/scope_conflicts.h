// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Finds connectors of one scope, between which the choice would be arbitrary.
#pragma once

#include <cstddef>
#include <vector>

#include "config/diagnostic.h"
#include "core/connector.h"

namespace forcetls {

/// How many combinations of one element of each match key a connector may have.
inline constexpr std::size_t kMaxCombinations = 100'000;

/// Reports each connector that has with an earlier one a combination in common: one element of each
/// match key, or both without that key, looking at a common sender place.
void check_scopes(const std::vector<Connector>& connectors, DiagnosticList& diagnostics);

}  // namespace forcetls
