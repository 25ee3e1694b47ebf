// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a file that was left out of what was loaded.
#pragma once

#include <string>

namespace forcetls {

struct FileProblem {
  std::string file;
  std::string text;

  bool operator==(const FileProblem&) const = default;
};

}  // namespace forcetls
