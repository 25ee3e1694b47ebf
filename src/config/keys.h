// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The flat tables of sections and keys: a new key is a row. Knows what each key takes and where
/// its value goes; repeated, unknown and misplaced keys are the reader's (section_reader.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "config/draft.h"
#include "config/value.h"

namespace forcetls {

/// One bit each, so that a key can belong to several.
enum SectionKind : std::uint8_t {
  kMilter = 1,
  kDefaults = 2,
  kInbound = 4,
  kCertificate = 8,
  kEvidence = 16,
  kTrust = 32,
  kOutbound = 64,
  kOutboundMap = 128,
  kLater = 0,  ///< of a later version: refused by name
};

struct SectionRow {
  std::string_view word;
  SectionKind kind;
  bool named = false;        ///< [inbound NAME]
  bool in_includes = false;  ///< may stand in an included file
  /// What a section means by being there; nullptr: nothing.
  void (*begin)(ConfigDraft& config, SourceLine where) = nullptr;
};

/// Of the name in [inbound NAME].
inline constexpr std::size_t kMaxSectionName = 36;

/// A bound on their number, for arrays by section.
inline constexpr std::size_t kMaxSections = 16;

std::span<const SectionRow> section_rows();
const SectionRow* find_section(std::string_view word);

/// Where the values of the section being read go.
struct SectionDraft {
  Connector connector;
  Particulars particulars;
  ConnectorState state;
  TermsDraft terms;  ///< of [inbound] and [defaults]
  CertificateRule certificate;
  std::vector<NamedFile> files;  ///< of the certificate
  OutboundDraft outbound;
  std::vector<NamedSection> references;  ///< what require-certificate names
};

enum class EmptyValue : std::uint8_t { IsNoLine, IsError };

struct KeyRow {
  std::string_view name;
  unsigned sections;  ///< SectionKinds
  EmptyValue empty;
  void (*read)(const Value& value, SectionDraft& section, ConfigDraft& config);
};

/// What min-key-bits takes at least.
inline constexpr unsigned kMinKeyBits = 512;

/// A bound on their number, for arrays by key.
inline constexpr std::size_t kMaxKeys = 96;

std::span<const KeyRow> key_rows();

/// The row of a key in that kind of section.
const KeyRow* find_key(SectionKind section, std::string_view name);

/// The names of all keys of that kind of section.
std::vector<std::string_view> key_names(SectionKind section);

/// Whether a key is one of [defaults], too: Terms.
constexpr bool is_term(const KeyRow& row) { return (row.sections & kDefaults) != 0; }

/// Whether a key chooses mail.
constexpr bool is_scope(std::string_view key) {
  return key.starts_with("match-") && key != "match-sender-in";
}

}  // namespace forcetls
