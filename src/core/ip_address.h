// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// IP addresses and networks as values, for matching. Reading and printing them is wire/ip_text.h's.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

namespace forcetls {

/// An IPv4 or IPv6 address in network byte order. IPv4 uses the first four bytes, the rest are 0.
/// An IPv4-mapped IPv6 address is held as IPv4 by whoever reads it.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v4 = false;

  auto operator<=>(const IpAddress&) const = default;

  unsigned bits() const { return is_v4 ? 32 : 128; }
  bool is_loopback() const {
    return is_v4 ? bytes[0] == 127 : *this == IpAddress{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
  }
  /// The address with all bits behind the first `prefix` (0 to bits()) cleared.
  IpAddress masked(unsigned prefix) const {
    IpAddress result = *this;
    for (std::size_t i = 0; i < result.bytes.size(); ++i) {
      const auto kept = prefix > 8 * i ? prefix - 8 * static_cast<unsigned>(i) : 0U;
      if (kept < 8) result.bytes[i] &= static_cast<std::uint8_t>(0xff00U >> kept);
    }
    return result;
  }
};

/// All addresses of one family that share the first `prefix` bits; host bits of `base` are 0.
struct Network {
  IpAddress base;
  std::uint8_t prefix = 0;

  auto operator<=>(const Network&) const = default;

  bool contains(const IpAddress& address) const {
    return address.is_v4 == base.is_v4 && address.masked(prefix) == base;
  }
};

}  // namespace forcetls
