// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What a test's daemon parts write to the log: stderr is taken while an object lives.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "service/socket.h"
#include "service/socket_client.h"

namespace forcetls {

/// stderr, line by line as it is written.
class CapturedLog {
 public:
  CapturedLog() : saved_(dup(STDERR_FILENO)) {
    int ends[2];
    BOOST_REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    from_ = ends[0];
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
  }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;
  ~CapturedLog() {
    dup2(saved_.get(), STDERR_FILENO);
    close(from_);
  }

  /// Without time and process; waits for it.
  std::string next_line() {
    std::string line;
    for (char byte = 0; byte != '\n'; line += byte) {
      wait_readable(from_);
      BOOST_REQUIRE(read(from_, &byte, 1) == 1);
    }
    return line.substr(line.find(": ") + 2);
  }
  bool is_empty() const {
    pollfd waiting{.fd = from_, .events = POLLIN, .revents = 0};
    return poll(&waiting, 1, 0) == 0;
  }

 private:
  const Descriptor saved_;
  int from_ = -1;
};

}  // namespace forcetls
