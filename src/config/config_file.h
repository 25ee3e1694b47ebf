// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The files of a configuration: which an `include` means, whether they can be read, how much is in
/// them. Does not look at what they say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/diagnostic.h"
#include "config/draft.h"

namespace forcetls {

/// The files that `include` names, sorted by name; a relative pattern is relative to the folder of
/// `main_file`. A pattern with wildcards may match nothing, a plain path must exist.
std::vector<std::string> expand_include(const Include& include, const std::string& main_file,
                                        DiagnosticList& diagnostics);

/// Opens files, each once.
class ConfigFiles {
 public:
  explicit ConfigFiles(DiagnosticList& diagnostics) : diagnostics_(diagnostics) {}

  /// nullopt with an error at `file` if it cannot be opened, is a folder or was opened before.
  std::optional<std::ifstream> open(const std::string& path, std::uint32_t file);

 private:
  DiagnosticList& diagnostics_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> opened_;  // device and inode
};

/// About how many [inbound] sections a regular file holds; 0 for any other. Only for reserving
/// memory.
std::size_t count_inbound_sections(const std::string& path);

}  // namespace forcetls
