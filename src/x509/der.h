// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Takes DER (X.690) apart, one element after the other, where GnuTLS has no words for what is in
/// it or would need a hundred times its size. Knows no types but object identifiers and times.
/// Copies nothing: what it gives lives as long as the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/session.h"

namespace forcetls {

enum DerTag : std::uint8_t {
  kDerBoolean = 0x01,
  kDerInteger = 0x02,
  kDerBitString = 0x03,
  kDerOctetString = 0x04,
  kDerObjectIdentifier = 0x06,
  kDerUtcTime = 0x17,
  kDerGeneralizedTime = 0x18,
  kDerSequence = 0x30,
};

/// [number] of a context, of a primitive type.
constexpr std::uint8_t context_tag(unsigned number) {
  return static_cast<std::uint8_t>(0x80 | number);
}
/// The same of one that holds others.
constexpr std::uint8_t constructed_tag(unsigned number) {
  return static_cast<std::uint8_t>(0xa0 | number);
}

struct DerElement {
  std::uint8_t tag = 0;
  std::string_view content;
  std::string_view whole;  // with tag and length
};

class DerReader {
 public:
  explicit DerReader(std::string_view bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }

  /// The next element. nullopt, and nothing is taken: the end; a length that is indefinite, not the
  /// shortest or beyond the bytes; a tag of several bytes.
  std::optional<DerElement> take();
  /// The same, but only if it has this tag.
  std::optional<DerElement> take(std::uint8_t tag);

 private:
  std::string_view rest_;
};

/// What is in the one SEQUENCE that `bytes` are; nullopt: they are something else.
std::optional<DerReader> open_sequence(std::string_view bytes);

/// `1.2.840.113549.1.1.11`, from the content of an object identifier; empty: malformed.
std::string format_oid(std::string_view content);

/// UTCTime or GeneralizedTime as RFC 5280 section 4.1.2.5 has them.
std::optional<Time> parse_der_time(const DerElement& element);

/// The content of an INTEGER in the fewest octets, for comparing.
std::string_view shortest_integer(std::string_view content);

}  // namespace forcetls
