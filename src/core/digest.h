// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// SHA-256 digests, by which certificates and public keys are known and pinned. Computes none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace forcetls {

using Digest = std::array<std::uint8_t, 32>;

/// 64 hexadecimal digits; case does not count, nor do colons between octets. nullopt: anything else.
std::optional<Digest> parse_digest(std::string_view text);

/// The size of a digest of any kind, written like that; 0: the text is no digest.
unsigned digest_bits(std::string_view text);

/// `3E:0B:…`, as MTAs and openssl write it.
std::string format_digest(const Digest& digest);

/// `3e0b…`, 64 digits without colons.
std::string format_digest_plain(const Digest& digest);

/// For hash tables: a digest is its own best hash.
struct DigestHash {
  std::size_t operator()(const Digest& digest) const noexcept {
    std::size_t hash = 0;
    for (std::size_t i = 0; i < sizeof hash; ++i) hash = hash << 8 | digest[i];
    return hash;
  }
};

}  // namespace forcetls
