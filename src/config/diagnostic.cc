// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace forcetls {

std::string format_diagnostic(const Diagnostic& diagnostic) {
  const bool is_error = diagnostic.severity == Diagnostic::Severity::Error;
  const auto line = diagnostic.line ? fmt::format(":{}", diagnostic.line) : std::string();
  return fmt::format("{}{}: {}: {}", diagnostic.file, line, is_error ? "error" : "warning",
                     diagnostic.text);
}

std::uint32_t DiagnosticList::add_file(std::string name) {
  files_.push_back(std::move(name));
  return static_cast<std::uint32_t>(files_.size() - 1);
}

void DiagnosticList::error(SourceLine where, std::string text) {
  add(errors_, {Diagnostic::Severity::Error, where, std::move(text)});
}

void DiagnosticList::warning(SourceLine where, std::string text) {
  add(warnings_, {Diagnostic::Severity::Warning, where, std::move(text)});
}

void DiagnosticList::add(std::size_t& count, Note note) {
  if (++count <= kMost) notes_.push_back(std::move(note));
}

std::string DiagnosticList::place(SourceLine where) const {
  return fmt::format("{}:{}", files_[where.file], where.line);
}

std::vector<Diagnostic> DiagnosticList::sorted() const {
  std::vector<const Note*> order;
  order.reserve(notes_.size());
  for (const auto& note : notes_) order.push_back(&note);
  std::stable_sort(order.begin(), order.end(), [](const Note* a, const Note* b) {
    return std::tie(a->where.file, a->where.line) < std::tie(b->where.file, b->where.line);
  });
  std::vector<Diagnostic> result;
  for (const auto* note : order)
    result.push_back({note->severity, files_[note->where.file], note->where.line, note->text});
  const auto add_rest = [&](Diagnostic::Severity severity, std::size_t count, const char* noun) {
    if (count > kMost)
      result.push_back(
          {severity, files_.front(), 0, fmt::format("{} more {}", count - kMost, noun)});
  };
  add_rest(Diagnostic::Severity::Error, errors_, "errors");
  add_rest(Diagnostic::Severity::Warning, warnings_, "warnings");
  return result;
}

}  // namespace forcetls
