// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Lines for Sendmail's access map that demand what the outbound connectors do, of the little that
/// it can (cf/README, "STARTTLS"; cf/m4/proto.m4: tls_rcpt, TLS_connection). Pure.
///
/// TLS_Rcpt: is found by the recipient's domain, or one above it, and TLS_Srv: by the server's
/// name. No Try_TLS: is written: Sendmail tries STARTTLS with every server, and an entry `NO` only
/// makes mail wait. No CI: either: what would need it, the loader has refused.
#pragma once

#include "cli/export_text.h"
#include "core/connector.h"

namespace forcetls {

/// `least_tls`: what Sendmail itself does not go below (No: not known). Sorted, and the same for
/// the same configuration and time.
ExportedTable export_sendmail(const Config& config, Time now, Terms::TlsDemand least_tls);

}  // namespace forcetls
