// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The socketmap protocol, by which MTAs ask for table entries (socketmap_table(5);
/// postfix/src/util/dict_sockmap.c; sendmail/map.c): netstrings that hold `MAP KEY`, answered with
/// netstrings. Parsers for one connection, fed with bytes as they come. Bounded; knows no map.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace forcetls {

/// `5:hello,` (https://cr.yp.to/proto/netstrings.txt).
std::string format_netstring(std::string_view content);

class NetstringParser {
 public:
  /// For netstrings that hold `most` bytes at most.
  explicit NetstringParser(std::size_t most) : most_(most) {}

  /// Takes bytes up to the end of one netstring, and gives what it holds, valid until the next
  /// call; `bytes` is left with the rest. nullopt: more is needed, or failed().
  std::optional<std::string_view> feed(std::string_view& bytes);

  /// No netstring came, one whose length begins with a needless 0, or one too long. Stays so.
  bool failed() const { return failed_; }

  /// Whether the first bytes of a netstring are there that lacks its last.
  bool is_within() const { return digits_ > 0; }

 private:
  void take_length(char byte);

  const std::size_t most_;
  std::size_t digits_ = 0;  // of its length
  std::size_t size_ = 0;
  bool has_length_ = false;
  std::string content_;
  bool failed_ = false;
};

/// Valid as long as the parser says.
struct SocketmapQuery {
  std::string_view map;
  std::string_view key;  // any bytes, perhaps none
};

class SocketmapParser {
 public:
  /// Beyond the longest key that Postfix asks for (10,000 bytes) and any map's name.
  static constexpr std::size_t kMaxQuery = 16 * 1024;

  /// Takes bytes up to the end of one query, valid until the next call; `bytes` is left with the
  /// rest. nullopt: more is needed, or failed().
  std::optional<SocketmapQuery> feed(std::string_view& bytes);

  /// No netstring, one too long, or one without a space: the connection is to be closed. Stays so.
  bool failed() const { return failed_ || netstring_.failed(); }

  /// Whether the first bytes of a query are there that lacks its last.
  bool is_within_request() const { return netstring_.is_within(); }

 private:
  NetstringParser netstring_{kMaxQuery};
  bool failed_ = false;
};

/// PERM is not among them: Sendmail takes it for NotFound, and mail would go out unprotected
/// (map_lookup() in sendmail/parseaddr.c).
struct SocketmapReply {
  enum class Kind { Ok, NotFound, Temp };

  Kind kind = Kind::NotFound;
  std::string text;  // Ok: the entry; Temp: the reason, cleaned and cut when it is sent

  bool operator==(const SocketmapReply&) const = default;
};

/// As a netstring: `OK entry`, `NOTFOUND `, `TEMP reason`. An entry that is empty, or too long for
/// Postfix (100,000 bytes in all), becomes TEMP: Sendmail would crash, Postfix give up.
std::string format_socketmap_reply(const SocketmapReply& reply);

}  // namespace forcetls
