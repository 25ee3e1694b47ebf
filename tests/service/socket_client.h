// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// A client of a door, for tests: waits for what the door does, and fails loudly where it does
/// nothing.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "service/socket.h"

namespace forcetls {

/// Throws if nothing has come after ten seconds.
inline void wait_readable(int descriptor) {
  pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
  if (poll(&waiting, 1, 10'000) != 1) throw std::runtime_error("nothing came");
}

class SocketClient {
 public:
  explicit SocketClient(const SocketName& name) : SocketClient(name.family()) { connect(name); }
  explicit SocketClient(int family) : descriptor_(open_stream_socket(family, 0)) {}

  void connect(const SocketName& name) {
    if (::connect(descriptor_.get(), name.get(), name.size) != 0)
      throw std::runtime_error("cannot connect");
  }

  /// False: the door has closed.
  bool send(std::string_view bytes, int flags = 0) {
    while (!bytes.empty()) {
      const auto size = ::send(descriptor_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | flags);
      if (size < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }
  void end_sending() { shutdown(descriptor_.get(), SHUT_WR); }

  /// `size` bytes, or fewer and then the end; a reset is an end.
  std::string receive(std::size_t size = std::string::npos) {
    std::string received;
    while (received.size() < size) {
      char bytes[4096];
      wait_readable(descriptor_.get());
      const auto most = std::min(sizeof bytes, size - received.size());
      const auto count = recv(descriptor_.get(), bytes, most, 0);
      if (count <= 0) break;
      received.append(bytes, static_cast<std::size_t>(count));
    }
    return received;
  }

  bool has_something(int milliseconds) const { return wait_for(POLLIN, milliseconds); }
  bool can_send(int milliseconds) const { return wait_for(POLLOUT, milliseconds); }

  int descriptor() const { return descriptor_.get(); }

 private:
  bool wait_for(short event, int milliseconds) const {
    pollfd waiting{.fd = descriptor_.get(), .events = event, .revents = 0};
    return poll(&waiting, 1, milliseconds) == 1;
  }

  Descriptor descriptor_;
};

}  // namespace forcetls
