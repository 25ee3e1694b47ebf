// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// A lock on a whole file (fcntl(2)), of which the kernel tells other processes whose it is. Writes
/// nothing into the file, which stays.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>

#include "service/socket.h"

namespace forcetls {

class FileLock {
 public:
  explicit FileLock(std::string path) : path_(std::move(path)) {}

  /// Locks the file until this object goes; makes it, 0644, if it is not there. After fork(2): the
  /// lock is the process's. 0: it is held, or was before; EAGAIN: another process holds it; else
  /// the errno.
  int hold();
  const std::string& path() const { return path_; }

  /// Which other process holds the lock; nullopt: none. A process that holds it loses it by asking.
  static std::optional<pid_t> holder(const std::string& path);

 private:
  std::string path_;
  std::optional<Descriptor> held_;
};

}  // namespace forcetls
