// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/socket_address.h"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <optional>

#include "wire/ip_text.h"

namespace forcetls {

namespace {

using Result = std::variant<SocketAddress, std::string>;

// sockaddr_un's 108 bytes less a NUL, less what libmilter takes (its listener.c).
constexpr std::size_t kMaxPath = 106;
constexpr unsigned kMaxPort = 65535;
// 0 to 2 are the standard streams.
constexpr unsigned kFirstDescriptor = 3;
constexpr unsigned kLastDescriptor = 1023;

constexpr const char* kForms =
    "expected inet:PORT@ADDRESS, inet6:PORT@ADDRESS, unix:PATH or fd:NUMBER";

std::optional<unsigned> parse_number(std::string_view text, unsigned least, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value < least || value > most) return std::nullopt;
  return value;
}

std::string_view kind_word(SocketAddress::Kind kind) {
  switch (kind) {
    case SocketAddress::Kind::Inet: return "inet";
    case SocketAddress::Kind::Inet6: return "inet6";
    case SocketAddress::Kind::Unix: return "unix";
    case SocketAddress::Kind::Descriptor: break;
  }
  return "fd";
}

std::string_view without_brackets(std::string_view host) {
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return bracketed ? host.substr(1, host.size() - 2) : host;
}

/// Postfix writes the address first: `inet:127.0.0.1:8891`.
std::string postfix_spelling_hint(std::string_view rest) {
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos) return {};
  const auto host = without_brackets(rest.substr(0, colon));
  const auto port = parse_number(rest.substr(colon + 1), 1, kMaxPort);
  const auto address = parse_ip_address(host == "localhost" ? "127.0.0.1" : host);
  if (!port || !address) return {};
  return fmt::format("; did you mean '{}:{}@{}'?", address->is_v4 ? "inet" : "inet6", *port,
                     format_ip_address(*address));
}

Result parse_inet(std::string_view rest, SocketAddress::Kind kind) {
  const auto at = rest.find('@');
  const auto word = kind_word(kind);
  const char* loopback = kind == SocketAddress::Kind::Inet ? "127.0.0.1" : "::1";
  if (at == std::string_view::npos) {
    const auto port = parse_number(rest, 1, kMaxPort);
    return fmt::format("expected {}:PORT@ADDRESS{}", word,
                       port ? fmt::format("; did you mean '{}:{}@{}'?", word, *port, loopback)
                            : postfix_spelling_hint(rest));
  }
  const auto port = parse_number(rest.substr(0, at), 1, kMaxPort);
  if (!port) return "expected a port from 1 to 65535 before '@'";
  const auto host = rest.substr(at + 1);
  const auto address = parse_ip_address(without_brackets(host));
  const bool wants_v4 = kind == SocketAddress::Kind::Inet;
  if (!address)
    return fmt::format("expected a numeric address after '@'{}",
                       host == "localhost"
                           ? fmt::format("; did you mean '{}:{}@{}'?", word, *port, loopback)
                           : std::string());
  if (address->is_v4 != wants_v4)
    return fmt::format("expected an {} address after '@'; did you mean '{}:{}@{}'?",
                       wants_v4 ? "IPv4" : "IPv6", address->is_v4 ? "inet" : "inet6", *port,
                       format_ip_address(*address));
  return SocketAddress{.kind = kind, .host = format_ip_address(*address), .port = *port};
}

Result parse_unix(std::string_view path) {
  if (!path.starts_with('/')) return "expected an absolute path after 'unix:'";
  if (path.size() > kMaxPath) return fmt::format("a socket's path has at most {} bytes", kMaxPath);
  return SocketAddress{.kind = SocketAddress::Kind::Unix, .path = std::string(path)};
}

Result parse_descriptor(std::string_view text) {
  const auto number = parse_number(text, kFirstDescriptor, kLastDescriptor);
  if (!number)
    return fmt::format("expected a number from {} to {} after 'fd:'", kFirstDescriptor,
                       kLastDescriptor);
  return SocketAddress{.kind = SocketAddress::Kind::Descriptor, .descriptor = *number};
}

}  // namespace

Result parse_socket_address(std::string_view text) {
  const auto colon = text.find(':');
  const auto word = text.substr(0, colon);
  const auto rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (word == "inet") return parse_inet(rest, SocketAddress::Kind::Inet);
  if (word == "inet6") return parse_inet(rest, SocketAddress::Kind::Inet6);
  if (word == "unix") return parse_unix(rest);
  if (word == "fd") return parse_descriptor(rest);
  if (text.starts_with('/')) return fmt::format("{}; did you mean 'unix:{}'?", kForms, text);
  if (word == "local") return fmt::format("{}; did you mean 'unix:{}'?", kForms, rest);
  return kForms;
}

std::string format_socket_address(const SocketAddress& address) {
  const auto word = kind_word(address.kind);
  switch (address.kind) {
    case SocketAddress::Kind::Inet:
    case SocketAddress::Kind::Inet6:
      return fmt::format("{}:{}@{}", word, address.port, address.host);
    case SocketAddress::Kind::Unix: return fmt::format("{}:{}", word, address.path);
    case SocketAddress::Kind::Descriptor: break;
  }
  return fmt::format("{}:{}", word, address.descriptor);
}

}  // namespace forcetls
