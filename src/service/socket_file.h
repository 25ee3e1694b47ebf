// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The file of a unix socket, whoever binds it (libmilter, or a door of ours): nobody else's is
/// taken away, mode and owner are as configured, the file goes at the end. To be used before other
/// threads are started, as it changes the process's umask for a moment.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>

namespace forcetls {

/// While it lives, files are made with this mode.
class CreationMode {
 public:
  explicit CreationMode(mode_t mode);
  CreationMode(const CreationMode&) = delete;
  CreationMode& operator=(const CreationMode&) = delete;
  ~CreationMode();

 private:
  const mode_t old_mask_;
};

class SocketFile {
 public:
  /// Throws StartFailure unless a socket can be bound at `path`, perhaps after the file there, a
  /// socket that nobody listens on, is removed.
  static void check(const std::string& path);

  /// Takes over the socket that this process has just bound at `path`, and changes its owner and
  /// group; nullopt: unchanged. Throws StartFailure.
  SocketFile(std::string path, std::optional<uid_t> owner, std::optional<gid_t> group);
  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&&) = delete;
  /// Removes it, if it is still there and may be removed.
  ~SocketFile();

 private:
  void remove() const;

  std::string path_;
  std::optional<std::pair<dev_t, ino_t>> file_;
};

}  // namespace forcetls
