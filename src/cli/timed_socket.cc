// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/timed_socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/ascii.h"
#include "wire/socket_name.h"

namespace forcetls {

namespace {

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

std::string TimedSocket::connect(const IpAddress& address, std::uint16_t port) {
  const SocketName name = make_socket_name(address, port);
  socket_ = open_stream_socket(name.family());
  if (descriptor() < 0 || ::connect(descriptor(), name.get(), name.size) < 0) {
    const int error = errno;
    if (descriptor() < 0 || (error != EINPROGRESS && error != EINTR)) {
      lacks_route_ = means_no_route(error);
      return error_text(error);
    }
  }
  if (!wait(POLLOUT)) return "timed out while connecting";
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor(), SOL_SOCKET, SO_ERROR, &error, &size) < 0) error = errno;
  return error == 0 ? std::string() : error_text(error);
}

bool TimedSocket::wait(short events) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        deadline_ - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd one{descriptor(), events, 0};
    const auto most = std::min<std::chrono::milliseconds::rep>(left.count(), 60'000);
    if (::poll(&one, 1, static_cast<int>(most)) > 0) return true;
  }
}

void TimedSocket::hurry(Deadline deadline) { deadline_ = std::min(deadline_, deadline); }

TimedSocket::Status TimedSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!wait(POLLOUT)) return Status::TimedOut;
    const auto sent = ::send(descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
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
    const auto got = ::recv(descriptor(), bytes, std::min(most, sizeof bytes), 0);
    if (got > 0) {
      buffer.append(bytes, static_cast<std::size_t>(got));
      return Status::Done;
    }
    if (got == 0 || !try_later(errno)) return Status::Closed;
  }
}

}  // namespace forcetls
