// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// `forcetls cert` (DESIGN.md section 8).
#pragma once

#include "cli/command.h"

namespace forcetls {

RunCommand declare_cert(OptionList& list);

}  // namespace forcetls
