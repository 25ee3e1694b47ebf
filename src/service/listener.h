// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The socket on which the MTA finds the milter: opened through libmilter, with the care that
/// libmilter leaves to others: nobody else's socket is taken away, mode and owner are as
/// configured, answers do not wait for delayed ACKs, the file goes at the end. Accepts no
/// connections itself.
#pragma once

#include <optional>

#include "service/listening_socket.h"
#include "service/socket.h"
#include "service/socket_file.h"

namespace forcetls {

class Listener {
 public:
  /// Opens the socket for smfi_main(); smfi_register() has been called. Throws StartFailure, also
  /// where a living process listens there already. A unix socket that nobody listens on is
  /// replaced.
  explicit Listener(const ListenerOptions& options);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Connects to the socket and hangs up: libmilter then looks whether it is to stop, which else it
  /// does every five seconds (libmilter/listener.c). From any thread.
  void wake() const;

  /// Connects, hangs up, and waits until libmilter has done so too: it then accepts connections.
  /// Gives up after two seconds.
  void wait_until_served() const;

  bool is_tcp() const { return bound_.is_tcp(); }

 private:
  SocketName bound_;
  std::optional<SocketFile> file_;
};

}  // namespace forcetls
