// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/peer_address.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace forcetls {

std::optional<IpAddress> read_address(const sockaddr& address) {
  IpAddress result;
  if (address.sa_family == AF_INET) {
    const auto* from = reinterpret_cast<const sockaddr_in*>(&address);
    result.is_v4 = true;
    std::memcpy(result.bytes.data(), &from->sin_addr, sizeof from->sin_addr);
    return result;
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  const in6_addr& from = reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr;
  result.is_v4 = IN6_IS_ADDR_V4MAPPED(&from);
  const std::size_t skipped = result.is_v4 ? 12 : 0;
  std::copy(from.s6_addr + skipped, from.s6_addr + sizeof from.s6_addr, result.bytes.begin());
  return result;
}

std::optional<unsigned> read_port(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
}

}  // namespace forcetls
