// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// `forcetls export` (DESIGN.md section 8): the outbound connectors as a table that an MTA reads
/// without the daemon. Reads options and configuration, and writes; what is written is
/// export_postfix.h's and export_sendmail.h's.
#pragma once

#include "cli/command.h"

namespace forcetls {

RunCommand declare_export(OptionList& list);

}  // namespace forcetls
