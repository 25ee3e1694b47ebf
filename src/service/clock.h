// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The time, as rules and logs count it: in whole seconds.
#pragma once

#include <chrono>

#include "core/session.h"

namespace forcetls {

inline Time now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace forcetls
