// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What a sound configuration may still get wrong: warnings for `forcetls check` and the daemon's
/// log. Reports no errors.
#pragma once

#include <vector>

#include "config/diagnostic.h"
#include "config/draft.h"
#include "core/connector.h"

namespace forcetls {

/// `config` without disabled connectors, `terms` as Connector::terms counts them; `now` is for what
/// has ended or is about to.
void lint(const ConfigDraft& config, const std::vector<Terms>& terms, Time now,
          DiagnosticList& diagnostics);

}  // namespace forcetls
