// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// A reply's text as smfi_setreply wants it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace forcetls {

/// `text` in one line of printable ASCII with each `%` doubled (MTAs take it for a format), at most
/// the 980 bytes that libmilter accepts.
std::string format_milter_text(std::string_view text);

}  // namespace forcetls
