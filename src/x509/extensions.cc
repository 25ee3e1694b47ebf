// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/extensions.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/ascii.h"
#include "x509/der.h"

namespace forcetls {

namespace {

// What `forcetls refresh` may be led to fetch by one certificate.
constexpr std::size_t kMaxUrls = 8;
constexpr std::size_t kMaxUrl = 1024;

// Contents of object identifiers.
constexpr std::string_view kPurposes = "\x55\x1d\x25";
constexpr std::string_view kCrlDistributionPoints = "\x55\x1d\x1f";
constexpr std::string_view kAuthorityInfoAccess = "\x2b\x06\x01\x05\x05\x07\x01\x01";
constexpr std::string_view kOcsp = "\x2b\x06\x01\x05\x05\x07\x30\x01";

constexpr std::uint8_t kUri = 0x86;                // GeneralName
constexpr std::uint8_t kDistributionPoint = 0xa0;  // of a DistributionPoint
constexpr std::uint8_t kFullName = 0xa0;           // of a DistributionPointName

/// The content of the one element that `bytes` are.
std::optional<DerReader> open_sequence(std::string_view bytes) {
  DerReader outer(bytes);
  const auto sequence = outer.take(kDerSequence);
  if (!sequence || !outer.at_end()) return std::nullopt;
  return DerReader(sequence->content);
}

bool is_url(std::string_view text) {
  if (text.size() > kMaxUrl ||
      std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; }))
    return false;
  return equal_without_case(text.substr(0, 7), "http://") ||
         equal_without_case(text.substr(0, 8), "https://");
}

void add_url(std::string_view url, std::vector<std::string>& urls) {
  if (urls.size() < kMaxUrls && is_url(url)) urls.emplace_back(url);
}

bool read_purposes(std::string_view value, std::vector<std::string>& purposes) {
  auto list = open_sequence(value);
  if (!list || !purposes.empty()) return false;
  while (const auto purpose = list->take(kDerObjectIdentifier))
    purposes.push_back(format_oid(purpose->content));
  return list->at_end() && !purposes.empty();
}

/// A point for some reasons only, or with another issuer, has a second element.
bool read_distribution_points(std::string_view value, std::vector<std::string>& urls) {
  auto list = open_sequence(value);
  if (!list) return false;
  while (const auto point = list->take(kDerSequence)) {
    DerReader parts(point->content);
    const auto name = parts.take(kDistributionPoint);
    const auto full_name = name ? DerReader(name->content).take(kFullName) : std::nullopt;
    if (!full_name || !parts.at_end()) continue;
    DerReader names(full_name->content);
    while (const auto one = names.take())
      if (one->tag == kUri) add_url(one->content, urls);
  }
  return list->at_end();
}

bool read_authority_info(std::string_view value, std::vector<std::string>& ocsp_urls) {
  auto list = open_sequence(value);
  if (!list) return false;
  while (const auto access = list->take(kDerSequence)) {
    DerReader parts(access->content);
    const auto method = parts.take(kDerObjectIdentifier);
    const auto location = parts.take(kUri);
    if (method && location && method->content == kOcsp) add_url(location->content, ocsp_urls);
  }
  return list->at_end();
}

bool read_extension(std::string_view name, std::string_view value,
                    CertificateExtensions& extensions) {
  if (name == kPurposes) return read_purposes(value, extensions.purposes);
  if (name == kCrlDistributionPoints) return read_distribution_points(value, extensions.crl_urls);
  if (name == kAuthorityInfoAccess) return read_authority_info(value, extensions.ocsp_urls);
  return true;
}

}  // namespace

std::optional<CertificateExtensions> read_extensions(std::string_view list) {
  CertificateExtensions extensions;
  if (list.empty()) return extensions;
  auto reader = open_sequence(list);
  if (!reader) return std::nullopt;
  while (const auto extension = reader->take(kDerSequence)) {
    DerReader parts(extension->content);
    const auto name = parts.take(kDerObjectIdentifier);
    parts.take(kDerBoolean);  // critical
    const auto value = parts.take(kDerOctetString);
    if (!name || !value || !read_extension(name->content, value->content, extensions))
      return std::nullopt;
  }
  if (!reader->at_end()) return std::nullopt;
  return extensions;
}

}  // namespace forcetls
