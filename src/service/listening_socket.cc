// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/listening_socket.h"

#include <cerrno>
#include <string>

#include "service/start_failure.h"

namespace forcetls {
namespace {

using Kind = SocketAddress::Kind;

Descriptor bind_socket(const ListenerOptions& options) {
  const auto name = make_socket_name(options.address);
  Descriptor opened = open_stream_socket(name.family());
  const int on = 1;
  if (name.is_tcp()) setsockopt(opened.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (options.address.kind == Kind::Unix) {
    SocketFile::check(options.address.path);
    unlink(options.address.path.c_str());
  }
  const CreationMode mode(options.mode);
  if (bind(opened.get(), name.get(), name.size) == 0) return opened;
  const int error = errno;
  throw StartFailure(EX_UNAVAILABLE, "cannot listen on " + format_socket_address(options.address),
                     error);
}

void listen_on(int descriptor, const std::string& name) {
  if (listen(descriptor, SOMAXCONN) == 0) return;
  throw StartFailure(EX_UNAVAILABLE, "cannot listen on " + name, errno);
}

Descriptor adopt(unsigned number, const std::string& name) {
  int listens = 0;
  socklen_t size = sizeof listens;
  const int descriptor = static_cast<int>(number);
  if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0)
    throw StartFailure(EX_UNAVAILABLE, "cannot listen on " + name, errno);
  if (listens == 0)
    throw StartFailure(EX_UNAVAILABLE, "cannot listen on " + name + ": nobody listens there");
  return Descriptor(descriptor);
}

}  // namespace

ListeningSocket::ListeningSocket(const ListenerOptions& options)
    : descriptor_(options.address.kind == Kind::Descriptor
                      ? adopt(options.address.descriptor, format_socket_address(options.address))
                      : bind_socket(options)) {
  const std::string name = format_socket_address(options.address);
  if (options.address.kind == Kind::Unix)
    file_.emplace(options.address.path, options.owner, options.group);
  // Only now may clients come, and another process find it in use.
  if (options.address.kind != Kind::Descriptor) listen_on(descriptor(), name);
  const auto bound = find_socket_name(descriptor(), name);
  family_ = bound.family();
  if (bound.is_tcp()) send_without_delay(descriptor());
}

}  // namespace forcetls
