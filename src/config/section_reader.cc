// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/section_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "core/ascii.h"

namespace forcetls {

namespace {

// `certificate ` and a name fit into the 49 bytes that inih keeps of a section.
constexpr std::string_view kTakenNames[] = {"no", "none", "verified", "dane"};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool is_name_byte(char c) {
  const char letter = ascii_lower(c);
  return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), ascii_lower);
  return result;
}

std::size_t index_of(const KeyRow& row) {
  return static_cast<std::size_t>(&row - key_rows().data());
}

bool demands_something(const CertificateRule& rule) {
  return !rule.names.empty() || !rule.organizations.empty() || !rule.organizational_units.empty() ||
         !rule.issuers.empty() || !rule.issuer_organizations.empty() || !rule.roots.empty() ||
         rule.min_key_bits || rule.is_pinned();
}

}  // namespace

std::uint32_t NameTable::id_of(std::string_view name) {
  const auto [entry, is_new] =
      ids_.try_emplace(lower(name), static_cast<std::uint32_t>(texts_.size()));
  if (is_new) texts_.emplace_back(name);
  return entry->second;
}

SectionReader::SectionReader(ConfigDraft& config, DiagnosticList& diagnostics)
    : config_(config), diagnostics_(diagnostics) {}

void SectionReader::begin_file(std::uint32_t file, bool included) {
  file_ = file;
  included_ = included;
  in_section_ = false;
}

void SectionReader::end_file() { finish_section(); }

void SectionReader::error(std::uint32_t line, std::string text, std::string_view word) {
  diagnostics_.error(at(line), std::move(text));
  value_in_error_ |= word.empty();
  if (word.empty()) return;
  finish_value();
  // The keys of a section whose header cannot be read are not those of the section before.
  if (word.front() == '[') {
    finish_section();
    in_section_ = true;
  }
  if (is_name_byte(word.front())) doubt(word);
}

void SectionReader::section(std::string_view name, std::uint32_t line) {
  finish_section();
  in_section_ = true;
  where_ = at(line);
  label_.assign("[").append(name).append("]");
  const auto blank = std::find_if(name.begin(), name.end(), is_blank);
  const auto rest = std::find_if_not(blank, name.end(), is_blank);
  row_ = accept_section({name.begin(), blank}, {rest, name.end()}, where_);
}

const SectionRow* SectionReader::accept_section(std::string_view word, std::string_view name,
                                                SourceLine where) {
  const SectionRow* row = find_section(word);
  if (!row) {
    std::vector<std::string_view> known;
    for (const auto& candidate : section_rows()) known.push_back(candidate.word);
    const auto near = suggest(word, known);
    diagnostics_.error(
        where, fmt::format("unknown section {}{}", label_,
                           near.empty()   ? std::string()
                           : name.empty() ? fmt::format("; did you mean [{}]?", near)
                                          : fmt::format("; did you mean [{} {}]?", near, name)));
    return nullptr;
  }
  if (included_ && !row->in_includes) {
    diagnostics_.error(
        where,
        fmt::format("{} in an included file, where only [inbound], [outbound] and [certificate] "
                    "may stand",
                    label_));
    return nullptr;
  }
  if (row->kind == kLater) {
    diagnostics_.error(where, fmt::format("{} is not supported by this version", label_));
    return nullptr;
  }
  const auto errors_before = diagnostics_.errors();
  if (row->named)
    check_name(name, where);
  else if (!name.empty())
    diagnostics_.error(where, fmt::format("{} takes no name: write [{}]", label_, word));
  row_ = row;
  check_repeated(name, where);
  draft_.state.scope_known = diagnostics_.errors() == errors_before;
  draft_.connector.name = name;
  draft_.certificate.section = name;
  if (row->begin) row->begin(config_, where);
  return row;
}

void SectionReader::check_name(std::string_view name, SourceLine where) {
  if (name.empty())
    diagnostics_.error(where, fmt::format("{} needs a name: write [{} NAME]", label_,
                                          label_.substr(1, label_.size() - 2)));
  else if (name.size() > kMaxSectionName)
    diagnostics_.error(
        where, fmt::format("the name in {} is longer than {} characters", label_, kMaxSectionName));
  else if (!std::all_of(name.begin(), name.end(), is_name_byte))
    diagnostics_.error(
        where,
        fmt::format("the name in {} may hold only letters, digits, '.', '_' and '-'", label_));
  for (const auto taken : kTakenNames)
    if (Value::same_word(name, taken))
      diagnostics_.error(
          where,
          fmt::format("the name in {} is taken: '{}' has a meaning of its own", label_, taken));
}

void SectionReader::check_repeated(std::string_view name, SourceLine where) {
  if (const auto first = first_of(name, where))
    diagnostics_.error(where, fmt::format("duplicate section {}; the first is at {}", label_,
                                          diagnostics_.place(*first)));
}

