// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/cipher_suite.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>

#include "core/ascii.h"

namespace forcetls {

namespace {

struct Names {
  std::string_view openssl;
  std::string_view iana;
};

constexpr Names kNames[] = {
#include "core/cipher_suite_table.inc"
};

struct Strength {
  std::string_view part;
  std::uint16_t bits;
};

// The first part found in an OpenSSL spelling decides: what weakens a suite stands before its cipher.
constexpr Strength kStrengths[] = {
    {"NULL", 0},          {"TLS_SHA", 0},       {"EXP1024-", 56},  {"EXP-", 40},
    {"DES-CBC3", 112},    {"3DES", 112},        {"DES-CBC", 56},   {"AES128", 128},
    {"AES-128", 128},     {"AES_128", 128},     {"AES256", 256},   {"AES-256", 256},
    {"AES_256", 256},     {"ARIA128", 128},     {"ARIA256", 256},  {"CAMELLIA128", 128},
    {"CAMELLIA256", 256}, {"CHACHA20", 256},    {"GOST89", 256},   {"KUZNYECHIK", 256},
    {"MAGMA", 256},       {"RC4", 128},         {"IDEA", 128},     {"SEED", 128},
    {"SM4", 128},
};

constexpr std::uint16_t strength_bits(std::string_view openssl_name) {
  for (const auto& strength : kStrengths) {
    if (openssl_name.find(strength.part) != std::string_view::npos) return strength.bits;
  }
  throw std::logic_error("a suite whose cipher has no row in kStrengths");
}

constexpr CipherSuite describe(const Names& names) {
  auto exchange = names.openssl;
  for (std::string_view prefix : {"EXP1024-", "EXP-"}) {
    if (exchange.starts_with(prefix)) exchange.remove_prefix(prefix.size());
  }
  const bool anonymous = exchange.starts_with("ADH-") || exchange.starts_with("AECDH-");
  const bool ephemeral = anonymous || exchange.starts_with("DHE-") ||
                         exchange.starts_with("EDH-") || exchange.starts_with("ECDHE-");
  // Every TLS 1.3 suite, and only those, is named by OpenSSL as IANA does. With psk_ke alone TLS 1.3
  // has no ephemeral exchange, but OpenSSL refuses that mode unless told otherwise.
  const bool tls13 = names.openssl == names.iana;
  const auto bits = strength_bits(names.openssl);
  return {.openssl_name = names.openssl,
          .iana_name = names.iana,
          .forward_secrecy = tls13 || ephemeral,
          .encrypts = bits != 0,
          .authenticated = !anonymous,
          .tls13 = tls13,
          .strength_bits = bits};
}

constexpr auto kSuites = [] {
  std::array<CipherSuite, std::size(kNames)> suites{};
  std::transform(std::begin(kNames), std::end(kNames), suites.begin(), describe);
  return suites;
}();

constexpr bool less_without_case(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(
      a.begin(), a.end(), b.begin(), b.end(),
      [](char x, char y) { return ascii_lower(x) < ascii_lower(y); });
}

static_assert(std::adjacent_find(kSuites.begin(), kSuites.end(),
                                 [](const CipherSuite& a, const CipherSuite& b) {
                                   return !less_without_case(a.openssl_name, b.openssl_name);
                                 }) == kSuites.end(),
              "find_cipher_suite needs the table in order and without duplicates");

}  // namespace

std::span<const CipherSuite> cipher_suites() { return kSuites; }

const CipherSuite* find_cipher_suite(std::string_view name) {
  if (name.empty()) return nullptr;
  const auto* candidate = std::lower_bound(
      kSuites.begin(), kSuites.end(), name, [](const CipherSuite& suite, std::string_view wanted) {
        return less_without_case(suite.openssl_name, wanted);
      });
  if (candidate != kSuites.end() && equal_without_case(candidate->openssl_name, name)) {
    return candidate;
  }
  // No MTA says IANA names below TLS 1.3: a scan, which the lengths decide, is good enough.
  candidate = std::find_if(kSuites.begin(), kSuites.end(), [&](const CipherSuite& suite) {
    return suite.iana_name.size() == name.size() && equal_without_case(suite.iana_name, name);
  });
  return candidate == kSuites.end() ? nullptr : candidate;
}

bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  // Only the last star ever needs another try: what stood before it is settled.
  auto star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() &&
               (pattern[p] == '?' || ascii_lower(pattern[p]) == ascii_lower(text[t]))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool glob_matches(std::string_view pattern, const CipherSuite& suite) {
  return glob_matches(pattern, suite.openssl_name) || glob_matches(pattern, suite.iana_name);
}

}  // namespace forcetls
