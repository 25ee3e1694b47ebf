// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/instance_lock.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

namespace forcetls {

std::string InstanceLock::hold(const std::string& state_directory) {
  // A second descriptor of the file, when closed, would give the lock away.
  if (held_) return {};
  const std::string path = state_directory + "/forcetlsd.lock";
  Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (file.get() < 0) return "cannot write " + path + ": " + std::strerror(errno);
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (fcntl(file.get(), F_SETLK, &whole) != 0) {
    const bool is_taken = errno == EACCES || errno == EAGAIN;
    return "cannot lock " + path + ": " +
           (is_taken ? "another process holds it" : std::strerror(errno));
  }
  held_.emplace(std::move(file));
  return {};
}

}  // namespace forcetls
