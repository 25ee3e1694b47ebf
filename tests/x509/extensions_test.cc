// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/extensions.h"

#include <boost/test/unit_test.hpp>

#include "given_certificate.h"

using namespace forcetls;
using namespace forcetls::given;
using pki::make;

BOOST_AUTO_TEST_SUITE(extensions)

BOOST_AUTO_TEST_CASE(addresses_of_crls_and_ocsp) {
  const X509Certificate certificate = parse_made(
      {.cns = {"x"},
       .crl_urls = {"http://crl.example/a.crl", "ldap://crl.example/cn=x", "HTTPS://crl.example/",
                    "http://a b", "http://crl.example/\n", "file:///etc/passwd",
                    "http://crl.example/" + std::string(1100, 'a')},
       .ocsp_urls = {"http://ocsp.example/", "ldap://ocsp.example/"}});
  BOOST_TEST(join(certificate.crl_urls) == "http://crl.example/a.crl, HTTPS://crl.example/");
  BOOST_TEST(join(certificate.ocsp_urls) == "http://ocsp.example/");

  const std::vector<std::string> many(20, "http://ocsp.example/");
  BOOST_TEST(parse_made({.cns = {"x"}, .ocsp_urls = many}).ocsp_urls.size() == 8U);
}

std::string problem_with_extension(const char* oid, const std::string& value) {
  return problem_of(
      make({.cns = {"x"}, .also = [&](gnutls_x509_crt_t crt) { set_extension(crt, oid, value); }})
          .der);
}

BOOST_AUTO_TEST_CASE(extensions_that_cannot_be_read) {
  struct Case {
    const char* oid;
    std::string value;
    bool readable;
  };
  using namespace std::string_literals;
  const char* purposes = "2.5.29.37";
  const char* points = "2.5.29.31";
  const char* access = "1.3.6.1.5.5.7.1.1";
  const std::string purpose = der_value(6, "\x2b\x06\x01\x05\x05\x07\x03\x01");
  const std::string uri = der_value(0x86, "http://a.example/");
  const std::string full_name = der_value(0xa0, der_value(0xa0, uri));
  const Case cases[] = {
      {purposes, der_value(kSequence, purpose), true},
      {purposes, der_value(kSequence, ""), false},
      {purposes, der_value(kSequence, purpose + "\x02\x01\x05"), false},
      {purposes, purpose, false},
      {purposes, der_value(kSequence, purpose) + "x", false},
      {purposes, "", false},
      {points, der_value(kSequence, der_value(kSequence, full_name)), true},
      {points, der_value(kSequence, uri), false},
      {points, uri, false},
      {access, der_value(kSequence, uri), false},
      {access, uri, false},
      {access, der_value(kSequence, der_value(kSequence, uri)), true},
  };
  for (const auto& one : cases)
    BOOST_TEST(problem_with_extension(one.oid, one.value) ==
               (one.readable ? "" : "its extensions cannot be read"));
}

// A CRL for some reasons only, or of another issuer, is none that tells whether it is revoked.
BOOST_AUTO_TEST_CASE(partial_distribution_points) {
  const std::string full_name =
      der_value(0xa0, der_value(0xa0, der_value(0x86, "http://a.example/")));
  const std::string reasons("\x81\x02\x05\x60", 4);
  const std::string relative = der_value(0xa0, der_value(0xa1, ""));
  const auto urls = [&](const std::string& point) {
    const std::string value = der_value(kSequence, der_value(kSequence, point));
    return join(parse_made({.cns = {"x"}, .also = [&](gnutls_x509_crt_t crt) {
                         set_extension(crt, "2.5.29.31", value);
                       }}).crl_urls);
  };
  BOOST_TEST(urls(full_name) == "http://a.example/");
  BOOST_TEST(urls(full_name + reasons) == "");
  BOOST_TEST(urls(relative) == "");
  BOOST_TEST(urls(reasons) == "");
}

BOOST_AUTO_TEST_SUITE_END()
