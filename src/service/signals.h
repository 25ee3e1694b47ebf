// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The daemon's signals, taken by its main thread. libmilter has a thread of its own that waits for
/// SIGHUP, SIGTERM and SIGINT and stops the filter, but within five seconds only, and at its start not
/// well. The kernel offers a signal to the main thread first if it is not blocked there; so it is
/// blocked everywhere else.
#pragma once

#include <array>

namespace forcetls {

/// Blocks SIGHUP, SIGINT, SIGTERM and SIGUSR1 in the calling thread and in those that it starts. They
/// wait until a Signals takes them.
void block_signals();

/// One at a time in a process, made and destroyed by the main thread.
class Signals {
 public:
  static constexpr int kEnd = 0;

  /// From now on the signals come to wait(). Throws StartFailure.
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  /// The next signal, or kEnd after post_end().
  int wait();
  /// From any thread.
  void post_end();

 private:
  std::array<int, 2> pipe_{};
};

}  // namespace forcetls
