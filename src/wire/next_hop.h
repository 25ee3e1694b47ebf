// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The next hop of a mail as MTAs ask for it: a recipient's domain, or what a relayhost or transport
/// says (postfix/src/smtp/smtp_tls_policy.c: tls_policy_lookup). Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/outbound.h"

namespace forcetls {

/// Reads any key: `contoso.com`, `.contoso.com` (its subdomains), `contoso.com:2525` (a domain
/// whose servers are asked on another port), `[mx.contoso.com]:25` (a host). Without case; domains
/// and addresses become canonical, the latter as `[ipv6:2001:db8::1]`. What is none of these is
/// itself, without a domain.
NextHop parse_next_hop(std::string_view text);

/// Reads the value of smart-host: `[host]`, `[host]:port`, `domain` or `domain:port`, with a host's
/// address or name and a port's number or name. nullopt: anything else.
std::optional<std::string> parse_smart_host(std::string_view text);

/// The host in `[host]` or `[host]:port`, else "".
std::string_view host_in_brackets(std::string_view text);

}  // namespace forcetls
