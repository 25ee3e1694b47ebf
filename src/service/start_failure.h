// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Why the daemon cannot start: a line for the administrator and the exit code (sysexits(3)).
#pragma once

#include <sysexits.h>

#include <cstring>
#include <stdexcept>
#include <string>

namespace forcetls {

class StartFailure : public std::runtime_error {
 public:
  StartFailure(int exit_code, const std::string& text)
      : std::runtime_error(text), exit_code_(exit_code) {}
  /// `text`, and what the system said: `error` is an errno.
  StartFailure(int exit_code, const std::string& text, int error)
      : StartFailure(exit_code, text + ": " + std::strerror(error)) {}

  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

}  // namespace forcetls
