// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Which certificate rules let `forcetls refresh` take over a partner's renewed certificate, and
/// where to look for it. Pure; asks nobody.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/config.h"

namespace forcetls {

struct RenewalRule {
  const CertificateRule* rule = nullptr;
  std::set<std::string> hosts;    // its exact names
  std::set<std::string> domains;  // of the senders that it is for: their MX hosts
};

/// The [certificate] sections in their dates at `now` that have `name`, bind a CA by `issuer` or
/// `root`, and have no pin (which no renewed certificate would match). Points into `config`.
std::vector<RenewalRule> find_renewal_rules(const Config& config, Time now);

}  // namespace forcetls
