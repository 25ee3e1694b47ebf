// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// `forcetls probe` (DESIGN.md section 8).
#pragma once

#include "cli/command.h"

namespace forcetls {

RunCommand declare_probe(OptionList& list);

}  // namespace forcetls
