// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What every sub-command of `forcetls` has in common: where it writes, what time it is, and how it
/// is declared to the program (cli/program.cc's table). Decides nothing.
#pragma once

#include <functional>
#include <iosfwd>

#include "core/session.h"

namespace forcetls {

class OptionList;

/// The outside of a sub-command; tests give their own.
struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  Time now;
};

/// Runs a sub-command whose options have been read; gives the exit code.
using RunCommand = std::function<int(const Surroundings&)>;

/// Declares a sub-command's options; what it returns may be called after they have been parsed.
using DeclareCommand = RunCommand (*)(OptionList& list);

}  // namespace forcetls
