// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// An explanation as text for a terminal: the mail's facts, each address judged with its candidates
/// and their findings, and what comes out. Pure; what a peer could have written is cleaned.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/explanation.h"

namespace forcetls {

/// What the text shows beside the explanation.
struct TraceContext {
  std::vector<std::string> config_files;  // SourceLine::file is an index of these
  std::string_view authentication_results;  // the header that will be added; empty: none
};

/// Lines of at most 100 columns where no single value is longer, each ended by a newline.
std::string format_trace(const Explanation& explanation, const TraceContext& context);

}  // namespace forcetls
