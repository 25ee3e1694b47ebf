// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Makes peers' text fit to be shown in a log, an SMTP reply or a header. Knows nothing of `%` in
/// replies, of header folding or of JSON. Pure and thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace forcetls {

/// `text` with every byte that is not printable ASCII replaced by `?`, at most `max_bytes` long.
/// Where text is cut the result ends in `...` (in fewer dots if max_bytes is below 3).
std::string clean_text(std::string_view text, std::size_t max_bytes);

/// `text` as the value of a `key=value` pair in a log line: cleaned, and quoted if it is empty or
/// holds a space, `"`, `=` or `\`; in quotes `"` and `\` have a backslash before them. Does not
/// cut.
std::string format_log_value(std::string_view text);

}  // namespace forcetls
