// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What a sound configuration may still get wrong: warnings for `forcetls check` and the daemon's
/// log. Reports no errors. What ends is endings.h's: it changes while the configuration does not.
#pragma once

#include <vector>

#include "config/diagnostic.h"
#include "config/draft.h"
#include "core/connector.h"
#include "x509/known_certificates.h"

namespace forcetls {

/// `config` without disabled connectors, `terms` as Connector::terms counts them; `now` is for what
/// is suspended or has not begun.
void lint(const ConfigDraft& config, const std::vector<Terms>& terms,
          const KnownCertificates& known, Time now, DiagnosticList& diagnostics);

}  // namespace forcetls
