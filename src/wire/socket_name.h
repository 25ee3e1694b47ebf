// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Names of sockets as the system takes and gives them (sockaddr), and the IP addresses in them.
/// Opens nothing and resolves nothing. Pure.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>

#include "core/ip_address.h"

namespace forcetls {

/// A sockaddr of any family.
struct SocketName {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
  bool is_tcp() const { return family() == AF_INET || family() == AF_INET6; }
};

SocketName make_socket_name(const IpAddress& address, std::uint16_t port);

/// An IPv4-mapped IPv6 address becomes IPv4. nullopt for other families than IPv4 and IPv6. The
/// storage is as large as the family demands.
std::optional<IpAddress> read_address(const sockaddr& name);
std::optional<std::uint16_t> read_port(const sockaddr& name);

}  // namespace forcetls
