// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The source of a texthash or lmdb table for Postfix's smtp_tls_policy_maps: by Postfix's own
/// look-ups it gives for every next hop what Policy::outbound() says (postfix/src/smtp/
/// smtp_tls_policy.c: policy_lookup). Pure.
#pragma once

#include "cli/export_text.h"
#include "core/tls_policy.h"

namespace forcetls {

/// Sorted, and the same for the same configuration and time.
ExportedTable export_postfix(const Config& config, Time now, PostfixVersion version);

}  // namespace forcetls
