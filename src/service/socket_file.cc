// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/socket_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "service/socket.h"
#include "service/start_failure.h"

namespace forcetls {

CreationMode::CreationMode(mode_t mode) : old_mask_(umask(~mode & 0777)) {}

CreationMode::~CreationMode() { umask(old_mask_); }

void SocketFile::check(const std::string& path) {
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
  const Descriptor probe = open_stream_socket(AF_UNIX);
  const auto address = make_socket_name({.kind = SocketAddress::Kind::Unix, .path = path});
  if (connect(probe.get(), address.get(), address.size) == 0 || errno == EAGAIN) {
    throw StartFailure(EX_UNAVAILABLE, name + ": a running process listens there");
  }
  if (errno != ECONNREFUSED) throw StartFailure(EX_UNAVAILABLE, name, errno);
}

// By descriptor: whoever may write to the folder could put another file under the name meanwhile.
SocketFile::SocketFile(std::string path, std::optional<uid_t> owner, std::optional<gid_t> group)
    : path_(std::move(path)) {
  const Descriptor opened(open(path_.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat file{};
  if (opened.get() < 0 || fstat(opened.get(), &file) != 0)
    throw StartFailure(EX_UNAVAILABLE, path_, errno);
  if (!S_ISSOCK(file.st_mode) || file.st_uid != geteuid()) {
    throw StartFailure(EX_UNAVAILABLE, path_ + " was replaced while it was opened");
  }
  file_ = {file.st_dev, file.st_ino};
  if (!owner && !group) return;
  if (fchownat(opened.get(), "", owner.value_or(static_cast<uid_t>(-1)),
               group.value_or(static_cast<gid_t>(-1)), AT_EMPTY_PATH) != 0) {
    const int error = errno;
    remove();
    throw StartFailure(EX_NOPERM, "cannot change owner and group of " + path_, error);
  }
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, std::nullopt)) {}

SocketFile::~SocketFile() {
  if (file_) remove();
}

void SocketFile::remove() const {
  struct stat file{};
  if (lstat(path_.c_str(), &file) != 0) return;
  if (file_ == std::pair(file.st_dev, file.st_ino)) unlink(path_.c_str());
}

}  // namespace forcetls