/// An earlier section of this kind and name; from now on this one is.
std::optional<SourceLine> SectionReader::first_of(std::string_view name, SourceLine where) {
  if (row_->kind == kInbound) {
    const auto& connectors = config_.connectors;
    const auto first = inbound_names_.find_or_insert(
        std::hash<std::string>{}(lower(name)), static_cast<std::uint32_t>(connectors.size()),
        [&](std::uint32_t i) { return Value::same_word(connectors[i].name, name); });
    return first ? std::optional(connectors[*first].where) : std::nullopt;
  }
  if (row_->kind == kOutbound) {
    const auto& outbound = config_.outbound;
    const auto first = outbound_names_.find_or_insert(
        std::hash<std::string>{}(lower(name)), static_cast<std::uint32_t>(outbound.size()),
        [&](std::uint32_t i) { return Value::same_word(outbound[i].connector.name, name); });
    return first ? std::optional(outbound[*first].connector.where) : std::nullopt;
  }
  if (row_->kind == kCertificate) {
    const auto id = config_.names.id_of(name);
    if (certificate_of_name_.size() <= id) certificate_of_name_.resize(id + 1);
    if (const auto first = certificate_of_name_[id]) return config_.certificates[*first].rule.where;
    certificate_of_name_[id] = static_cast<std::uint32_t>(config_.certificates.size());
    return std::nullopt;
  }
  auto& first = first_section_[static_cast<std::size_t>(row_ - section_rows().data())];
  if (first) return first;
  first = where;
  return std::nullopt;
}

void SectionReader::value(std::string_view key, std::string_view text, std::uint32_t line,
                          bool commented) {
  finish_value();
  if (!in_section_)
    return diagnostics_.error(at(line), fmt::format("key '{}' outside a section", key));
  if (!row_) return;
  key_ = accept_key(key, at(line));
  if (key_) add_line(text, line, commented);
}

const KeyRow* SectionReader::accept_key(std::string_view key, SourceLine where) {
  const KeyRow* row = find_key(row_->kind, key);
  if (!row) report_unknown_key(key, where);
  return row;
}

void SectionReader::report_unknown_key(std::string_view key, SourceLine where) {
  std::vector<std::string> elsewhere;
  for (const auto& row : key_rows()) {
    if (row.name != key) continue;
    for (const auto& section : section_rows())
      if (row.sections & section.kind) elsewhere.push_back(fmt::format("[{}]", section.word));
  }
  diagnostics_.error(
      where, fmt::format("unknown key '{}' in {}{}", key, label_,
                         elsewhere.empty() ? did_you_mean(key, key_names(row_->kind))
                                           : "; it is a key of " + join_words(elsewhere, " and ")));
  doubt(key);
}

bool SectionReader::gives_scope(std::string_view key) const {
  return is_scope(key) || (row_->kind == kOutbound && key == "smart-host");
}

/// A line in error was, or was probably meant to be, this key.
void SectionReader::doubt(std::string_view word) {
  if (!row_) return;
  const auto near = suggest(word, key_names(row_->kind));
  const auto key = lower(near.empty() ? word : near);
  has_scope_ |= gives_scope(key);
  demand_known_ &= key == "valid-from" || key == "valid-until";
  ConnectorState& state = draft_.state;
  state.enabled &= key != "enabled";
  state.scope_known &= !key.starts_with("match-");
  state.action_known &=
      key != "on-violation" && key != "match-recipient" && key != "match-sender-in";
  state.certificate_known &= key != "require-certificate";
  state.terms_known &=
      !key.starts_with("require-") && key != "deny-ciphers" && key != "server-name";
}

void SectionReader::continuation(std::string_view text, std::uint32_t line, bool commented) {
  if (key_) add_line(text, line, commented);
}

void SectionReader::add_line(std::string_view text, std::uint32_t line, bool commented) {
  if (line_count_ == lines_.size()) lines_.emplace_back();
  ValueLine& value = lines_[line_count_++];
  value.text = text;
  value.line = line;
  value.commented = commented;
}

void SectionReader::finish_value() {
  const KeyRow* row = std::exchange(key_, nullptr);
  const auto lines = std::span(lines_).first(std::exchange(line_count_, 0));
  const bool in_error = std::exchange(value_in_error_, false);
  if (!row) return;
  const auto errors_before = diagnostics_.errors();
  const Value value(row->name, label_, file_, lines, diagnostics_);
  if (!value.is_empty())
    read_value(*row, value, lines);
  else if (row->empty == EmptyValue::IsError && !in_error)
    diagnostics_.error(value.where(), fmt::format("empty value for '{}' in {}", row->name, label_));
  if (in_error || diagnostics_.errors() != errors_before) doubt(row->name);
}

