// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Whether bytes are UTF-8. Knows nothing of what they say. Pure.
#pragma once

#include <string_view>

namespace forcetls {

/// Well-formed as RFC 3629 says: no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace forcetls
