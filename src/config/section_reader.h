// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Puts the sections of all files into one ConfigDraft and reports what is wrong with a section by
/// itself. What depends on other sections is resolve.h's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/diagnostic.h"
#include "config/draft.h"
#include "config/index_table.h"
#include "config/ini_reader.h"
#include "config/keys.h"

namespace forcetls {

class SectionReader final : public IniSink {
 public:
  SectionReader(ConfigDraft& config, DiagnosticList& diagnostics);

  /// All that read_ini tells until end_file is of this file.
  void begin_file(std::uint32_t file, bool included);
  void end_file();

  void section(std::string_view name, std::uint32_t line) override;
  void value(std::string_view key, std::string_view text, std::uint32_t line,
             bool commented) override;
  void continuation(std::string_view text, std::uint32_t line, bool commented) override;
  void error(std::uint32_t line, std::string text, std::string_view word) override;

 private:
  SourceLine at(std::uint32_t line) const { return {file_, line}; }
  const SectionRow* accept_section(std::string_view word, std::string_view name, SourceLine where);
  void check_name(std::string_view name, SourceLine where);
  void check_repeated(std::string_view name, SourceLine where);
  std::optional<SourceLine> first_of(std::string_view name, SourceLine where);
  const KeyRow* accept_key(std::string_view key, SourceLine where);
  void report_unknown_key(std::string_view key, SourceLine where);
  bool gives_scope(std::string_view key) const;
  void doubt(std::string_view word);
  void add_line(std::string_view text, std::uint32_t line, bool commented);
  void finish_value();
  void read_value(const KeyRow& row, const Value& value, std::span<const ValueLine> lines);
  void finish_section();
  void finish_inbound();
  void finish_outbound();
  void finish_certificate();
  void add_references(Reference::From from, std::size_t connector);
  void check_certificate_keys();
  std::uint32_t terms_index();
  std::uint32_t line_of(std::string_view key) const;

  ConfigDraft& config_;
  DiagnosticList& diagnostics_;
  std::uint32_t file_ = 0;
  bool included_ = false;

  const SectionRow* row_ =
      nullptr;  // of the current section; nullptr: none, or its keys do not count
  bool in_section_ = false;
  SourceLine where_;
  std::string label_;  // `[inbound contoso]`
  SectionDraft draft_;
  std::array<std::uint32_t, kMaxKeys> first_line_{};  // of each key in this section; 0: not given
  bool has_scope_ = false;                            // a match- key, right or wrong
  bool demand_known_ = true;                          // no mistake in what a [certificate] demands

  const KeyRow* key_ = nullptr;  // of the value being collected
  std::vector<ValueLine> lines_;
  std::size_t line_count_ = 0;   // lines_ keeps its strings' memory
  bool value_in_error_ = false;  // one of its lines was refused

  std::string terms_text_;                                         // the section's terms as written
  std::unordered_map<std::string, std::uint32_t> terms_;           // by that text
  std::array<std::optional<SourceLine>, kMaxSections> first_section_;  // of each without a name
  std::vector<std::optional<std::uint32_t>> certificate_of_name_;
  IndexTable inbound_names_;
  IndexTable outbound_names_;
};

}  // namespace forcetls
