// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/socket_name.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace forcetls {

SocketName make_socket_name(const IpAddress& address, std::uint16_t port) {
  SocketName name;
  if (address.is_v4) {
    auto* in = reinterpret_cast<sockaddr_in*>(&name.storage);
    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    std::memcpy(&in->sin_addr, address.bytes.data(), sizeof in->sin_addr);
    name.size = sizeof *in;
  } else {
    auto* in6 = reinterpret_cast<sockaddr_in6*>(&name.storage);
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(port);
    std::memcpy(&in6->sin6_addr, address.bytes.data(), sizeof in6->sin6_addr);
    name.size = sizeof *in6;
  }
  return name;
}

std::optional<IpAddress> read_address(const sockaddr& name) {
  IpAddress result;
  if (name.sa_family == AF_INET) {
    const auto* from = reinterpret_cast<const sockaddr_in*>(&name);
    result.is_v4 = true;
    std::memcpy(result.bytes.data(), &from->sin_addr, sizeof from->sin_addr);
    return result;
  }
  if (name.sa_family != AF_INET6) return std::nullopt;
  const in6_addr& from = reinterpret_cast<const sockaddr_in6*>(&name)->sin6_addr;
  result.is_v4 = IN6_IS_ADDR_V4MAPPED(&from);
  const std::size_t skipped = result.is_v4 ? 12 : 0;
  std::copy(from.s6_addr + skipped, from.s6_addr + sizeof from.s6_addr, result.bytes.begin());
  return result;
}

std::optional<std::uint16_t> read_port(const sockaddr& name) {
  if (name.sa_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in*>(&name)->sin_port);
  }
  if (name.sa_family != AF_INET6) return std::nullopt;
  return ntohs(reinterpret_cast<const sockaddr_in6*>(&name)->sin6_port);
}

}  // namespace forcetls
