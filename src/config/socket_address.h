// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Where the daemon listens, as the configuration writes it. Opens nothing and resolves nothing:
/// libmilter would take `inet:127.0.0.1:8891` for port 127 on every address, so addresses and ports
/// are read here and only well-formed ones are handed on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace forcetls {

struct SocketAddress {
  enum class Kind : std::uint8_t { Inet, Inet6, Unix, Descriptor };

  Kind kind = Kind::Inet;
  std::string host{};       ///< Inet, Inet6: a numeric address
  unsigned port = 0;        ///< Inet, Inet6: 1 to 65535
  std::string path{};       ///< Unix: absolute
  unsigned descriptor = 0;  ///< Descriptor: already open and listening

  bool operator==(const SocketAddress&) const = default;
};

/// `inet:8891@127.0.0.1`, `inet6:8891@::1`, `unix:/run/x.sock` (at most 106 bytes) or `fd:3`. The
/// string says what is wrong, with what was expected.
std::variant<SocketAddress, std::string> parse_socket_address(std::string_view text);

/// libmilter's spelling, which is the configuration's.
std::string format_socket_address(const SocketAddress& address);

}  // namespace forcetls
