// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What is about to end: certificate rules, known certificates, CRLs, and the connectors that are
/// then left with none. Looks at a loaded configuration only. Nobody else says these things: the
/// warnings of a Config hold none of them, so `forcetls check` prints both, and the daemon logs
/// both at start and after a reload, and these alone once a day.
#pragma once

#include <vector>

#include "config/config.h"
#include "config/diagnostic.h"

namespace forcetls {

struct Ending {
  enum class Kind { Rule, KnownCertificate, Crl, Connector };
  Kind kind;
  bool expected = false;  // a CRL that has not ended yet: they all end soon, and are renewed
  Diagnostic warning;     // what a CA or partner wrote in its text is cleaned
};

/// What has ended at `now` or ends within 30 days, in the order of the kinds.
std::vector<Ending> list_endings(const Config& config, Time now);

}  // namespace forcetls
