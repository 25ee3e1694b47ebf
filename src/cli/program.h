// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// `forcetls` as a whole: finds the sub-command, prints help and the version, and turns mistakes of
/// the command line into one line and an exit code. The sub-commands are files of their own.
#pragma once

#include <span>

#include "cli/command.h"

namespace forcetls {

/// sysexits(3)
inline constexpr int kExitUsage = 64;

/// `arguments` without the program's name. Gives the exit code: that of the sub-command, or
/// kExitUsage (2 for `explain`, whose 1 and 2 are taken; DESIGN.md section 2).
int run_program(std::span<const char* const> arguments, const Surroundings& surroundings);

}  // namespace forcetls
