// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/cipher_suite.h"

#include <array>
#include <cstdio>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace forcetls;

namespace {

const CipherSuite& suite(std::string_view name) {
  const auto* found = find_cipher_suite(name);
  BOOST_REQUIRE_MESSAGE(found, "no suite is called " << name);
  return *found;
}

std::vector<std::string> openssl_lines() {
  using Pipe = std::unique_ptr<FILE, int (*)(FILE*)>;
  const Pipe pipe(popen("openssl ciphers -V -stdname ALL:COMPLEMENTOFALL:@SECLEVEL=0 2>/dev/null", "r"),
                  pclose);
  std::vector<std::string> lines;
  std::array<char, 512> line{};
  while (pipe && std::fgets(line.data(), line.size(), pipe.get())) lines.emplace_back(line.data());
  return lines;
}

boost::test_tools::assertion_result openssl_is_here(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result here(!openssl_lines().empty());
  if (!here) here.message() << "no openssl program";
  return here;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cipher_suite)

BOOST_AUTO_TEST_CASE(says_what_each_kind_of_suite_is) {
  struct Row {
    std::string_view openssl;
    std::string_view iana;
    bool forward_secrecy;
    bool encrypts;
    bool authenticated;
    std::uint16_t bits;
  };
  const Row rows[] = {
      {"TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", true, true, true, 128},
      {"TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384", true, true, true, 256},
      {"TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256", true, true, true, 256},
      {"TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_SHA256", true, true, true, 128},
      {"TLS_AES_128_CCM_8_SHA256", "TLS_AES_128_CCM_8_SHA256", true, true, true, 128},
      {"TLS_SM4_GCM_SM3", "TLS_SM4_GCM_SM3", true, true, true, 128},
      {"TLS_SHA256_SHA256", "TLS_SHA256_SHA256", true, false, true, 0},
      {"ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", true, true, true, 256},
      {"DHE-PSK-AES128-CCM8", "TLS_PSK_DHE_WITH_AES_128_CCM_8", true, true, true, 128},
      {"ECDHE-PSK-CHACHA20-POLY1305", "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256", true, true, true,
       256},
      {"DHE-RSA-CHACHA20-POLY1305-OLD", "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256_OLD", true, true,
       true, 256},
      {"RSA-PSK-AES256-CBC-SHA", "TLS_RSA_PSK_WITH_AES_256_CBC_SHA", false, true, true, 256},
      {"PSK-AES128-CBC-SHA", "TLS_PSK_WITH_AES_128_CBC_SHA", false, true, true, 128},
      {"SRP-RSA-AES-128-CBC-SHA", "TLS_SRP_SHA_RSA_WITH_AES_128_CBC_SHA", false, true, true, 128},
      {"AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA", false, true, true, 128},
      {"CAMELLIA256-SHA", "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA", false, true, true, 256},
      {"ECDH-RSA-AES128-SHA", "TLS_ECDH_RSA_WITH_AES_128_CBC_SHA", false, true, true, 128},
      {"DH-DSS-AES256-SHA", "TLS_DH_DSS_WITH_AES_256_CBC_SHA", false, true, true, 256},
      {"EDH-RSA-DES-CBC3-SHA", "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA", true, true, true, 112},
      {"DES-CBC3-SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", false, true, true, 112},
      {"DES-CBC-SHA", "TLS_RSA_WITH_DES_CBC_SHA", false, true, true, 56},
      {"RC4-MD5", "TLS_RSA_WITH_RC4_128_MD5", false, true, true, 128},
      {"IDEA-CBC-SHA", "TLS_RSA_WITH_IDEA_CBC_SHA", false, true, true, 128},
      {"SEED-SHA", "TLS_RSA_WITH_SEED_CBC_SHA", false, true, true, 128},
      {"EXP-EDH-RSA-DES-CBC-SHA", "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA", true, true, true, 40},
      {"EXP1024-DHE-DSS-RC4-SHA", "TLS_DHE_DSS_EXPORT1024_WITH_RC4_56_SHA", true, true, true, 56},
      {"EXP-ADH-RC4-MD5", "TLS_DH_anon_EXPORT_WITH_RC4_40_MD5", true, true, false, 40},
      {"KRB5-RC4-SHA", "TLS_KRB5_WITH_RC4_128_SHA", false, true, true, 128},
      {"ADH-AES256-GCM-SHA384", "TLS_DH_anon_WITH_AES_256_GCM_SHA384", true, true, false, 256},
      {"AECDH-NULL-SHA", "TLS_ECDH_anon_WITH_NULL_SHA", true, false, false, 0},
      {"ECDHE-RSA-NULL-SHA", "TLS_ECDHE_RSA_WITH_NULL_SHA", true, false, true, 0},
      {"NULL-SHA256", "TLS_RSA_WITH_NULL_SHA256", false, false, true, 0},
      {"GOST2001-GOST89-GOST89", "TLS_GOSTR341001_WITH_28147_CNT_IMIT", false, true, true, 256},
      {"LEGACY-GOST2012-GOST8912-GOST8912", "", false, true, true, 256},
      {"GOST2012-NULL-GOST12", "", false, false, true, 0},
  };
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(row.openssl) {
      const auto& found = suite(row.openssl);
      BOOST_TEST(found.openssl_name == row.openssl);
      BOOST_TEST(found.iana_name == row.iana);
      BOOST_TEST(found.forward_secrecy == row.forward_secrecy);
      BOOST_TEST(found.encrypts == row.encrypts);
      BOOST_TEST(found.authenticated == row.authenticated);
      BOOST_TEST(found.strength_bits == row.bits);
    }
  }
}

