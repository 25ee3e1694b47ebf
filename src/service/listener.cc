// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/listener.h"

#include <libmilter/mfapi.h>
#include <sys/time.h>

#include <algorithm>
#include <set>
#include <string>

#include "service/start_failure.h"

namespace forcetls {
namespace {

using Kind = SocketAddress::Kind;

// libmilter would unlink any socket file, also that of a running daemon, and says only in syslog
// why it could not bind.
void check_socket(const ListenerOptions& options) {
  if (options.address.kind == Kind::Unix) SocketFile::check(options.address.path);
  if (options.address.kind == Kind::Inet || options.address.kind == Kind::Inet6)
    ListeningSocket{options};
}

std::set<int> find_listening_descriptors() {
  constexpr int kMost = 4096;
  const long limit = sysconf(_SC_OPEN_MAX);
  std::set<int> listening;
  for (int number = 0; number < (limit < 0 ? kMost : std::min<long>(limit, kMost)); ++number) {
    int accepts = 0;
    socklen_t size = sizeof accepts;
    if (getsockopt(number, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 && accepts != 0) {
      listening.insert(number);
    }
  }
  return listening;
}

void open_socket(const ListenerOptions& options, std::string name) {
  const CreationMode mode(options.mode);
  // libmilter writes into the text, and gives it back as it was.
  if (smfi_setconn(name.data()) == MI_SUCCESS && smfi_opensocket(true) == MI_SUCCESS) return;
  throw StartFailure(EX_UNAVAILABLE,
                     "cannot listen on " + name + "; syslog has libmilter's reason");
}

// libmilter does not tell which descriptor it opened.
int open_and_find_socket(const ListenerOptions& options, const std::string& name) {
  const auto before = find_listening_descriptors();
  open_socket(options, name);
  if (options.address.kind == Kind::Descriptor)
    return static_cast<int>(options.address.descriptor);
  const auto after = find_listening_descriptors();
  const auto opened = std::find_if(after.begin(), after.end(), [&](int descriptor) {
    return !before.contains(descriptor);
  });
  if (opened != after.end()) return *opened;
  throw StartFailure(EX_UNAVAILABLE, "cannot find the socket that listens on " + name);
}

}  // namespace

Listener::Listener(const ListenerOptions& options) {
  const SocketAddress& address = options.address;
  const std::string name = format_socket_address(address);
  check_socket(options);
  const int descriptor = open_and_find_socket(options, name);
  bound_ = find_socket_name(descriptor, name);
  // libmilter writes an edit and the verdict apart.
  if (is_tcp()) send_without_delay(descriptor);
  if (address.kind == Kind::Unix) file_.emplace(address.path, options.owner, options.group);
}

void Listener::wait_until_served() const {
  const Descriptor caller = open_stream_socket(bound_.family(), 0);
  const timeval limit{.tv_sec = 2, .tv_usec = 0};
  setsockopt(caller.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  setsockopt(caller.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (connect(caller.get(), bound_.get(), bound_.size) != 0) return;
  if (shutdown(caller.get(), SHUT_WR) != 0) return;
  char byte = 0;
  [[maybe_unused]] const ssize_t end = read(caller.get(), &byte, 1);
}

void Listener::wake() const {
  const Descriptor caller = open_stream_socket(bound_.family());
  [[maybe_unused]] const int result = connect(caller.get(), bound_.get(), bound_.size);
}

}  // namespace forcetls
