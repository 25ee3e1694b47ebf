// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/typed_host.h"

#include <charconv>
#include <system_error>
#include <utility>

#include "wire/domain_name.h"
#include "wire/ip_text.h"

namespace forcetls {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::optional<HostAndPort> split_port(std::string_view text) {
  HostAndPort result;
  std::string_view rest;
  result.bracketed = text.starts_with('[');
  if (result.bracketed) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    result.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    result.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? "" : text.substr(colon);
  }
  if (rest.empty()) return result;
  if (rest.front() != ':') return std::nullopt;
  result.port = parse_port(rest.substr(1));
  if (!result.port) return std::nullopt;
  return result;
}

std::optional<TypedHost> parse_typed_host(std::string_view text) {
  if (const auto address = parse_ip_address(text))
    return TypedHost{format_ip_address(*address), true};
  const auto split = split_port(text);
  if (!split) return std::nullopt;
  const std::uint16_t port = split->port.value_or(25);
  if (const auto address = parse_ip_address(split->host))
    return TypedHost{format_ip_address(*address), true, port};
  auto domain = parse_domain(split->host);
  if (!domain) return std::nullopt;
  return TypedHost{std::move(*domain), split->bracketed, port};
}

}  // namespace forcetls
