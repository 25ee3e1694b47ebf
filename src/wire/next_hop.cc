// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/next_hop.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/ascii.h"
#include "wire/domain_name.h"
#include "wire/ip_text.h"

namespace forcetls {

namespace {

constexpr unsigned kLastPort = 65535;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), ascii_lower);
  return result;
}

bool is_service_byte(char c) {
  const char letter = ascii_lower(c);
  return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/// A number from 1 to 65535, or a name as in services(5).
bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 63 || text.front() == '-' ||
      !std::all_of(text.begin(), text.end(), is_service_byte))
    return false;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size() && error == std::errc{}) return false;  // 25a
  return error == std::errc::invalid_argument ||
         (error == std::errc{} && number > 0 && number <= kLastPort);
}

/// Of a host in brackets; `IPv6:` may stand before an address, as in Postfix.
std::string canonical_host(std::string_view text) {
  if (const auto address = parse_ip_address(text))
    return (address->is_v4 ? "" : "ipv6:") + format_ip_address(*address);
  auto domain = parse_domain(text);
  return domain ? std::move(*domain) : lower(text);
}

}  // namespace

NextHop parse_next_hop(std::string_view text) {
  if (text.starts_with('.')) {
    if (auto domain = parse_domain(text.substr(1))) return {"." + *domain, *domain, true};
    return {lower(text), {}, false};
  }
  if (const auto host = host_in_brackets(text); !host.empty())
    return {"[" + canonical_host(host) + "]" + lower(text.substr(host.size() + 2)), {}, false};
  const auto colon = text.find(':');
  auto domain = parse_domain(text.substr(0, colon));
  if (!domain) return {std::string(text), {}, false};
  if (colon == std::string_view::npos) return {*domain, *domain, false};
  return {*domain + lower(text.substr(colon)), *domain, false};
}

std::optional<std::string> parse_smart_host(std::string_view text) {
  const std::string_view host = host_in_brackets(text);
  const auto colon = host.empty() ? text.find(':') : text.find(':', host.size() + 2);
  if (colon != std::string_view::npos && !is_port(text.substr(colon + 1))) return std::nullopt;
  NextHop next_hop = parse_next_hop(text);
  const auto name = host.empty() ? std::optional(next_hop.domain) : parse_domain(host);
  const bool named = name && is_host_name(*name) && !next_hop.parent;
  if (!named && !parse_ip_address(host)) return std::nullopt;
  return std::move(next_hop.text);
}

std::string_view host_in_brackets(std::string_view text) {
  const auto end = text.find(']');
  if (!text.starts_with('[') || end == std::string_view::npos) return {};
  const bool ends = end + 1 == text.size() || text[end + 1] == ':';
  return ends ? text.substr(1, end - 1) : std::string_view();
}

}  // namespace forcetls
