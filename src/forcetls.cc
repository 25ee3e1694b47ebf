// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// The administrator's tool: see forcetls(8).

#include <chrono>
#include <exception>
#include <iostream>
#include <span>

#include "cli/program.h"

int main(int argc, char** argv) {
  try {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const std::span<const char* const> arguments(argv + 1, argc > 0 ? argv + argc : argv + 1);
    return forcetls::run_program(arguments, {std::cout, std::cerr, now});
  } catch (const std::exception& error) {
    std::cerr << "forcetls: " << error.what() << '\n';
    return 70;  // EX_SOFTWARE
  }
}
