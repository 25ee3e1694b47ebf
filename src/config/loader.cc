// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/loader.h"

#include <cstddef>
#include <filesystem>
#include <sstream>
#include <utility>

#include "config/config_file.h"
#include "config/draft.h"
#include "config/ini_reader.h"
#include "config/lint.h"
#include "config/lint_outbound.h"
#include "config/outbound.h"
#include "config/resolve.h"
#include "config/scope_conflicts.h"
#include "config/section_reader.h"
#include "config/trust.h"

namespace forcetls {

namespace {

void read_main(const std::string& path, SectionReader& reader, ConfigDraft& config,
               ConfigFiles& files, DiagnosticList& diagnostics) {
  const auto file = diagnostics.add_file(path);
  auto stream = files.open(path, file);
  if (!stream) return;
  config.connectors.reserve(count_inbound_sections(path));
  reader.begin_file(file, false);
  read_ini(*stream, reader);
  reader.end_file();
}

void read_includes(const std::string& main_file, SectionReader& reader, ConfigDraft& config,
                   ConfigFiles& files, DiagnosticList& diagnostics) {
  std::vector<std::string> paths;
  for (const auto& include : config.includes)
    for (auto& path : expand_include(include, main_file, diagnostics))
      paths.push_back(std::move(path));
  std::size_t count = config.connectors.size();
  for (const auto& path : paths) count += count_inbound_sections(path);
  config.connectors.reserve(count);
  for (const auto& path : paths) {
    const auto file = diagnostics.add_file(path);
    auto stream = files.open(path, file);
    if (!stream) continue;
    reader.begin_file(file, true);
    read_ini(*stream, reader);
    reader.end_file();
  }
}

/// `main_file`: what the draft was read from.
LoadResult finish(ConfigDraft draft, const std::string& main_file, Time now,
                  DiagnosticList& diagnostics) {
  auto trust = load_trust(draft, std::filesystem::path(main_file).parent_path(), diagnostics);
  auto terms = resolve_terms(draft, diagnostics);
  auto outbound = resolve_outbound(draft, trust.known->trust().anchors(), diagnostics);
  drop_disabled(draft);
  check_actions(draft, terms, diagnostics);
  check_scopes(draft, diagnostics);
  if (diagnostics.errors() > 0) return {nullptr, diagnostics.sorted()};
  lint(draft, terms, *trust.known, now, diagnostics);
  lint_outbound(outbound.connectors, now, diagnostics);
  auto warnings = diagnostics.sorted();
  std::vector<CertificateRule> rules;
  rules.reserve(draft.certificates.size());
  for (auto& certificate : draft.certificates) rules.push_back(std::move(certificate.rule));
  std::optional<EvidenceSettings> evidence;
  if (draft.evidence) evidence = std::move(draft.evidence->settings);
  std::optional<OutboundMapSettings> outbound_map;
  if (draft.outbound_map) outbound_map = std::move(draft.outbound_map->settings);
  // Not make_shared: it would have to move the Policy.
  std::shared_ptr<const Config> config(
      new Config{std::move(draft.milter), std::move(evidence), std::move(outbound_map),
                 std::move(trust.settings),
                 Policy(std::move(draft.policy), std::move(terms), std::move(draft.connectors),
                        OutboundIndex(std::move(outbound.connectors))),
                 std::move(rules), std::move(trust.known), std::move(outbound.anchor_files),
                 diagnostics.files(), warnings});
  return {std::move(config), std::move(warnings)};
}

}  // namespace

LoadResult load_config(const std::string& path, Time now) {
  DiagnosticList diagnostics;
  ConfigDraft draft;
  {
    // Its tables are not needed, and take room, when the Policy is built.
    SectionReader reader(draft, diagnostics);
    ConfigFiles files(diagnostics);
    read_main(path, reader, draft, files, diagnostics);
    read_includes(path, reader, draft, files, diagnostics);
  }
  return finish(std::move(draft), path, now, diagnostics);
}

LoadResult load_config_text(const std::string& name, std::string_view text, Time now) {
  DiagnosticList diagnostics;
  ConfigDraft draft;
  SectionReader reader(draft, diagnostics);
  reader.begin_file(diagnostics.add_file(name), false);
  std::istringstream stream{std::string(text)};
  read_ini(stream, reader);
  reader.end_file();
  for (const auto& include : draft.includes)
    diagnostics.error(include.where, "a text that is in no file cannot include files");
  return finish(std::move(draft), name, now, diagnostics);
}

}  // namespace forcetls
