// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libmilter/mfapi.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "service/start_failure.h"

namespace forcetls {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
};

int stream_socket(int family, int flags = SOCK_NONBLOCK) {
  return socket(family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
}

const sockaddr* as_sockaddr(const sockaddr_storage& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

std::pair<sockaddr_storage, socklen_t> unix_sockaddr(const std::string& path) {
  sockaddr_storage storage{};
  auto* address = reinterpret_cast<sockaddr_un*>(&storage);
  address->sun_family = AF_UNIX;
  path.copy(address->sun_path, sizeof address->sun_path - 1);
  return {storage, sizeof(sockaddr_un)};
}

std::pair<sockaddr_storage, socklen_t> inet_sockaddr(const SocketAddress& from) {
  sockaddr_storage storage{};
  const auto port = htons(static_cast<std::uint16_t>(from.port));
  if (from.kind == SocketAddress::Kind::Inet) {
    auto* address = reinterpret_cast<sockaddr_in*>(&storage);
    address->sin_family = AF_INET;
    address->sin_port = port;
    inet_pton(AF_INET, from.host.c_str(), &address->sin_addr);
    return {storage, sizeof *address};
  }
  auto* address = reinterpret_cast<sockaddr_in6*>(&storage);
  address->sin6_family = AF_INET6;
  address->sin6_port = port;
  inet_pton(AF_INET6, from.host.c_str(), &address->sin6_addr);
  return {storage, sizeof *address};
}

// libmilter would unlink any socket file, also that of a running daemon.
void check_unix_socket(const std::string& path) {
  const std::string name = "cannot listen on unix:" + path;
  struct stat file{};
  if (lstat(path.c_str(), &file) != 0) {
    if (errno != ENOENT) throw StartFailure(EX_UNAVAILABLE, name, errno);
    const std::string folder = path.substr(0, std::max<std::size_t>(1, path.rfind('/')));
    if (access(folder.c_str(), W_OK | X_OK) != 0) {
      throw StartFailure(EX_UNAVAILABLE, name + ": " + folder, errno);
    }
    return;
  }
  if (!S_ISSOCK(file.st_mode)) {
    throw StartFailure(EX_UNAVAILABLE, name + ": the file exists and is not a socket");
  }
  const Descriptor probe(stream_socket(AF_UNIX));
  const auto [address, size] = unix_sockaddr(path);
  if (connect(probe.get(), as_sockaddr(address), size) == 0 || errno == EAGAIN) {
    throw StartFailure(EX_UNAVAILABLE, name + ": a running process listens there");
  }
  if (errno != ECONNREFUSED) throw StartFailure(EX_UNAVAILABLE, name, errno);
}

// libmilter says only in syslog why it could not bind.
void check_inet_socket(const SocketAddress& wanted) {
  const auto [address, size] = inet_sockaddr(wanted);
  const Descriptor probe(stream_socket(address.ss_family));
  const int on = 1;
  setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(probe.get(), as_sockaddr(address), size) == 0 && listen(probe.get(), 1) == 0) return;
  throw StartFailure(EX_UNAVAILABLE, "cannot listen on " + format_socket_address(wanted), errno);
}

void check_socket(const SocketAddress& address) {
  if (address.kind == SocketAddress::Kind::Unix) check_unix_socket(address.path);
  if (address.kind == SocketAddress::Kind::Inet || address.kind == SocketAddress::Kind::Inet6) {
    check_inet_socket(address);
  }
}

// libmilter does not tell which descriptor it opened.
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

}  // namespace

Listener::Listener(const ListenerOptions& options) : options_(options) {
  const SocketAddress& address = options.address;
  const std::string name = format_socket_address(address);
  check_socket(address);
  const auto before = find_listening_descriptors();

  std::string text = name;  // libmilter writes into it, and gives it back as it was
  const mode_t old_mask = umask(~options.mode & 0777);
  const bool opened =
      smfi_setconn(text.data()) == MI_SUCCESS && smfi_opensocket(true) == MI_SUCCESS;
  umask(old_mask);
  if (!opened) {
    throw StartFailure(EX_UNAVAILABLE,
                       "cannot listen on " + name + "; syslog has libmilter's reason");
  }
  if (address.kind == SocketAddress::Kind::Descriptor) {
    adopt(static_cast<int>(address.descriptor));
    return;
  }
  const auto after = find_listening_descriptors();
  const auto opened_one = std::find_if(after.begin(), after.end(), [&](int descriptor) {
    return !before.contains(descriptor);
  });
  if (opened_one == after.end()) {
    throw StartFailure(EX_UNAVAILABLE, "cannot find the socket that listens on " + name);
  }
  adopt(*opened_one);
}

void Listener::adopt(int descriptor) {
  bound_size_ = sizeof bound_;
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound_), &bound_size_) != 0) {
    const int error = errno;
    const std::string name = format_socket_address(options_.address);
    throw StartFailure(EX_UNAVAILABLE, "cannot listen on " + name, error);
  }
  if (is_tcp()) {
    // Accepted sockets inherit it. libmilter writes an edit and the verdict apart.
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  if (options_.address.kind == SocketAddress::Kind::Unix) adopt_file();
}

// By descriptor: whoever may write to the folder could put another file under the name meanwhile.
void Listener::adopt_file() {
  const std::string& path = options_.address.path;
  const Descriptor opened(open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat file{};
  if (fstat(opened.get(), &file) != 0) throw StartFailure(EX_UNAVAILABLE, path, errno);
  if (!S_ISSOCK(file.st_mode) || file.st_uid != geteuid()) {
    throw StartFailure(EX_UNAVAILABLE, path + " was replaced while it was opened");
  }
  file_ = {file.st_dev, file.st_ino};
  if (!options_.owner && !options_.group) return;
  if (fchownat(opened.get(), "", options_.owner.value_or(static_cast<uid_t>(-1)),
               options_.group.value_or(static_cast<gid_t>(-1)), AT_EMPTY_PATH) != 0) {
    const int error = errno;
    unlink(path.c_str());
    throw StartFailure(EX_NOPERM, "cannot change owner and group of " + path, error);
  }
}

Listener::~Listener() {
  if (!file_) return;
  const char* path = options_.address.path.c_str();
  struct stat file{};
  if (lstat(path, &file) == 0 && file_ == std::pair(file.st_dev, file.st_ino)) unlink(path);
}

void Listener::wait_until_served() const {
  const Descriptor caller(stream_socket(bound_.ss_family, 0));
  const timeval limit{.tv_sec = 2, .tv_usec = 0};
  setsockopt(caller.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  setsockopt(caller.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (connect(caller.get(), as_sockaddr(bound_), bound_size_) != 0) return;
  if (shutdown(caller.get(), SHUT_WR) != 0) return;
  char byte = 0;
  [[maybe_unused]] const ssize_t end = read(caller.get(), &byte, 1);
}

void Listener::wake() const {
  const Descriptor caller(stream_socket(bound_.ss_family));
  [[maybe_unused]] const int result = connect(caller.get(), as_sockaddr(bound_), bound_size_);
}

}  // namespace forcetls
