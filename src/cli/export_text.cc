// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/export_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "config/time_text.h"

namespace forcetls {

namespace {

/// Why the connector demands nothing; "" if it does.
std::string find_rest(const OutboundConnector& connector, Time now) {
  const auto& [enforce_from, suspend_until, reply, description] = connector.particulars;
  if (connector.mode == Mode::Monitor) return "mode = monitor";
  if (enforce_from && now < *enforce_from) return "enforced from " + format_time(*enforce_from);
  if (suspend_until && now < *suspend_until)
    return "suspended until " + format_time(*suspend_until);
  return {};
}

std::string format_names(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::optional<Time> find_next_change(const std::vector<OutboundConnector>& connectors, Time now) {
  std::optional<Time> next;
  const auto look_at = [&](const std::optional<Time>& time) {
    if (time && now < *time && (!next || *time < *next)) next = time;
  };
  for (const auto& connector : connectors) {
    if (connector.mode == Mode::Monitor) continue;
    look_at(connector.particulars.enforce_from);
    look_at(connector.particulars.suspend_until);
    for (const auto& one : connector.terms.rules) {
      look_at(one.rule.valid_from);
      look_at(one.rule.valid_until);
    }
  }
  return next;
}

std::string format_export_heading(std::string_view what, const Config& config, Time now,
                                  const std::vector<std::string>& notes) {
  const auto& connectors = config.policy.outbound().connectors();
  std::string text = fmt::format("# {}\n# By forcetls export at {} from {}\n", what,
                                 format_time(now), format_names(config.files));
  if (const auto next = find_next_change(connectors, now))
    text += fmt::format("# Right until {}: export again then.\n", format_time(*next));
  for (const auto& note : notes) text += fmt::format("# {}\n", note);
  for (const auto& connector : connectors)
    if (const auto rest = find_rest(connector, now); !rest.empty())
      text += fmt::format("# Not here: [outbound {}] at {}:{}, {}\n", connector.name,
                          config.files[connector.where.file], connector.where.line, rest);
  return text;
}

void ExportProblems::add(const OutboundConnector& connector, std::string_view text) {
  Problem problem{connector.where, fmt::format("[outbound {}] {}", connector.name, text)};
  const auto is_same = [&](const Problem& other) {
    return other.where == problem.where && other.text == problem.text;
  };
  if (std::none_of(problems_.begin(), problems_.end(), is_same))
    problems_.push_back(std::move(problem));
}

std::vector<Diagnostic> ExportProblems::take() {
  std::stable_sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.where.file, a.where.line) < std::tie(b.where.file, b.where.line);
  });
  std::vector<Diagnostic> diagnostics;
  for (auto& [where, text] : problems_)
    diagnostics.push_back(
        {Diagnostic::Severity::Error, config_.files[where.file], where.line, std::move(text)});
  return diagnostics;
}

}  // namespace forcetls
