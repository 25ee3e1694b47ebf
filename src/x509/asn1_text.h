// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The string types of ASN.1 as UTF-8. Knows nothing of names and certificates. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace forcetls {

/// The text of a value with this universal tag. BMPString is UCS-2, UniversalString UCS-4,
/// UTF8String is checked; all others are taken for ISO 8859-1, as OpenSSL does
/// (ASN1_STRING_to_UTF8), whatever their type would allow. nullopt: no string type, or bytes that
/// are no such text.
std::optional<std::string> read_asn1_text(unsigned long tag, std::string_view bytes);

/// Whether UTF-8 text holds a control character: C0, DEL or C1.
bool holds_control_character(std::string_view text);

}  // namespace forcetls
