// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// `forcetls check`: reads the configuration with the daemon's own loader and shows what is wrong
/// with it; with --mta also beside which settings of the MTA it does not work. Changes nothing and
/// asks nobody outside.
#pragma once

#include <string>

#include "cli/command.h"

namespace forcetls {

struct CheckOptions {
  std::string config_file;
  std::string mta;  // empty: its settings are not looked at
};

RunCommand declare_check(OptionList& list);

/// Diagnostics go to `err`, one a line; notes and a summary to `out`. Warns also of what ends
/// (endings.h) and of known certificates that do not hold. Exit code 0: clean, 1: warnings, 2:
/// errors, a file or the MTA's settings that cannot be read among them.
int run_check(const CheckOptions& options, const Surroundings& surroundings);

}  // namespace forcetls
