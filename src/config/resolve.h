// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Works [defaults] and [certificate] sections into the terms of each connector, and checks what
/// only shows then.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "config/diagnostic.h"
#include "config/draft.h"

namespace forcetls {

/// For each name of config.names, its [certificate] section.
using SectionsByName = std::vector<std::optional<std::uint32_t>>;
SectionsByName sections_by_name(const ConfigDraft& config);

/// The terms that Connector::terms counts, in the order of config.terms, which is used up. Marks
/// the certificate sections in use. Reports references to sections that do not exist.
std::vector<Terms> resolve_terms(ConfigDraft& config, DiagnosticList& diagnostics);

/// Takes the disabled connectors out.
void drop_disabled(ConfigDraft& config);

/// Reports connectors whose action, if it is known, their scope cannot carry out (DESIGN.md section
/// 4, step 6).
void check_actions(const ConfigDraft& config, const std::vector<Terms>& terms,
                   DiagnosticList& diagnostics);

}  // namespace forcetls
