// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// `forcetls check`: reads the configuration with the daemon's own loader and shows what is wrong
/// with it. Changes nothing and asks nobody.
#pragma once

#include <string>

#include "cli/command.h"

namespace forcetls {

RunCommand declare_check(OptionList& list);

/// Diagnostics go to `err`, one a line; notes and a summary to `out`. Warns also of what ends
/// (endings.h) and of known certificates that do not hold. Exit code 0: clean, 1: warnings, 2:
/// errors, a file that cannot be read among them.
int run_check(const std::string& config_file, const Surroundings& surroundings);

}  // namespace forcetls
