// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The first duty of `forcetls refresh`: CRLs and OCSP answers into the state directory, each
/// verified before it is written. Needs the network.
#pragma once

#include <chrono>

#include "cli/refresh_report.h"
#include "cli/revocation_sources.h"
#include "cli/state_directory.h"
#include "core/session.h"

namespace forcetls {

/// Asks each source once, OCSP before CRLs, a host that did not answer no second time, and nobody
/// any more after 30 minutes. `timeout` is for one source.
void refresh_revocation(const RevocationSources& sources, const StateDirectory& state, Time now,
                        std::chrono::seconds timeout, RefreshReport& report);

/// Those that none of the sources gave. `sources` must then be of all certificates there are.
void remove_unneeded_answers(const RevocationSources& sources, const StateDirectory& state,
                             RefreshReport& report);

}  // namespace forcetls
