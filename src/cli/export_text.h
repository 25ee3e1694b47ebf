// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What the tables of `forcetls export` have in common: they are of one moment, say of which
/// configuration, and hold all of it or nothing. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/diagnostic.h"

namespace forcetls {

struct ExportedTable {
  std::string text;
  std::vector<Diagnostic> problems;  // what this MTA's table cannot say, by line; then text is void
};

/// Comment lines that begin a table: `what`; the configuration's files; `now`, and until when the
/// table is right; `notes`, one a line; and the connectors that demand nothing now.
std::string format_export_heading(std::string_view what, const Config& config, Time now,
                                  const std::vector<std::string>& notes);

/// When a connector first demands another thing than at `now`; nullopt: never.
std::optional<Time> find_next_change(const std::vector<OutboundConnector>& connectors, Time now);

/// Collects problems, each once.
class ExportProblems {
 public:
  explicit ExportProblems(const Config& config) : config_(config) {}

  /// `[outbound NAME] TEXT`, at its section.
  void add(const OutboundConnector& connector, std::string_view text);
  /// Sorted by file and line.
  std::vector<Diagnostic> take();

 private:
  struct Problem {
    SourceLine where;
    std::string text;
  };

  const Config& config_;
  std::vector<Problem> problems_;
};

}  // namespace forcetls
