// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The second duty of `forcetls refresh`: partners' renewed certificates into known-certificates,
/// under the conditions of DESIGN.md section 6. Needs the network.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/refresh_report.h"
#include "cli/starttls.h"
#include "config/config.h"
#include "x509/chain.h"

namespace forcetls {

/// Asks the hosts of each rule (renewal_hosts.h), each host once, at most 1,000 hosts and the MX of
/// at most 1,000 domains, and nobody any more after 15 minutes. What is added is a file
/// `refreshed-<16 digits of the digest>.pem`; gives the chains added. A rule of which no host
/// showed a certificate is a failure; one that shows a certificate that does not meet it is none.
std::vector<std::unique_ptr<const JudgedChain>> refresh_certificates(
    const std::shared_ptr<const Config>& config, Time now, const StarttlsOptions& options,
    RefreshReport& report);

/// Removes files of that naming whose certificate has ended; no others.
void remove_ended_certificates(const std::string& folder, Time now, RefreshReport& report);

}  // namespace forcetls
