// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Finds the domains in text that no grammar could read whole. It errs on the side of finding: what
/// an odd reader downstream might take for a domain is one. Well-formed text is not its business.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace forcetls {

/// What marks a domain: `@domain` alone, or also `%domain` and `domain!` as MTAs rewrite them.
enum class DomainMarks { At, AtPercentBang };

/// Canonical domains that stand behind (`!`: before) a mark, sorted, each once. Quotes, comments,
/// white space and backslashes around a mark or a dot do not hide a domain; of an invalid name the
/// longest valid parts count. Address literals do not. Linear in the size of the text.
std::vector<std::string> scan_domains(std::string_view text, DomainMarks marks);

/// Sorts `domains` and removes doubles.
void make_unique(std::vector<std::string>& domains);

}  // namespace forcetls
