// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/subject_name.h"

#include <boost/test/unit_test.hpp>

#include "given_certificate.h"
#include "openssl_certificates.h"

using namespace forcetls;
using namespace forcetls::given;

namespace {

const std::string kG = "mail.protection.partner.example";

/// Each character of `text` in `width` octets.
std::string widen(const std::string& text, std::size_t width) {
  std::string wide;
  for (const char c : text) wide += std::string(width - 1, '\0') + c;
  return wide;
}

X509Certificate with_cn(unsigned char tag, const std::string& content) {
  return parse_made({.raw_names = {{GNUTLS_OID_X520_COMMON_NAME, der_value(tag, content)}}});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(subject_name)

// OBSERVED-MACROS.md section 3, "Odd names": what a rule is compared with, and what is shown. Where
// Postfix tells an empty CN, so do we.
BOOST_AUTO_TEST_CASE(odd_common_names) {
  struct Case {
    unsigned char tag;
    std::string content;
    std::string cn;
    std::string dns_name;
    std::string shown;  // without `CN=`
  };
  using namespace std::string_literals;
  const std::string long_name = kG + std::string(300, 'x');
  const Case cases[] = {
      {kUtf8, "mail protection  partner.example", "mail protection  partner.example", "",
       "mail protection  partner.example"},
      {kUtf8, " mail.partner.example", " mail.partner.example", "", "\\ mail.partner.example"},
      {kUtf8, "mäil.pröt€ction.日本.example", "mäil.pröt€ction.日本.example",
       "", "mäil.pröt€ction.日本.example"},
      {kUtf8, "mäil.日本.example", "mäil.日本.example", "xn--mil-qla.xn--wgv71a.example",
       "mäil.日本.example"},
      {kT61, "m\xe4il.example", "mäil.example", "xn--mil-qla.example", "mäil.example"},
      {kPrintable, "m\xe4il.example", "mäil.example", "xn--mil-qla.example", "mäil.example"},
      {kBmp, widen(kG, 2), kG, kG, kG},
      {kUniversal, widen(kG, 4), kG, kG, kG},
      {kUtf8, "mail\"prot'ection", "mail\"prot'ection", "", "mail\\\"prot'ection"},
      {kUtf8, "mail+protection.example", "mail+protection.example", "",
       "mail\\+protection.example"},
      {kUtf8, kG + "/CN=evil.example", kG + "/CN=evil.example", "", kG + "/CN=evil.example"},
      {kUtf8, "evil.example/CN=" + kG, "evil.example/CN=" + kG, "", "evil.example/CN=" + kG},
      {kUtf8, "CN=G,O=Partner Corporation", "CN=G,O=Partner Corporation", "",
       "CN=G\\,O=Partner Corporation"},
      {kUtf8, "a<b>(c)\\d;e,f=g%41&h{i}[j]~!#$*?@k", "a<b>(c)\\d;e,f=g%41&h{i}[j]~!#$*?@k", "",
       "a\\<b\\>(c)\\\\d\\;e\\,f=g%41&h{i}[j]~!#$*?@k"},
      {kUtf8, kG + "\0.evil.example"s, "", "", kG + "\\00.evil.example"},
      {kUtf8, kG + "\0"s, "", "", kG + "\\00"},
      {kUtf8, "mail.protection\n.partner.example", "", "", "mail.protection\\0a.partner.example"},
      {kUtf8, "mail\t.example", "", "", "mail\\09.example"},
      {kUtf8, "mail\x7f.example", "", "", "mail\\7f.example"},
      {kT61, "mail\x85.example", "", "", "mail\xc2\x85.example"},
      {kUtf8, long_name, long_name, "", long_name},
      {kUtf8, "", "", "", ""},
      {kUtf8, "MAIL.Protection.PARTNER.example", "MAIL.Protection.PARTNER.example", kG,
       "MAIL.Protection.PARTNER.example"},
      {kUtf8, kG + ".", kG + ".", kG, kG + "."},
      {kUtf8, "*.partner.example", "*.partner.example", "*.partner.example", "*.partner.example"},
      {kPrintable, kG, kG, kG, kG},
      {kIa5, kG, kG, kG, kG},
      {kVisible, kG, kG, kG, kG},
      {kNumeric, "4711", "4711", "4711", "4711"},
      {kUtf8, "# x ", "# x ", "", "\\# x\\ "},
      // What no reader may take for text.
      {kUtf8, "mail\xff.example", "", "", "#0c0d6d61696cff2e6578616d706c65"},
      {kUtf8, "a\xc0\xae", "", "", "#0c0361c0ae"},          // overlong
      {kUtf8, "\xe0\x80\xae", "", "", "#0c03e080ae"},       // overlong
      {kUtf8, "\xed\xa0\x80", "", "", "#0c03eda080"},       // surrogate
      {kUtf8, "\xf4\x90\x80\x80", "", "", "#0c04f4908080"},  // above U+10FFFF
      {kUtf8, "\xf8\x88", "", "", "#0c02f888"},
      {kUtf8, "a\x80", "", "", "#0c026180"},
      {kUtf8, "a\xe2\x82", "", "", "#0c0361e282"},          // cut off
      {kUtf8, "a\xe2\x82z", "", "", "#0c0461e2827a"},
      {kUtf8, "😀", "😀", "", "😀"},
      {kUniversal, "\0\x01\xf6\x00"s, "😀", "", "😀"},
      {kUniversal, "\0\x11\0\0"s, "", "", "#1c0400110000"},
      {kBmp, "\xd8\x3d\xde\x00"s, "", "", "#1e04d83dde00"},  // UCS-2 has no surrogates
      {kBmp, "\x20\xac"s, "€", "", "€"},
      {kBmp, "abc", "", "", "#1e03616263"},
      {kBmp, std::string(201, 'a'), "", "", "#1e8200c9" + [] {
         std::string hex;
         for (int i = 0; i < 201; ++i) hex += "61";
         return hex;
       }()},
      {kInteger, "\x05", "", "", "#020105"},
      {kSequence, "\x0c\x01" "a", "", "", "#30030c0161"},
  };
  for (const auto& one : cases) {
    const X509Certificate certificate = with_cn(one.tag, one.content);
    const Certificate facts = facts_of(certificate);
    BOOST_TEST_CONTEXT(one.shown) {
      BOOST_TEST(join(certificate.subject_cns) == one.cn);
      BOOST_TEST(certificate.subject == "CN=" + one.shown);
      BOOST_TEST(certificate.is_self_issued());
      BOOST_TEST(*facts.subject_cn == one.cn);
      BOOST_TEST(*facts.issuer_cn == one.cn);
      BOOST_TEST(facts.cn_dns_name == one.dns_name);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_first_of_two_common_names_counts) {
  const X509Certificate certificate = parse_made({.cns = {"first.example", kG}});
  BOOST_TEST(join(certificate.subject_cns) == "first.example, " + kG);
  BOOST_TEST(certificate.subject == "CN=" + kG + ",CN=first.example");
  BOOST_TEST(*facts_of(certificate).subject_cn == "first.example");
  BOOST_TEST(facts_of(certificate).cn_dns_name == "first.example");
}

BOOST_AUTO_TEST_CASE(relative_name_of_two_attributes) {
  const auto chain = std::get<CertificateChain>(parse_certificates(kMultiValued));
  const X509Certificate& certificate = *chain.front();
  BOOST_TEST(join(certificate.subject_cns) == "mail.contoso.com");
  BOOST_TEST(join(certificate.organizational_units) == "mail");
  BOOST_TEST(certificate.subject == "OU=mail+CN=mail.contoso.com,O=Contoso Ltd");
}

BOOST_AUTO_TEST_SUITE_END()
