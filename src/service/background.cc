// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/background.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "service/start_failure.h"

namespace forcetls {
namespace {

[[noreturn]] void wait_and_exit(int from_child, pid_t child) {
  char byte = 0;
  ssize_t size = 0;
  do {
    size = read(from_child, &byte, 1);
  } while (size < 0 && errno == EINTR);
  if (size == 1) _exit(EX_OK);

  int status = 0;
  pid_t ended = 0;
  do {
    ended = waitpid(child, &status, 0);
  } while (ended < 0 && errno == EINTR);
  // With SIGCHLD ignored there is no status to have.
  _exit(ended == child && WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE);
}

}  // namespace

Background::~Background() {
  if (to_parent_ >= 0) close(to_parent_);
}

void Background::detach() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw StartFailure(EX_OSERR, "cannot make a pipe", errno);
  const pid_t child = fork();
  if (child < 0) throw StartFailure(EX_OSERR, "cannot fork", errno);
  if (child > 0) {
    close(ends[1]);
    wait_and_exit(ends[0], child);
  }
  close(ends[0]);
  to_parent_ = ends[1];
  setsid();
  if (chdir("/") != 0) throw StartFailure(EX_OSERR, "cannot change to /", errno);
}

void Background::ready() {
  if (to_parent_ < 0) return;
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null >= 0) {
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, standard);
    if (null > STDERR_FILENO) close(null);
  }
  const char byte = 1;
  // A parent that is gone already has nobody to tell.
  [[maybe_unused]] const ssize_t size = write(to_parent_, &byte, 1);
  close(to_parent_);
  to_parent_ = -1;
}

}  // namespace forcetls
