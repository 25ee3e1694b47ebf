// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// A TCP connection as a client has it, on which nothing waits longer than one deadline allows.
/// Knows no protocol above TCP, raises no SIGPIPE. Needs the network.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/ip_address.h"
#include "service/socket.h"

namespace forcetls {

using Deadline = std::chrono::steady_clock::time_point;

class TimedSocket {
 public:
  enum class Status { Done, Closed, TimedOut };

  explicit TimedSocket(Deadline deadline) : deadline_(deadline) {}

  /// Once. Empty if connected, else why not: `connection refused`.
  std::string connect(const IpAddress& address, std::uint16_t port);
  /// After connect() has failed: this machine has no route to the address, and nothing was sent.
  bool lacks_route() const { return lacks_route_; }

  /// Waits for POLLIN or POLLOUT (poll(2)); false once the deadline has passed.
  bool wait(short events) const;
  /// Ends all waiting at `deadline` if that is earlier.
  void hurry(Deadline deadline);

  Status send(std::string_view bytes);
  /// Appends what there is, at least one byte and at most `most`. Closed: by the peer, or broken.
  Status receive(std::string& buffer, std::size_t most);

  /// Non-blocking; -1 before connect().
  int descriptor() const { return socket_.get(); }

 private:
  Deadline deadline_;
  Descriptor socket_;
  bool lacks_route_ = false;
};

}  // namespace forcetls
