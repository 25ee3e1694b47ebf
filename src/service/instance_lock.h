// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The file by which `forcetls refresh` finds the daemon that it tells to load its files anew: the
/// daemon holds a lock on it (fcntl(2)), and the kernel tells whose the lock is. Writes nothing
/// into it; it may stay when the daemon ends.
#pragma once

#include <optional>
#include <string>

#include "service/socket.h"

namespace forcetls {

class InstanceLock {
 public:
  /// Locks STATE_DIRECTORY/forcetlsd.lock until this object goes; the file is made if it is not
  /// there. After fork(2): the lock is the process's. The text is why it failed; empty: it is held,
  /// or was before.
  std::string hold(const std::string& state_directory);

 private:
  std::optional<Descriptor> held_;
};

}  // namespace forcetls
