// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/timed_socket.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/ascii.h"

namespace forcetls {

namespace {

struct SocketName {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

SocketName name_of(const IpAddress& address, std::uint16_t port) {
  SocketName name;
  if (address.is_v4) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    std::memcpy(&in.sin_addr, address.bytes.data(), sizeof in.sin_addr);
    std::memcpy(&name.storage, &in, name.size = sizeof in);
  } else {
    sockaddr_in6 in6{};
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(port);
    std::memcpy(&in6.sin6_addr, address.bytes.data(), sizeof in6.sin6_addr);
    std::memcpy(&name.storage, &in6, name.size = sizeof in6);
  }
  return name;
}

std::string error_text(int error) {
  std::string text = std::system_category().message(error);
  text.front() = ascii_lower(text.front());
  return text;
}

bool means_no_route(int error) {
  return error == ENETUNREACH || error == EADDRNOTAVAIL || error == EAFNOSUPPORT;
}

bool try_later(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

TimedSocket::~TimedSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::string TimedSocket::connect(const IpAddress& address, std::uint16_t port) {
  const int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  descriptor_ = ::socket(address.is_v4 ? AF_INET : AF_INET6, type, 0);
  const SocketName name = name_of(address, port);
  if (descriptor_ < 0 ||
      ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&name.storage), name.size) < 0) {
    const int error = errno;
    if (descriptor_ < 0 || (error != EINPROGRESS && error != EINTR)) {
      lacks_route_ = means_no_route(error);
      return error_text(error);
    }
  }
  if (!wait(POLLOUT)) return "timed out while connecting";
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size) < 0) error = errno;
  return error == 0 ? std::string() : error_text(error);
}

bool TimedSocket::wait(short events) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        deadline_ - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd one{descriptor_, events, 0};
    const auto most = std::min<std::chrono::milliseconds::rep>(left.count(), 60'000);
    if (::poll(&one, 1, static_cast<int>(most)) > 0) return true;
  }
}

void TimedSocket::hurry(Deadline deadline) { deadline_ = std::min(deadline_, deadline); }

TimedSocket::Status TimedSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!wait(POLLOUT)) return Status::TimedOut;
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0)
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    else if (!try_later(errno))
      return Status::Closed;
  }
  return Status::Done;
}

TimedSocket::Status TimedSocket::receive(std::string& buffer, std::size_t most) {
  char bytes[4096];
  for (;;) {
    if (!wait(POLLIN)) return Status::TimedOut;
    const auto got = ::recv(descriptor_, bytes, std::min(most, sizeof bytes), 0);
    if (got > 0) {
      buffer.append(bytes, static_cast<std::size_t>(got));
      return Status::Done;
    }
    if (got == 0 || !try_later(errno)) return Status::Closed;
  }
}

}  // namespace forcetls
