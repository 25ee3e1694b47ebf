// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What `forcetls probe` shows of a server's certificates: their attributes, what the configuration
/// makes of them, and why. Peer's texts are cleaned.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/outbound_probe.h"
#include "config/config.h"
#include "core/session.h"
#include "x509/chain.h"
#include "x509/revocation_store.h"
#include "x509/trust_store.h"

namespace forcetls {

/// What a probed certificate is judged with.
struct ProbeContext {
  std::shared_ptr<const Config> config;  // nullptr: there is none
  std::shared_ptr<const TrustStore> trust;
  std::shared_ptr<const RevocationStore> revocation;
  Time now{};
};

/// The attributes of each, leaf first.
std::string format_chain(const CertificateChain& chain);

/// Whether a server is what an outbound connector demands, and what is wrong: lines of
/// `  outbound       [outbound contoso] met`.
std::string format_demand(const OutboundDemand& demand, const std::vector<Finding>& findings);

/// The same of a server that spoke no TLS.
std::string format_demand_without_tls(const OutboundDemand& demand);

/// Trust, roots, revocation and whether it is known; then which [certificate] rules it meets and
/// what is wrong by the others: lines of `  trust          verified`.
std::string format_judgement(const JudgedChain& chain, const ProbeContext& context);

}  // namespace forcetls
