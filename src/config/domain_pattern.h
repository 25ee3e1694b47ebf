// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Domain patterns as text: `d`, `*.d`, `*`, `<>`. Matching is core/connector.h's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/connector.h"

namespace forcetls {

/// Which forms a key takes beside `d` and `*.d`.
enum class PatternForms : std::uint8_t {
  Named,        ///< no other: a certificate's name
  OrAny,        ///< `*`
  OrAnyOrNull,  ///< `*` and `<>`: senders
};

/// The string says what is wrong, with what was expected.
std::variant<DomainPattern, std::string> parse_domain_pattern(std::string_view text,
                                                              PatternForms forms);

/// As parse_domain_pattern reads it, in canonical spelling.
std::string format_domain_pattern(const DomainPattern& pattern);

}  // namespace forcetls
