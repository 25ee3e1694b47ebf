// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/listening_socket.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "service/socket_client.h"
#include "service/start_failure.h"
#include "temporary_folder.h"

namespace forcetls {
namespace {

using Kind = SocketAddress::Kind;

constexpr uid_t kNobody = 65534;

ListenerOptions unix_at(const std::string& path) {
  return {.address = {.kind = Kind::Unix, .path = path}};
}

/// Why it cannot listen: exit code and text.
std::string failure_of(const ListenerOptions& options) {
  try {
    const ListeningSocket socket(options);
  } catch (const StartFailure& failure) {
    return std::to_string(failure.exit_code()) + " " + failure.what();
  }
  return "none";
}

struct stat status_of(const std::string& path) {
  struct stat file{};
  BOOST_REQUIRE(lstat(path.c_str(), &file) == 0);
  return file;
}

void require_accepts(const ListeningSocket& socket) {
  SocketClient client(find_socket_name(socket.descriptor(), "test"));
  wait_readable(socket.descriptor());
  const Descriptor accepted(accept(socket.descriptor(), nullptr, nullptr));
  BOOST_TEST(accepted.get() >= 0);
}

Descriptor listening_at(const std::string& path, int backlog) {
  Descriptor socket = open_stream_socket(AF_UNIX);
  const auto name = make_socket_name({.kind = Kind::Unix, .path = path});
  BOOST_REQUIRE(bind(socket.get(), name.get(), name.size) == 0);
  if (backlog >= 0) BOOST_REQUIRE(listen(socket.get(), backlog) == 0);
  return socket;
}

ListenerOptions adopt(int descriptor) {
  return {.address = {.kind = Kind::Descriptor, .descriptor = static_cast<unsigned>(descriptor)}};
}

BOOST_AUTO_TEST_SUITE(listening_socket)

BOOST_AUTO_TEST_CASE(unix_socket_has_its_mode_and_goes) {
  const TemporaryFolder folder;
  for (const mode_t mode : {0600U, 0660U, 0666U}) {
    auto options = unix_at(folder / "s");
    options.mode = mode;
    const mode_t old_mask = umask(0177);
    {
      const ListeningSocket socket(options);
      BOOST_TEST((status_of(folder / "s").st_mode & 0777) == mode);
      BOOST_TEST(S_ISSOCK(status_of(folder / "s").st_mode));
      BOOST_TEST(socket.family() == AF_UNIX);
      require_accepts(socket);
    }
    BOOST_TEST(umask(old_mask) == 0177U);
    BOOST_TEST(!std::filesystem::exists(folder / "s"));
  }
}

BOOST_AUTO_TEST_CASE(unix_socket_has_its_owner) {
  const TemporaryFolder folder;
  auto options = unix_at(folder / "s");
  options.owner = geteuid() == 0 ? kNobody : geteuid();
  options.group = geteuid() == 0 ? kNobody : getegid();
  const ListeningSocket socket(options);
  BOOST_TEST(status_of(folder / "s").st_uid == *options.owner);
  BOOST_TEST(status_of(folder / "s").st_gid == *options.group);
}

/// For its life the process is `nobody`, if it is root.
class Unprivileged {
 public:
  Unprivileged() : was_root_(geteuid() == 0) {
    if (was_root_) BOOST_REQUIRE(seteuid(kNobody) == 0);
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;
  ~Unprivileged() {
    if (was_root_ && seteuid(0) != 0) std::abort();
  }

 private:
  const bool was_root_;
};

BOOST_AUTO_TEST_CASE(owner_that_cannot_be) {
  const TemporaryFolder folder;
  if (geteuid() == 0) BOOST_REQUIRE(chown((folder / ".").c_str(), kNobody, kNobody) == 0);
  const Unprivileged unprivileged;
  auto options = unix_at(folder / "s");
  options.owner = 0;
  BOOST_TEST(failure_of(options) == "77 cannot change owner and group of " + (folder / "s") +
                                        ": Operation not permitted");
  BOOST_TEST(!std::filesystem::exists(folder / "s"));
}

BOOST_AUTO_TEST_CASE(stale_socket_is_replaced) {
  const TemporaryFolder folder;
  listening_at(folder / "s", 1);
  BOOST_TEST(std::filesystem::exists(folder / "s"));
  require_accepts(ListeningSocket(unix_at(folder / "s")));
}

BOOST_AUTO_TEST_CASE(others_are_left_alone) {
  const TemporaryFolder folder;
  const std::string name = folder / "s";
  const auto cannot = [](const std::string& path, const std::string& why) {
    return "69 cannot listen on unix:" + path + ": " + why;
  };
  {
    const Descriptor other = listening_at(name, 1);
    BOOST_TEST(failure_of(unix_at(name)) == cannot(name, "a running process listens there"));
    BOOST_TEST(std::filesystem::exists(name));
  }
  std::filesystem::remove(name);
  std::ofstream(name) << "text";
  BOOST_TEST(failure_of(unix_at(name)) == cannot(name, "the file exists and is not a socket"));
  std::filesystem::create_symlink(name, folder / "link");
  BOOST_TEST(failure_of(unix_at(folder / "link")) ==
             cannot(folder / "link", "the file exists and is not a socket"));
  BOOST_TEST(std::filesystem::file_size(name) == 4U);
  BOOST_TEST(failure_of(unix_at(folder / "none/s")) ==
             cannot(folder / "none/s", (folder / "none") + ": No such file or directory"));
  BOOST_TEST(failure_of(unix_at(name + "/s")) == cannot(name + "/s", "Not a directory"));
}

BOOST_AUTO_TEST_CASE(a_busy_process_is_left_alone) {
  const TemporaryFolder folder;
  const Descriptor other = listening_at(folder / "s", 0);
  const auto name = make_socket_name({.kind = Kind::Unix, .path = folder / "s"});
  std::vector<Descriptor> waiting;
  do {
    waiting.push_back(open_stream_socket(AF_UNIX));
  } while (connect(waiting.back().get(), name.get(), name.size) == 0);
  BOOST_TEST(errno == EAGAIN);
  BOOST_TEST(failure_of(unix_at(folder / "s")) == "69 cannot listen on unix:" + (folder / "s") +
                                                      ": a running process listens there");
}

BOOST_AUTO_TEST_CASE(file_of_another_stays_at_the_end) {
  const TemporaryFolder folder;
  {
    const ListeningSocket socket(unix_at(folder / "s"));
    std::filesystem::rename(folder / "s", folder / "aside");
    std::ofstream(folder / "s") << "text";
  }
  BOOST_TEST(std::filesystem::exists(folder / "s"));
}

BOOST_AUTO_TEST_CASE(moved_once_removed_once) {
  const TemporaryFolder folder;
  {
    ListeningSocket first(unix_at(folder / "s"));
    const ListeningSocket second(std::move(first));
    require_accepts(second);
  }
  BOOST_TEST(!std::filesystem::exists(folder / "s"));
}

BOOST_AUTO_TEST_CASE(released_descriptor_stays_open) {
  const TemporaryFolder folder;
  int number = -1;
  {
    ListeningSocket socket(unix_at(folder / "s"));
    number = socket.release();
    BOOST_TEST(socket.descriptor() == -1);
    BOOST_TEST(std::filesystem::exists(folder / "s"));
  }
  const Descriptor released(number);
  BOOST_TEST(!std::filesystem::exists(folder / "s"));
  BOOST_TEST(fcntl(released.get(), F_GETFD) == FD_CLOEXEC);
}

BOOST_AUTO_TEST_CASE(a_socket_bound_by_nobody_here_is_not_adopted) {
  const TemporaryFolder folder;
  std::ofstream(folder / "s") << "text";
  BOOST_CHECK_EXCEPTION(SocketFile(folder / "s", {}, {}), StartFailure, [&](const auto& failure) {
    return failure.what() == (folder / "s") + " was replaced while it was opened";
  });
  BOOST_CHECK_EXCEPTION(SocketFile(folder / "t", {}, {}), StartFailure, [&](const auto& failure) {
    return failure.what() == (folder / "t") + ": No such file or directory";
  });
  BOOST_TEST(std::filesystem::exists(folder / "s"));
}

BOOST_AUTO_TEST_CASE(tcp) {
  for (const auto& [kind, host, family] :
       {std::tuple(Kind::Inet, "127.0.0.1", AF_INET), std::tuple(Kind::Inet6, "::1", AF_INET6)}) {
    SocketAddress address{.kind = kind, .host = host};
    const ListeningSocket socket({.address = address});
    BOOST_TEST(socket.family() == family);
    require_accepts(socket);

    const auto bound = find_socket_name(socket.descriptor(), "test");
    const auto* port = reinterpret_cast<const std::uint8_t*>(bound.get()) + 2;  // of both families
    address.port = 256U * port[0] + port[1];
    BOOST_TEST(failure_of({.address = address}) == "69 cannot listen on " +
                                                       format_socket_address(address) +
                                                       ": Address already in use");
  }
  BOOST_TEST(failure_of({.address = {.host = "192.0.2.1", .port = 8891}}) ==
             "69 cannot listen on inet:8891@192.0.2.1: Cannot assign requested address");
}

BOOST_AUTO_TEST_CASE(descriptors_of_others) {
  const TemporaryFolder folder;
  const int listening = listening_at(folder / "s", 1).release();
  {
    const ListeningSocket socket(adopt(listening));
    BOOST_TEST(socket.family() == AF_UNIX);
    require_accepts(socket);
  }
  BOOST_TEST(std::filesystem::exists(folder / "s"));
  const std::string cannot = "69 cannot listen on fd:" + std::to_string(listening) + ": ";
  BOOST_TEST(failure_of(adopt(listening)) == cannot + "Bad file descriptor");

  const Descriptor bound = listening_at(folder / "t", -1);
  BOOST_TEST(failure_of(adopt(bound.get())) ==
             "69 cannot listen on fd:" + std::to_string(bound.get()) + ": nobody listens there");
  const Descriptor file(open("/dev/null", O_RDONLY | O_CLOEXEC));
  BOOST_TEST(failure_of(adopt(file.get())) == "69 cannot listen on fd:" +
                                                  std::to_string(file.get()) +
                                                  ": Socket operation on non-socket");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
