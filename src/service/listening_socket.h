// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// A socket that a door of ours listens on, opened with care: nobody else's is taken away, mode and
/// owner are as configured, the file goes at the end. Accepts nothing itself. The milter's own is
/// opened by libmilter (listener.h) with the same care.
#pragma once

#include <sys/types.h>

#include <optional>

#include "config/socket_address.h"
#include "service/socket.h"
#include "service/socket_file.h"

namespace forcetls {

struct ListenerOptions {
  SocketAddress address;
  mode_t mode = 0660;            // unix sockets: this, owner and group
  std::optional<uid_t> owner{};  // nullopt: unchanged
  std::optional<gid_t> group{};
};

/// At its end it closes the descriptor and removes the file of a unix socket, if that is still there
/// and may be removed.
class ListeningSocket {
 public:
  /// Binds and listens, before other threads are started. Throws StartFailure, also where a living
  /// process listens there already, or where `fd:N` is no listening socket. A unix socket that
  /// nobody listens on is replaced.
  explicit ListeningSocket(const ListenerOptions& options);

  int descriptor() const { return descriptor_.get(); }
  /// AF_UNIX, AF_INET or AF_INET6.
  int family() const { return family_; }
  /// The descriptor is the caller's to close from now on; the file stays this object's.
  int release() { return descriptor_.release(); }

 private:
  Descriptor descriptor_;
  std::optional<SocketFile> file_;
  int family_ = 0;
};

}  // namespace forcetls
