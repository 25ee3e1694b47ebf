// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/certificate_fields.h"

#include "x509/der.h"

namespace forcetls {

std::optional<CertificateFields> read_certificate_fields(std::string_view der) {
  const auto certificate = DerReader(der).take(kDerSequence);
  const auto content =
      certificate ? DerReader(certificate->content).take(kDerSequence) : std::nullopt;
  if (!content) return std::nullopt;
  DerReader reader(content->content);
  reader.take(constructed_tag(0));  // version
  const auto serial = reader.take(kDerInteger), algorithm = reader.take(kDerSequence),
             issuer = reader.take(kDerSequence), validity = reader.take(kDerSequence),
             subject = reader.take(kDerSequence), key = reader.take(kDerSequence);
  if (!serial || !algorithm || !issuer || !validity || !subject || !key) return std::nullopt;
  CertificateFields fields = {
      shortest_integer(serial->content), issuer->whole, subject->whole, key->whole, {}};
  while (const auto element = reader.take())  // unique identifiers, then extensions
    if (element->tag == constructed_tag(3)) fields.extensions = element->content;
  if (!reader.at_end()) return std::nullopt;
  return fields;
}

}  // namespace forcetls
