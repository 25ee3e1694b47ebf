// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Hosts, domains and ports as they are typed on the command line. Pure; resolves nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace forcetls {

struct HostAndPort {
  std::string host;  // without brackets, not checked
  bool bracketed = false;
  std::optional<std::uint16_t> port;  // not 0
};

/// `host`, `host:25`, `[host]` or `[host]:25`; nullopt if the port or a bracket is wrong.
std::optional<HostAndPort> split_port(std::string_view text);

struct TypedHost {
  std::string name;      // a canonical domain name, or an IP address in its usual spelling
  bool is_host = false;  // an address, or a name in brackets: MX records do not count
  std::uint16_t port = 25;

  bool operator==(const TypedHost&) const = default;
};

/// `contoso.com`, `münchen.example:2525`, `[mx.contoso.com]:25` (a host, as in Postfix),
/// `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]:25`. nullopt: anything else.
std::optional<TypedHost> parse_typed_host(std::string_view text);

}  // namespace forcetls
