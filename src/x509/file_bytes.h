// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// A whole file in memory, but never more than is reasonable. Knows no format.
#pragma once

#include <cstddef>
#include <string>
#include <variant>

#include "x509/file_problem.h"

namespace forcetls {

/// A problem is the system's word on why it cannot be read. Of a longer file only the first
/// `most` + 1 bytes are read, so that the caller sees it.
std::variant<std::string, FileProblem> load_bytes(const std::string& path, std::size_t most);

}  // namespace forcetls
