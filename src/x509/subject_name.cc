// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/subject_name.h"

#include <fmt/format.h>

#include <cstring>
#include <iterator>

#include "x509/asn1_text.h"
#include "x509/datum.h"

namespace forcetls {

namespace {

void append_hex(std::string& out, unsigned char byte) {
  fmt::format_to(std::back_inserter(out), "{:02x}", byte);
}

/// RFC 4514 section 2.4, of a text.
std::string escape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool first = i == 0, last = i + 1 == text.size();
    if (std::strchr("\"+,;<>\\", c) != nullptr && c != '\0') {
      out += '\\';
    } else if ((c == ' ' && (first || last)) || (c == '#' && first)) {
      out += '\\';
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += '\\';
      append_hex(out, static_cast<unsigned char>(c));
      continue;
    }
    out += c;
  }
  return out;
}

/// The same of what is no text. The content octets are as received, the header is made anew.
std::string format_der(unsigned long tag, std::string_view content) {
  constexpr unsigned long kConstructed[] = {16, 17};  // SEQUENCE and SET
  std::string out = "#";
  append_hex(out, static_cast<unsigned char>(
                      tag == kConstructed[0] || tag == kConstructed[1] ? tag | 0x20U : tag));
  if (content.size() < 0x80) {
    append_hex(out, static_cast<unsigned char>(content.size()));
  } else {
    append_hex(out, 0x82);
    append_hex(out, static_cast<unsigned char>(content.size() >> 8U));
    append_hex(out, static_cast<unsigned char>(content.size()));
  }
  for (const char c : content) append_hex(out, static_cast<unsigned char>(c));
  return out;
}

/// `CN=mail.contoso.com`; its value goes to `attributes`.
std::string read_attribute(const gnutls_x509_ava_st& ava, SubjectName& name) {
  std::string oid(view_of(ava.oid));
  oid.resize(std::strlen(oid.c_str()));  // GnuTLS counts the NUL at its end
  const auto text = read_asn1_text(ava.value_tag, view_of(ava.value));
  const std::string type = gnutls_x509_dn_oid_name(oid.c_str(), GNUTLS_X509_DN_OID_RETURN_OID);
  const bool usable = text && !holds_control_character(*text);
  name.attributes.emplace_back(std::move(oid), usable ? *text : std::string());
  return type + "=" + (text ? escape(*text) : format_der(ava.value_tag, view_of(ava.value)));
}

}  // namespace

std::vector<std::string> SubjectName::values_of(std::string_view oid) const {
  std::vector<std::string> values;
  for (const auto& [type, value] : attributes)
    if (type == oid) values.push_back(value);
  return values;
}

std::optional<SubjectName> read_subject_name(gnutls_x509_dn_t dn) {
  SubjectName name;
  for (int rdn = 0;; ++rdn) {
    std::string relative;
    for (int number = 0;; ++number) {
      gnutls_x509_ava_st ava{};
      const int result = gnutls_x509_dn_get_rdn_ava(dn, rdn, number, &ava);
      if (result == GNUTLS_E_ASN1_ELEMENT_NOT_FOUND) break;
      if (result < 0) return std::nullopt;
      relative.append(number == 0 ? "" : "+").append(read_attribute(ava, name));
    }
    if (relative.empty()) return name;
    // RFC 4514 section 2.1: the last comes first.
    name.rfc4514.insert(0, name.rfc4514.empty() ? relative : relative + ",");
  }
}

}  // namespace forcetls
