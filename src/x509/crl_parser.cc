// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/crl_parser.h"

#include <algorithm>
#include <cstdint>

#include "x509/der.h"
#include "x509/extensions.h"

namespace forcetls {

namespace {

using namespace std::literals;

// id-ce, 2.5.29.n
constexpr std::string_view kIssuerAltName = "\x55\x1d\x12"sv;
constexpr std::string_view kCrlNumber = "\x55\x1d\x14"sv;
constexpr std::string_view kReasonCode = "\x55\x1d\x15"sv;
constexpr std::string_view kInvalidityDate = "\x55\x1d\x18"sv;
constexpr std::string_view kDeltaCrlIndicator = "\x55\x1d\x1b"sv;
constexpr std::string_view kIssuingDistributionPoint = "\x55\x1d\x1c"sv;
constexpr std::string_view kCertificateIssuer = "\x55\x1d\x1d"sv;
constexpr std::string_view kAuthorityKeyIdentifier = "\x55\x1d\x23"sv;

constexpr std::string_view kRemoveFromCrl = "\x0a\x01\x08"sv;
constexpr std::uint8_t kUri = context_tag(6);  // GeneralName
constexpr const char* kMalformed = "not a CRL";

/// Each step says what is wrong, or nothing.
class Parser {
 public:
  explicit Parser(CrlParts& parts) : parts_(parts) {}

  std::string run(std::string_view der) {
    auto reader = open_sequence(der);
    if (!reader) return kMalformed;
    const auto inner = reader->take(kDerSequence);
    const auto algorithm = reader->take(kDerSequence);
    const auto signature = reader->take(kDerBitString);
    if (!inner || !algorithm || !signature || !reader->at_end()) return kMalformed;
    if (!signature->content.starts_with('\0')) return kMalformed;  // bits that are not used
    parts_.signed_part = inner->whole;
    parts_.algorithm = algorithm->content;
    parts_.signature = signature->content.substr(1);
    return read_list(inner->content);
  }

 private:
  std::string read_list(std::string_view content) {
    DerReader reader(content);
    reader.take(kDerInteger);  // version
    const auto algorithm = reader.take(kDerSequence);
    const auto issuer = reader.take(kDerSequence);
    const auto this_update = reader.take();
    if (!algorithm || algorithm->content != parts_.algorithm || !issuer || !this_update)
      return kMalformed;
    parts_.issuer = issuer->whole;
    if (std::string problem = read_dates(*this_update, reader); !problem.empty()) return problem;
    if (const auto entries = reader.take(kDerSequence))
      if (std::string problem = read_entries(entries->content); !problem.empty()) return problem;
    if (const auto extensions = reader.take(constructed_tag(0)))
      if (std::string problem = read_extensions(extensions->content); !problem.empty())
        return problem;
    return reader.at_end() ? "" : kMalformed;
  }

  std::string read_dates(const DerElement& first, DerReader& reader) {
    const auto from = parse_der_time(first);
    if (!from) return kMalformed;
    auto next = reader.take(kDerUtcTime);
    if (!next) next = reader.take(kDerGeneralizedTime);
    const auto to = next ? parse_der_time(*next) : *from + std::chrono::days(1);
    if (!to) return kMalformed;
    parts_.this_update = *from;
    parts_.next_update = *to;
    return {};
  }

  std::string read_entries(std::string_view content) {
    DerReader reader(content);
    while (!reader.at_end()) {
      const auto entry = reader.take(kDerSequence);
      if (!entry) return kMalformed;
      if (std::string problem = read_entry(entry->content); !problem.empty()) return problem;
    }
    std::sort(parts_.serials.begin(), parts_.serials.end());
    return {};
  }

  std::string read_entry(std::string_view content) {
    DerReader reader(content);
    const auto serial = reader.take(kDerInteger);
    const auto when = reader.take();
    const auto extensions = reader.take(kDerSequence);
    if (!serial || !when || !reader.at_end()) return kMalformed;
    bool listed = true;
    DerReader rest(extensions ? extensions->content : std::string_view());
    while (!rest.at_end()) {
      const auto extension = take_extension(rest);
      if (!extension) return kMalformed;
      if (extension->oid == kCertificateIssuer) return "an indirect CRL";
      if (extension->oid == kReasonCode) listed = extension->value != kRemoveFromCrl;
      else if (extension->critical && extension->oid != kInvalidityDate) return unknown(*extension);
    }
    if (listed) parts_.serials.push_back(shortest_integer(serial->content));
    return {};
  }

  std::string read_extensions(std::string_view content) {
    auto list = open_sequence(content);
    if (!list) return kMalformed;
    while (!list->at_end()) {
      const auto extension = take_extension(*list);
      if (!extension) return kMalformed;
      if (std::string problem = read_list_extension(*extension); !problem.empty()) return problem;
    }
    return {};
  }

  std::string read_list_extension(const Extension& extension) {
    if (extension.oid == kDeltaCrlIndicator) return "a delta CRL";
    if (extension.oid == kIssuingDistributionPoint) return read_point(extension.value);
    const bool known = extension.oid == kCrlNumber || extension.oid == kAuthorityKeyIdentifier ||
                       extension.oid == kIssuerAltName;
    return extension.critical && !known ? unknown(extension) : "";
  }

  std::string read_point(std::string_view value) {
    auto point = open_sequence(value);
    if (!point) return kMalformed;
    if (const auto name = point->take(constructed_tag(0))) {
      parts_.names_point = true;
      if (!read_point_name(name->content)) return kMalformed;
    }
    if (const auto flag = point->take(context_tag(1))) parts_.only_user = is_true(*flag);
    if (const auto flag = point->take(context_tag(2))) parts_.only_ca = is_true(*flag);
    if (point->take(context_tag(3))) return "a CRL for some reasons only";
    if (const auto flag = point->take(context_tag(4)); flag && is_true(*flag))
      return "an indirect CRL";
    if (const auto flag = point->take(context_tag(5)); flag && is_true(*flag))
      return "a CRL for attribute certificates";
    return point->at_end() ? "" : kMalformed;
  }

  bool read_point_name(std::string_view content) {
    DerReader outside(content);
    const auto full_name = outside.take(constructed_tag(0));
    if (!full_name)  // relative to the issuer: no URL
      return outside.take(constructed_tag(1)).has_value();
    DerReader reader(full_name->content);
    while (!reader.at_end()) {
      const auto name = reader.take();
      if (!name) return false;
      if (name->tag == kUri) parts_.urls.push_back(name->content);
    }
    return outside.at_end();
  }

  static std::string unknown(const Extension& extension) {
    return "a CRL with the unknown critical extension " + format_oid(extension.oid);
  }

  CrlParts& parts_;
};

}  // namespace

std::string parse_crl(std::string_view der, CrlParts& parts) { return Parser(parts).run(der); }

}  // namespace forcetls
