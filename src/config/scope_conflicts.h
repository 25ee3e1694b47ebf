// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Finds connectors of one scope, between which the choice would be arbitrary.
#pragma once

#include <cstddef>

#include "config/diagnostic.h"
#include "config/draft.h"

namespace forcetls {

/// How many combinations of one element of each match key a connector may have.
inline constexpr std::size_t kMaxCombinations = 100'000;

/// Reports each connector that has with an earlier one a combination in common: one element of each
/// match key, or both without that key, looking at a common sender place. Leaves out those whose
/// scope is not known.
void check_scopes(const ConfigDraft& config, DiagnosticList& diagnostics);

}  // namespace forcetls
