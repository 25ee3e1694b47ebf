// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Messages about lines of the configuration. They are collected, so that the administrator sees
/// every mistake at once, and printed by whoever asked for the load.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/connector.h"

namespace forcetls {

struct Diagnostic {
  enum class Severity : std::uint8_t { Error, Warning };

  Severity severity = Severity::Error;
  std::string file;
  std::uint32_t line = 0;  ///< 0: the file as a whole
  std::string text;

  bool operator==(const Diagnostic&) const = default;
};

/// `forcetls.conf:12: error: unknown key 'x' in [milter]`; without the number for a whole file.
std::string format_diagnostic(const Diagnostic& diagnostic);

/// Collects while files are read. Holds at most kMost of each severity and counts the rest.
class DiagnosticList {
 public:
  static constexpr std::size_t kMost = 10'000;

  /// The index by which SourceLine names this file.
  std::uint32_t add_file(std::string name);
  const std::vector<std::string>& files() const { return files_; }

  void error(SourceLine where, std::string text);
  void warning(SourceLine where, std::string text);
  /// How many errors there were, also those not kept.
  std::size_t errors() const { return errors_; }

  /// `forcetls.conf:12`, for a message that points to a second line.
  std::string place(SourceLine where) const;

  /// All so far, by file in the order of add_file, then line, then as they came.
  std::vector<Diagnostic> sorted() const;

 private:
  struct Note {
    Diagnostic::Severity severity;
    SourceLine where;
    std::string text;
  };

  void add(std::size_t& count, Note note);

  std::vector<std::string> files_;
  std::vector<Note> notes_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

}  // namespace forcetls
