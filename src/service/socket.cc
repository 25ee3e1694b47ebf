// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdint>

#include "service/start_failure.h"

namespace forcetls {

SocketName make_socket_name(const SocketAddress& from) {
  if (from.kind != SocketAddress::Kind::Unix) {
    IpAddress address{.is_v4 = from.kind == SocketAddress::Kind::Inet};
    inet_pton(address.is_v4 ? AF_INET : AF_INET6, from.host.c_str(), address.bytes.data());
    return make_socket_name(address, static_cast<std::uint16_t>(from.port));
  }
  SocketName name;
  auto* address = reinterpret_cast<sockaddr_un*>(&name.storage);
  address->sun_family = AF_UNIX;
  from.path.copy(address->sun_path, sizeof address->sun_path - 1);
  name.size = sizeof *address;
  return name;
}

SocketName find_socket_name(int descriptor, const std::string& name) {
  SocketName found;
  found.size = sizeof found.storage;
  auto* address = reinterpret_cast<sockaddr*>(&found.storage);
  if (getsockname(descriptor, address, &found.size) == 0) return found;
  throw StartFailure(EX_UNAVAILABLE, "cannot listen on " + name, errno);
}

Descriptor open_stream_socket(int family, int flags) {
  return Descriptor(socket(family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
}

void send_without_delay(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace forcetls
