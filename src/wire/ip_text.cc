// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/ip_text.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include "core/ascii.h"

namespace forcetls {
namespace {

constexpr std::string_view kTag = "ipv6:";
constexpr unsigned kMappedBits = 96;

bool has_tag(std::string_view text) {
  return text.size() > kTag.size() && equal_without_case(text.substr(0, kTag.size()), kTag);
}

/// inet_pton wants an end and no NUL within.
std::optional<IpAddress> parse_family(int family, std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  IpAddress address{.is_v4 = family == AF_INET};
  if (inet_pton(family, std::string(text).c_str(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

bool is_mapped(const IpAddress& address) {
  static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return !address.is_v4 && std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin());
}

IpAddress unmapped(const IpAddress& address) {
  if (!is_mapped(address)) return address;
  IpAddress result{.is_v4 = true};
  std::copy(address.bytes.begin() + 12, address.bytes.end(), result.bytes.begin());
  return result;
}

std::optional<IpAddress> parse_as_written(std::string_view text) {
  if (has_tag(text)) return parse_family(AF_INET6, text.substr(kTag.size()));
  if (auto address = parse_family(AF_INET, text)) return address;
  return parse_family(AF_INET6, text);
}

std::optional<unsigned> parse_prefix(std::string_view text, unsigned most) {
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), prefix);
  const bool padded = text.size() > 1 && text.front() == '0';
  if (error != std::errc() || end != text.data() + text.size() || padded || prefix > most)
    return std::nullopt;
  return prefix;
}

}  // namespace

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  const auto address = parse_as_written(text);
  if (!address) return std::nullopt;
  return unmapped(*address);
}

std::variant<Network, std::string> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_as_written(text.substr(0, slash));
  if (!address) return fmt::format("'{}' is not an IP address or network", text);
  auto prefix = std::optional<unsigned>(address->bits());
  if (slash != std::string_view::npos)
    prefix = parse_prefix(text.substr(slash + 1), address->bits());
  if (!prefix)
    return fmt::format("prefix of network {} must be a number from 0 to {}", text, address->bits());
  const IpAddress base = address->masked(*prefix);
  if (base != *address) {
    return fmt::format("host bits set in network {}; did you mean {}/{}?", text,
                       format_ip_address(base), *prefix);
  }
  const bool mapped = is_mapped(base) && *prefix >= kMappedBits;
  return Network{unmapped(base),
                 static_cast<std::uint8_t>(mapped ? *prefix - kMappedBits : *prefix)};
}

std::string format_ip_address(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(address.is_v4 ? AF_INET : AF_INET6, address.bytes.data(), text, sizeof text);
  return text;
}

std::string format_network(const Network& network) {
  return fmt::format("{}/{}", format_ip_address(network.base), network.prefix);
}

}  // namespace forcetls
