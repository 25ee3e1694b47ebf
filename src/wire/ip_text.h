// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// IP addresses and networks as text. Does not resolve names and knows no ports, brackets or zone
/// identifiers. Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/ip_address.h"

namespace forcetls {

/// An address in the usual spellings, with or without the tag `IPv6:` (RFC 5321 section 4.1.3, in
/// any case) before an IPv6 address. An IPv4-mapped IPv6 address becomes IPv4.
std::optional<IpAddress> parse_ip_address(std::string_view text);

/// `address/prefix`, or an address alone for a network of one. The string says what is wrong, for
/// the administrator: `host bits set in network 10.0.0.1/8; did you mean 10.0.0.0/8?`
std::variant<Network, std::string> parse_network(std::string_view text);

/// `192.0.2.1`; `2001:db8::1` (RFC 5952).
std::string format_ip_address(const IpAddress& address);

/// `192.0.2.0/24`; always with the prefix.
std::string format_network(const Network& network);

}  // namespace forcetls
