// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// The part of x509/certificate.h that deals with files.

#include <boost/test/unit_test.hpp>

#include "given_certificate.h"
#include "temporary_folder.h"
#include "x509/file_bytes.h"

using namespace forcetls;
using namespace forcetls::given;
using pki::Made;
using pki::make;

namespace {

template <typename T>
std::string problem_in(const std::variant<T, std::string>& result) {
  return std::holds_alternative<T>(result) ? "" : std::get<std::string>(result);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(certificate_file)

BOOST_AUTO_TEST_CASE(several_in_one_file) {
  const Made first = make({.cns = {"a"}}), second = make({.cns = {"b"}});
  const std::string text = "Subject: a\r\n" + first.pem() + "\nbetween\n" +
                           "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n" +
                           second.pem() + "after";
  const auto chain = std::get<CertificateChain>(parse_certificates(text));
  BOOST_TEST(chain.size() == 2U);
  BOOST_TEST(chain[0]->der == first.der);
  BOOST_TEST(chain[1]->der == second.der);

  std::string windows;
  for (const char c : text) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  BOOST_TEST(std::get<CertificateChain>(parse_certificates(windows)).size() == 2U);
  BOOST_TEST(join(std::get<0>(split_certificates(first.der))) == first.der);
  const std::string old_label = "-----BEGIN X509 CERTIFICATE-----" + first.pem().substr(27);
  const auto end = old_label.find("-----END ");
  BOOST_TEST(join(std::get<0>(split_certificates(old_label.substr(0, end) +
                                                 "-----END X509 CERTIFICATE-----"))) == first.der);
}

BOOST_AUTO_TEST_CASE(files_that_are_refused) {
  const Made made = make({.cns = {"a"}});
  const std::string pem = made.pem();
  const std::string none = "it holds no certificate, neither PEM nor DER";
  const std::string key = "it holds a private key, which belongs in no file of certificates";
  const std::string rsa_key = "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----\n";
  struct Case {
    std::string text;
    std::string problem;
  };
  const Case cases[] = {
      {"", none},
      {"hello", none},
      {made.der.substr(1), none},
      {made.der + "\n", none},
      {"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", none},
      {"-----BEGIN ", none},
      {pem + made.key_pem(), key},
      {made.key_pem() + pem, key},
      {pem + rsa_key, key},
      {pem + "-----BEGIN ENCRYPTED PRIVATE KEY-----", key},
      {pem.substr(0, 200), "certificate 1 is damaged or cut off"},
      {pem.substr(0, 200) + pem, "certificate 1 is damaged or cut off"},
      {pem + "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
       "certificate 2 is damaged or cut off"},
      {pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
       "certificate 2: not a certificate (ASN1 parser: Error in TAG.)"},
      {std::string(1024 * 1024 + 1, ' '), "it is longer than 1 MiB"},
      {pem + std::string(1024 * 1024 - pem.size(), ' '), ""},
  };
  for (const auto& one : cases) BOOST_TEST(problem_in(parse_certificates(one.text)) == one.problem);
}

BOOST_AUTO_TEST_CASE(files) {
  const Made made = make({.cns = {"a"}});
  const TemporaryFolder folder;
  const std::string pem = folder.write("a.pem", made.pem());
  BOOST_TEST(std::get<CertificateChain>(load_certificates(pem)).front()->der == made.der);
  BOOST_TEST(problem_in(load_certificates("/nonexistent")) == "No such file or directory");
  BOOST_TEST(problem_in(load_certificates("/")) == "Is a directory");
  BOOST_TEST(problem_in(load_certificates("/dev/zero")) == "it is longer than 1 MiB");
  BOOST_TEST(problem_in(load_certificates("/dev/null")) ==
             "it holds no certificate, neither PEM nor DER");
  BOOST_TEST(std::get<std::string>(load_bytes(pem, 4)) == "-----");
}

BOOST_AUTO_TEST_SUITE_END()