BOOST_AUTO_TEST_CASE(finds_every_suite_by_both_spellings_in_any_case) {
  BOOST_TEST(cipher_suites().size() > 250U);
  for (const auto& each : cipher_suites()) {
    BOOST_TEST_CONTEXT(each.openssl_name) {
      BOOST_TEST(find_cipher_suite(each.openssl_name) == &each);
      std::string lower(each.openssl_name);
      for (auto& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      BOOST_TEST(find_cipher_suite(lower) == &each);
      if (!each.iana_name.empty()) {
        const auto& same = suite(each.iana_name);
        BOOST_TEST(same.iana_name == each.iana_name);
        BOOST_TEST(same.forward_secrecy == each.forward_secrecy);
        BOOST_TEST(same.authenticated == each.authenticated);
        BOOST_TEST(same.strength_bits == each.strength_bits);
      }
    }
  }
  BOOST_TEST(suite("tls_rsa_with_aes_128_cbc_sha").openssl_name == "AES128-SHA");
}

BOOST_AUTO_TEST_CASE(does_not_guess_an_unknown_name) {
  using namespace std::string_view_literals;
  for (const auto name : {""sv, "AES128"sv, "AES128-SHA "sv, "ECDHE-RSA-AES512-GCM-SHA512"sv,
                          "TLS_AES_256_GCM"sv, "(NONE)"sv, "AES128-SHA\0"sv, "~"sv, "A"sv,
                          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA385"sv}) {
    BOOST_TEST_CONTEXT(name) { BOOST_TEST(find_cipher_suite(name) == nullptr); }
  }
}

BOOST_AUTO_TEST_CASE(the_names_are_clean) {
  std::set<std::string_view> names;
  for (const auto& each : cipher_suites()) {
    BOOST_TEST(names.insert(each.openssl_name).second, each.openssl_name << " twice");
    for (const auto name : {each.openssl_name, each.iana_name}) {
      BOOST_TEST(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-anon") == name.npos, name);
    }
    BOOST_TEST(each.encrypts == (each.strength_bits > 0), each.openssl_name);
    if (!each.iana_name.empty()) BOOST_TEST(each.iana_name.starts_with("TLS_"), each.iana_name);
  }
}

BOOST_AUTO_TEST_CASE(agrees_with_the_openssl_of_this_machine,
                     *boost::unit_test::precondition(openssl_is_here)) {
  // Columns: 0x13,0x02 - IANA - OPENSSL VERSION Kx=any Au=any Enc=AESGCM(256) Mac=AEAD
  for (const auto& line : openssl_lines()) {
    BOOST_TEST_CONTEXT(line) {
      std::istringstream words(line);
      std::string code, dash, iana, name, version, kx, au, enc;
      words >> code >> dash >> iana >> dash >> name >> version >> kx >> au >> enc;
      BOOST_REQUIRE(kx.starts_with("Kx="));
      const auto& known = suite(name);
      BOOST_TEST(known.openssl_name == name);
      if (iana.starts_with("TLS_")) BOOST_TEST(known.iana_name == iana);
      const std::set<std::string_view> ephemeral{"Kx=any", "Kx=DH", "Kx=ECDH", "Kx=DHEPSK",
                                                 "Kx=ECDHEPSK"};
      BOOST_TEST(known.forward_secrecy == ephemeral.contains(kx));
      BOOST_TEST(known.authenticated == (au != "Au=None"));
      BOOST_TEST(known.encrypts == (enc != "Enc=None"));
      // openssl prints the length of the key; triple DES is worth 112 of its 168 bits.
      const auto bits = known.strength_bits == 112 ? 168 : int{known.strength_bits};
      if (known.encrypts) BOOST_TEST(enc.ends_with("(" + std::to_string(bits) + ")"));
    }
  }
}

BOOST_AUTO_TEST_CASE(globs_cover_the_whole_text) {
  struct Row {
    std::string_view pattern;
    std::string_view text;
    bool matches;
  };
  const Row rows[] = {
      {"", "", true},           {"", "a", false},          {"*", "", true},
      {"*", "abc", true},       {"**", "", true},          {"?", "", false},
      {"?", "a", true},         {"?", "ab", false},        {"abc", "abc", true},
      {"ABC", "abc", true},     {"abc", "ABC", true},      {"abc", "abcd", false},
      {"abcd", "abc", false},   {"a*", "abc", true},       {"*c", "abc", true},
      {"*b", "abc", false},     {"a*c", "abc", true},      {"a*c", "ac", true},
      {"a?c", "ac", false},     {"*?", "", false},         {"*?", "x", true},
      {"?*", "x", true},        {"*ab*ab*", "xabyab", true}, {"*ab*ab*", "xab", false},
      {"*aab", "aaaab", true},  {"a**b", "axxb", true},    {"*-SHA", "AES128-SHA", true},
      {"*-SHA", "AES128-SHA256", false}, {"[a-z]", "b", false}, {"\\*", "*", false},
      {"a*", "*", false},       {"*", "***", true},        {"\xC4", "\xE4", false},
  };
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT("'" << row.pattern << "' on '" << row.text << "'") {
      BOOST_TEST(glob_matches(row.pattern, row.text) == row.matches);
    }
  }
}

BOOST_AUTO_TEST_CASE(globs_see_both_spellings_of_a_suite) {
  const auto& aes = suite("AES128-SHA");
  BOOST_TEST(glob_matches("*cbc*", aes));
  BOOST_TEST(glob_matches("aes128-*", aes));
  BOOST_TEST(!glob_matches("*GCM*", aes));
  BOOST_TEST(!glob_matches("", aes));
}

BOOST_AUTO_TEST_CASE(a_hostile_glob_ends) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  pattern += "*b";
  BOOST_TEST(!glob_matches(pattern, std::string(20000, 'a')));
}

BOOST_AUTO_TEST_SUITE_END()
