// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "service/start_failure.h"

namespace forcetls {
namespace {

constexpr std::array kSignals{SIGHUP, SIGINT, SIGTERM, SIGUSR1};

std::atomic<int> g_pipe{-1};  // a handler has no other way to find it

void post(int descriptor, int number) {
  const auto byte = static_cast<unsigned char>(number);
  // A full pipe already holds more than anybody waits for.
  [[maybe_unused]] const ssize_t size = write(descriptor, &byte, 1);
}

void on_signal(int number) {
  const int error = errno;
  post(g_pipe, number);
  errno = error;
}

void change_mask(int how) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : kSignals) sigaddset(&signals, signal);
  pthread_sigmask(how, &signals, nullptr);
}

}  // namespace

void block_signals() { change_mask(SIG_BLOCK); }

Signals::Signals() {
  if (pipe2(pipe_.data(), O_CLOEXEC) != 0) {
    throw StartFailure(EX_OSERR, "cannot make a pipe", errno);
  }
  fcntl(pipe_[1], F_SETFL, O_NONBLOCK);  // a handler must not wait
  g_pipe = pipe_[1];
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (const int signal : kSignals) sigaction(signal, &action, nullptr);
  change_mask(SIG_UNBLOCK);
}

Signals::~Signals() {
  block_signals();
  g_pipe = -1;
  for (const int end : pipe_) close(end);
}

int Signals::wait() {
  unsigned char byte = kEnd;
  while (read(pipe_[0], &byte, 1) < 0 && errno == EINTR) {
  }
  return byte;
}

void Signals::post_end() { post(pipe_[1], kEnd); }

}  // namespace forcetls
