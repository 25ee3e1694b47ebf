// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Becoming a daemon: the command that the administrator or an init script gave returns when the
/// service is ready, with 0, or when it could not start, with its exit code.
#pragma once

namespace forcetls {

class Background {
 public:
  /// Stays in the foreground: ready() then does nothing.
  Background() = default;
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background();

  /// Forks. Only the child returns, in a session of its own; the parent waits for ready() or for
  /// the child's end, and exits. Before any thread is started. Throws StartFailure.
  void detach();

  /// Lets the parent exit with 0 and points stdin, stdout and stderr to /dev/null.
  void ready();

 private:
  int to_parent_ = -1;
};

}  // namespace forcetls
