// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Makes the [outbound] sections what Postfix can enforce, or says with the line why it cannot
/// (DESIGN.md section 7).
#pragma once

#include <vector>

#include "config/config.h"
#include "config/diagnostic.h"
#include "config/draft.h"
#include "core/outbound.h"

namespace forcetls {

struct ResolvedOutbound {
  std::vector<OutboundConnector> connectors;  ///< the enabled ones
  std::vector<AnchorFile> anchor_files;       ///< what they name, each once
};

/// Works [certificate] sections, globs of ciphers and the trust anchors of roots in, and reports
/// what Postfix cannot do and connectors between which the choice would be arbitrary. Uses up
/// config.outbound; `anchors` are those of [trust], or the system's.
ResolvedOutbound resolve_outbound(ConfigDraft& config, const CertificateChain& anchors,
                                  DiagnosticList& diagnostics);

/// Whether an enabled connector names a rule with `root`, so that the anchors are needed.
bool outbound_needs_anchors(const ConfigDraft& config);

}  // namespace forcetls
