// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// `forcetls refresh` (DESIGN.md section 8).
#pragma once

#include "cli/command.h"

namespace forcetls {

RunCommand declare_refresh(OptionList& list);

}  // namespace forcetls
