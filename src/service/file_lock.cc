// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/file_lock.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

namespace forcetls {

namespace {

constexpr int kFlags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

struct flock whole_file() {
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return whole;
}

}  // namespace

int FileLock::hold() {
  // A second descriptor of the file, when closed, would give the lock away.
  if (held_) return 0;
  Descriptor file(open(path_.c_str(), O_RDWR | O_CREAT | kFlags, 0644));
  if (file.get() < 0) return errno;
  struct flock whole = whole_file();
  if (fcntl(file.get(), F_SETLK, &whole) != 0) return errno == EACCES ? EAGAIN : errno;
  held_.emplace(std::move(file));
  return 0;
}

std::optional<pid_t> FileLock::holder(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | kFlags));
  if (file.get() < 0) return std::nullopt;
  struct flock whole = whole_file();
  if (fcntl(file.get(), F_GETLK, &whole) != 0 || whole.l_type == F_UNLCK || whole.l_pid <= 0)
    return std::nullopt;
  return whole.l_pid;
}

}  // namespace forcetls
