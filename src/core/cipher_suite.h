// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// What a cipher suite's name says about a TLS session, for every suite that OpenSSL 1.0.2 to 3.x can
// name. An MTA tells a milter the name only. A name that is not here is unknown, and nothing is
// guessed from its spelling. Pure functions over a constant table; safe from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace forcetls {

struct CipherSuite {
  std::string_view openssl_name;
  std::string_view iana_name;  ///< empty for the few suites that IANA never registered
  bool forward_secrecy;        ///< the key exchange is ephemeral; says nothing about who the peer is
  bool encrypts;               ///< false for the NULL and the integrity-only suites
  bool authenticated;          ///< false for anonymous suites (aNULL)
  bool tls13;                  ///< of TLS 1.3, which has no other
  std::uint16_t strength_bits; ///< secret bits of the cipher's key; 0 where nothing is encrypted
};

/// All suites, ordered by OpenSSL spelling without case. An older and a newer OpenSSL spelling of
/// one suite (EDH-RSA-…, DHE-RSA-…) are two entries with the same IANA spelling.
std::span<const CipherSuite> cipher_suites();

/// The suite of that name, OpenSSL or IANA spelling, without case. nullptr when the name is in no
/// table.
const CipherSuite* find_cipher_suite(std::string_view name);

/// Whether the glob `pattern` (`*` any text, `?` one byte, all else itself, without ASCII case)
/// covers the whole of `text`. Takes time in the order of the product of the lengths at worst.
bool glob_matches(std::string_view pattern, std::string_view text);

/// Whether the glob covers either spelling of the suite's name.
bool glob_matches(std::string_view pattern, const CipherSuite& suite);

}  // namespace forcetls
