// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/tls_policy.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>
#include <vector>

namespace forcetls {

namespace {

using Certificate = OutboundTerms::Certificate;
using TlsDemand = Terms::TlsDemand;

// Not `hostname`: the names of MX records come from unsigned DNS.
constexpr std::string_view kNextHopNames = "nexthop:dot-nexthop";

/// Oldest first; the version that is demanded and all behind it are allowed.
constexpr std::string_view kProtocols[] = {"SSLv2",   "SSLv3",   "TLSv1",
                                           "TLSv1.1", "TLSv1.2", "TLSv1.3"};

/// Each once, in order.
void add_once(std::vector<std::string>& list, std::string text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

std::string join(const std::vector<std::string>& list, char separator) {
  std::string text;
  for (const auto& one : list) {
    if (!text.empty()) text += separator;
    text += one;
  }
  return text;
}

std::string format_protocols(TlsDemand demand, PostfixVersion version) {
  std::size_t oldest = 0;
  switch (demand) {
    case TlsDemand::No:
    case TlsDemand::Any: return {};
    case TlsDemand::Tls10: oldest = 2; break;
    case TlsDemand::Tls11: oldest = 3; break;
    case TlsDemand::Tls12: oldest = 4; break;
    case TlsDemand::Tls13: oldest = 5; break;
  }
  if (version >= kFirstWithRanges) return " protocols=>=" + std::string(kProtocols[oldest]);
  std::string text;
  for (std::size_t i = 0; i < oldest; ++i)
    text.append(i ? ":!" : " protocols=!").append(kProtocols[i]);
  return text;
}

void add_match(std::vector<std::string>& list, const std::vector<DomainPattern>& names) {
  for (const auto& name : names) {
    add_once(list, name.domain);
    if (name.kind == DomainPattern::Kind::Subtree) add_once(list, "." + name.domain);
  }
}

/// Level and its attributes for those of `rules` that count.
std::optional<std::string> format_rules(const std::vector<OutboundRule>& rules, Time time) {
  std::vector<std::string> pins, names, anchors;
  for (const auto& [rule, anchor_files] : rules) {
    if (!rule.counts_at(time)) continue;
    for (const auto* digests : {&rule.sha256, &rule.key_sha256})
      for (const auto& digest : *digests) add_once(pins, format_digest(digest));
    if (rule.names.empty()) add_once(names, std::string(kNextHopNames));
    add_match(names, rule.names);
    for (const auto& file : anchor_files) add_once(anchors, file);
  }
  if (!pins.empty()) return "fingerprint match=" + join(pins, '|');
  if (names.empty()) return std::nullopt;
  std::string text = "secure match=" + join(names, ':');
  for (const auto& file : anchors) text += " tafile=" + file;
  return text;
}

std::optional<std::string> format_level(const OutboundTerms& terms, Time time) {
  switch (terms.certificate) {
    case Certificate::No: return "encrypt";
    case Certificate::Dane: return "dane-only";
    case Certificate::Rules: return format_rules(terms.rules, time);
    case Certificate::Verified: break;
  }
  const std::string names = format_match(terms.names);
  return "secure match=" + (names.empty() ? std::string(kNextHopNames) : names);
}

}  // namespace

std::optional<PostfixVersion> parse_postfix_version(std::string_view text) {
  PostfixVersion version;
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.') return std::nullopt;
  const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
  const bool ends = minor.ptr == end || *minor.ptr == '.' || *minor.ptr == '-';
  if (minor.ec != std::errc{} || !ends) return std::nullopt;
  return version;
}

std::string format_match(const std::vector<DomainPattern>& names) {
  std::vector<std::string> list;
  add_match(list, names);
  return join(list, ':');
}

std::optional<std::string> format_tls_policy(const OutboundTerms& terms, Time time,
                                             PostfixVersion version) {
  auto text = format_level(terms, time);
  if (!text) return std::nullopt;
  *text += format_protocols(terms.require_tls, version);
  if (!terms.excluded.empty()) *text += " exclude=" + join(terms.excluded, ':');
  if (!terms.server_name.empty()) *text += " servername=" + terms.server_name;
  return text;
}

}  // namespace forcetls