void SectionReader::read_value(const KeyRow& row, const Value& value,
                               std::span<const ValueLine> lines) {
  auto& first = first_line_[index_of(row)];
  if (first) {
    diagnostics_.error(
        value.where(),
        fmt::format("duplicate key '{}' in {}; the first is on line {}", row.name, label_, first));
    return;
  }
  first = value.where().line;
  has_scope_ |= gives_scope(row.name);
  row.read(value, draft_, config_);
  if (!is_term(row)) return;
  terms_text_.append(row.name).push_back('=');
  for (const auto& line : lines) terms_text_.append(line.text).push_back('\n');
}

void SectionReader::finish_section() {
  finish_value();
  const SectionRow* row = std::exchange(row_, nullptr);
  if (!row) return;
  check_certificate_keys();
  if (row->kind == kInbound) finish_inbound();
  if (row->kind == kOutbound) finish_outbound();
  if (row->kind == kCertificate) finish_certificate();
  if (row->kind == kDefaults) {
    config_.defaults = std::move(draft_.terms);
    add_references(Reference::From::Defaults, 0);
  }
  draft_ = {};
  first_line_ = {};
  has_scope_ = false;
  demand_known_ = true;
  terms_text_.clear();
}

void SectionReader::check_certificate_keys() {
  if (draft_.terms.certificate && draft_.terms.certificate_name)
    diagnostics_.error(
        at(std::max(line_of("require-certificate"), line_of("require-certificate-name"))),
        fmt::format("both 'require-certificate' and 'require-certificate-name' in {}; give one",
                    label_));
}

void SectionReader::finish_inbound() {
  if (!has_scope_) {
    diagnostics_.error(
        where_,
        fmt::format("{} has no 'match-' key; 'match-sender = *' is mail from everybody", label_));
    draft_.state.scope_known = false;
  }
  if (draft_.state.enabled) add_references(Reference::From::Inbound, config_.connectors.size());
  draft_.connector.where = where_;
  draft_.connector.terms = terms_index();
  if (draft_.particulars != Particulars{})
    draft_.connector.own_particulars =
        std::make_shared<const Particulars>(std::move(draft_.particulars));
  config_.connectors.push_back(std::move(draft_.connector));
  config_.states.push_back(draft_.state);
}

void SectionReader::finish_outbound() {
  OutboundDraft& outbound = draft_.outbound;
  OutboundConnector& connector = outbound.connector;
  connector.name = std::move(draft_.connector.name);
  connector.where = where_;
  connector.mode = draft_.terms.mode.value_or(Mode::Enforce);
  connector.particulars = std::move(draft_.particulars);
  if (!has_scope_)
    diagnostics_.error(where_, fmt::format("{} has no 'match-recipient'; 'match-recipient = *' is "
                                           "mail to everybody",
                                           label_));
  if (draft_.state.enabled) add_references(Reference::From::Outbound, config_.outbound.size());
  outbound.certificates = std::move(draft_.references);
  outbound.state = draft_.state;
  config_.outbound.push_back(std::move(outbound));
}

void SectionReader::add_references(Reference::From from, std::size_t connector) {
  for (const auto& reference : draft_.references)
    config_.references.push_back(
        {from, static_cast<std::uint32_t>(connector), reference.name, reference.where});
}

void SectionReader::finish_certificate() {
  CertificateRule& rule = draft_.certificate;
  // A key that was refused may be what it demands.
  if (!demands_something(rule) && draft_.files.empty() && demand_known_)
    diagnostics_.error(
        where_, fmt::format("{} demands nothing of a certificate; 'require-certificate = verified' "
                            "takes any that is trusted",
                            label_));
  if (rule.valid_from && rule.valid_until && *rule.valid_until <= *rule.valid_from)
    diagnostics_.error(at(line_of("valid-until")),
                       fmt::format("'valid-until' in {} is not after 'valid-from'", label_));
  const auto name = config_.names.id_of(rule.section);
  rule.where = where_;
  config_.certificates.push_back({name, std::move(rule), std::move(draft_.files)});
}

/// Connectors whose terms are written alike share them.
std::uint32_t SectionReader::terms_index() {
  const auto next = static_cast<std::uint32_t>(config_.terms.size());
  const auto [entry, is_new] = terms_.try_emplace(terms_text_, next);
  if (is_new) config_.terms.push_back(std::move(draft_.terms));
  return entry->second;
}

std::uint32_t SectionReader::line_of(std::string_view key) const {
  // Of the rows of that name one at most belongs to this section.
  for (const auto& row : key_rows())
    if (row.name == key && first_line_[index_of(row)] != 0) return first_line_[index_of(row)];
  return 0;
}

}  // namespace forcetls
