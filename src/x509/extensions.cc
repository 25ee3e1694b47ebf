// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/extensions.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/ascii.h"

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

constexpr std::uint8_t kUri = context_tag(6);                    // GeneralName
constexpr std::uint8_t kDistributionPoint = constructed_tag(0);  // of a DistributionPoint
constexpr std::uint8_t kFullName = constructed_tag(0);           // of a DistributionPointName

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

bool read_extension(const Extension& extension, CertificateExtensions& all) {
  const auto& [oid, critical, value] = extension;
  if (oid == kPurposes) return read_purposes(value, all.purposes);
  if (oid == kCrlDistributionPoints) return read_distribution_points(value, all.crl_urls);
  if (oid == kAuthorityInfoAccess) return read_authority_info(value, all.ocsp_urls);
  return true;
}

}  // namespace

bool is_true(const DerElement& boolean) { return boolean.content != std::string_view("\0", 1); }

std::optional<Extension> take_extension(DerReader& list) {
  const auto whole = list.take(kDerSequence);
  if (!whole) return std::nullopt;
  DerReader parts(whole->content);
  const auto oid = parts.take(kDerObjectIdentifier);
  const auto critical = parts.take(kDerBoolean);
  const auto value = parts.take(kDerOctetString);
  if (!oid || !value || !parts.at_end()) return std::nullopt;
  return Extension{oid->content, critical && is_true(*critical), value->content};
}

std::optional<CertificateExtensions> read_extensions(std::string_view list) {
  CertificateExtensions extensions;
  if (list.empty()) return extensions;
  auto reader = open_sequence(list);
  if (!reader) return std::nullopt;
  while (!reader->at_end()) {
    const auto extension = take_extension(*reader);
    if (!extension || !read_extension(*extension, extensions)) return std::nullopt;
  }
  return extensions;
}

}  // namespace forcetls
