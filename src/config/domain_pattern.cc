// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/domain_pattern.h"

#include <fmt/format.h>

#include <utility>

#include "wire/domain_name.h"
#include "wire/ip_text.h"

namespace forcetls {

namespace {

using Kind = DomainPattern::Kind;

std::string_view expected(PatternForms forms) {
  switch (forms) {
    case PatternForms::Named: return "expected a domain or *.DOMAIN";
    case PatternForms::OrAny: return "expected a domain, *.DOMAIN or *";
    case PatternForms::OrAnyOrNull: break;
  }
  return "expected a domain, *.DOMAIN, * or <>";
}

/// What the text was probably meant to be.
std::string hint(std::string_view text) {
  const auto at = text.rfind('@');
  const auto domain = at == std::string_view::npos ? text : text.substr(at + 1);
  if (at != std::string_view::npos && parse_domain(domain))
    return fmt::format("; did you mean '{}'?", domain);
  if (text.starts_with('.') && parse_domain(text.substr(1)))
    return fmt::format("; did you mean '*{}'?", text);
  return {};
}

}  // namespace

std::variant<DomainPattern, std::string> parse_domain_pattern(std::string_view text,
                                                              PatternForms forms) {
  if (text == "*" && forms != PatternForms::Named) return DomainPattern{Kind::Any, {}};
  if (text == "<>" && forms == PatternForms::OrAnyOrNull)
    return DomainPattern{Kind::NullSender, {}};
  const bool subtree = text.starts_with("*.");
  const auto name = subtree ? text.substr(2) : text;
  if (name.find('*') != std::string_view::npos && name != "*")
    return fmt::format("{}; '*' stands only at the beginning, as '*.'", expected(forms));
  // A domain's last label is never a number, so an address would match nothing.
  if (parse_ip_address(name)) return fmt::format("{}, not an address", expected(forms));
  auto domain = parse_domain(name);
  if (!domain) return fmt::format("{}{}", expected(forms), hint(text));
  return DomainPattern{subtree ? Kind::Subtree : Kind::Exact, std::move(*domain)};
}

std::string format_domain_pattern(const DomainPattern& pattern) {
  switch (pattern.kind) {
    case Kind::Any: return "*";
    case Kind::NullSender: return "<>";
    case Kind::Subtree: return "*." + pattern.domain;
    case Kind::Exact: break;
  }
  return pattern.domain;
}

}  // namespace forcetls
