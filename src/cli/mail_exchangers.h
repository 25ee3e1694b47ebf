// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Which hosts take mail for a domain (RFC 5321 section 5.1), and what their addresses are. Needs
/// the network.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/dns.h"
#include "core/ip_address.h"

namespace forcetls {

/// The MX hosts of `domain` (an A-label), the preferred first, each once; the domain itself where
/// there is no MX record. A string, one clean line: no such domain, a null MX (RFC 7505), no answer.
std::variant<std::vector<std::string>, std::string> find_mail_exchangers(
    const std::string& domain, const ResolverOptions& options);

/// The addresses of `host` (an A-label), each once and at least one. Without options.server in the
/// system's own way: /etc/hosts, and its time limits. A string, one clean line: there is none.
std::variant<std::vector<IpAddress>, std::string> find_addresses(const std::string& host,
                                                                 const ResolverOptions& options);

}  // namespace forcetls
