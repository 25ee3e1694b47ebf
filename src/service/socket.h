// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Descriptors as values, and sockets of the addresses that the configuration writes. Opens stream
/// sockets; binds, connects and accepts nothing.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "config/socket_address.h"
#include "wire/socket_name.h"

namespace forcetls {

/// Closes what it holds; -1 is nothing.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// Of an address of any kind but Descriptor.
SocketName make_socket_name(const SocketAddress& address);

/// What the socket is bound to. Throws StartFailure, with `name` for the administrator.
SocketName find_socket_name(int descriptor, const std::string& name);

/// -1 inside and errno, where there is none to have.
Descriptor open_stream_socket(int family, int flags = SOCK_NONBLOCK);

/// Answers of the TCP connections accepted from this socket do not wait for delayed ACKs.
void send_without_delay(int descriptor);

}  // namespace forcetls
