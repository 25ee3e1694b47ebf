// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Distinguished names as Sendmail tells them: OpenSSL's X509_NAME_oneline, `/C=US/O=Partner/CN=x`,
/// wrapped in xtext. The form does not escape its own escape character and the names in it were
/// chosen by whoever asked for the certificate, so everything that could be read in two ways is
/// refused. Does not read RFC 4514 names. Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forcetls {

struct DistinguishedName {
  std::vector<std::pair<std::string, std::string>> attributes;  // OpenSSL's short name, value

  /// The values of one attribute type (`O`), in their order.
  std::vector<std::string> values_of(std::string_view type) const;
};

/// nullopt where the text is not surely one name:
/// - a backslash other than in `\xHH` for a byte outside printable ASCII: `/` or `+` in a value
///   (`\/`), or a backslash of the value itself, which looks the same;
/// - a `+`: a relative name of several attributes, or a plain `+` of an OpenSSL before 3.0;
/// - a part without `type=`, malformed xtext, no attribute at all;
/// - 255 bytes or more (decoded): Sendmail's buffer is full, a value may be cut.
/// A shorter name may still lack attributes at its end: OpenSSL leaves out what does not fit. An
/// OpenSSL before 3.0 does not escape `/` either; then the value `x/O=y` cannot be told from two
/// attributes here. A value of non-ASCII bytes cannot be told from one that spells them `\xHH`.
std::optional<DistinguishedName> parse_oneline_dn(std::string_view xtext);

}  // namespace forcetls
