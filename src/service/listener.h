// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The socket on which the MTA finds the milter: opened through libmilter, with the care that
/// libmilter leaves to others: nobody else's socket is taken away, mode and owner are as
/// configured, answers do not wait for delayed ACKs, the file goes at the end. Accepts no
/// connections itself.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <optional>
#include <utility>

#include "config/socket_address.h"

namespace forcetls {

struct ListenerOptions {
  SocketAddress address;
  mode_t mode = 0660;          // unix sockets: this, owner and group
  std::optional<uid_t> owner{};  // nullopt: unchanged
  std::optional<gid_t> group{};
};

class Listener {
 public:
  /// Opens the socket for smfi_main(); smfi_register() has been called. Throws StartFailure, also
  /// where a living process listens there already. A unix socket that nobody listens on is
  /// replaced.
  explicit Listener(const ListenerOptions& options);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  /// Removes the unix socket that the constructor made, if it is still there and may be removed.
  ~Listener();

  /// Connects to the socket and hangs up: libmilter then looks whether it is to stop, which else it
  /// does every five seconds (libmilter/listener.c). From any thread.
  void wake() const;

  /// Connects, hangs up, and waits until libmilter has done so too: it then accepts connections.
  /// Gives up after two seconds.
  void wait_until_served() const;

  bool is_tcp() const { return bound_.ss_family == AF_INET || bound_.ss_family == AF_INET6; }

 private:
  void adopt(int descriptor);
  void adopt_file();

  ListenerOptions options_;
  sockaddr_storage bound_{};
  socklen_t bound_size_ = 0;
  std::optional<std::pair<dev_t, ino_t>> file_;
};

}  // namespace forcetls
