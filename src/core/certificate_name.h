// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// How the names in a certificate compare with those that a rule gives (DESIGN.md section 6).
#pragma once

#include <string_view>

#include "core/connector.h"

namespace forcetls {

/// Whether a certificate that bears `name` (itself perhaps a wildcard) meets `pattern`
/// (DESIGN.md section 6; RFC 9525 section 6.3: a wildcard stands for one whole left-most label).
bool certificate_name_meets(const DomainPattern& pattern, std::string_view name);

/// Equal but for ASCII case and runs of white space: how names other than DNS names are compared.
bool same_text(std::string_view a, std::string_view b);

}  // namespace forcetls
