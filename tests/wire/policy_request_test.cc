// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/policy_request.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <vector>

#include "wire/ip_text.h"

using namespace forcetls;

namespace {

const std::string kFingerprint =
    "3E:0B:27:84:11:2C:8F:90:00:A1:B2:C3:D4:E5:F6:07:"
    "18:29:3A:4B:5C:6D:7E:8F:90:A1:B2:C3:D4:E5:F6:FF";

/// As Postfix 3.7 sends it.
const std::string kRequest =
    "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\n"
    "client_address=192.0.2.1\nclient_name=mail.partner.example\nclient_port=40001\n"
    "reverse_client_name=mail.partner.example\nserver_address=198.51.100.2\nserver_port=25\n"
    "helo_name=mail.partner.example\nsender=a=b@partner.example\nrecipient=c@example.org\n"
    "recipient_count=0\nqueue_id=\ninstance=5a1.655dd4b2.9a1c0.0\nsize=0\netrn_domain=\nstress=\n"
    "sasl_method=\nsasl_username=\nsasl_sender=\nccert_subject=M+C3+BCller+20a+2Bb=c\n"
    "ccert_issuer=Test+20Issuing+20CA+20A1\nccert_fingerprint=" +
    kFingerprint + "\nccert_pubkey_fingerprint=9A:41\nencryption_protocol=TLSv1.3\n"
    "encryption_cipher=TLS_AES_256_GCM_SHA384\nencryption_keysize=256\npolicy_context=\n"
    "compatibility_level=3.6\nmail_version=3.7.11\n\n";

std::string show(const PolicyRequest& request) {
  const auto& seen = request.evidence;
  std::string text = request.request + " " + request.protocol_state + " ";
  if (request.key) {
    text += format_ip_address(request.key->client) + " " +
            std::to_string(request.key->client_port) + " " +
            format_ip_address(request.key->server) + " " +
            std::to_string(request.key->server_port);
  }
  for (const auto& part : {seen.tls_version, seen.cipher, seen.bits, seen.fingerprint,
                           seen.key_fingerprint, seen.subject_cn, seen.issuer_cn})
    text += "|" + part;
  return text;
}

const std::string kSeen =
    "smtpd_access_policy RCPT 192.0.2.1 40001 198.51.100.2 25|TLSv1.3|TLS_AES_256_GCM_SHA384|256|" +
    kFingerprint + "|9A:41|M\xC3\xBCller a+b=c|Test Issuing CA A1";

using Texts = std::vector<std::string>;

/// All requests in `bytes`, fed in parts of `size`; then `failed`, if it did.
Texts read(std::string_view bytes, std::size_t size = std::string::npos) {
  PolicyRequestParser parser;
  Texts seen;
  while (!bytes.empty()) {
    auto part = bytes.substr(0, size);
    bytes.remove_prefix(part.size());
    while (const auto request = parser.feed(part)) seen.push_back(show(*request));
    if (!parser.failed()) BOOST_TEST(part.empty());
  }
  if (parser.failed()) seen.push_back("failed");
  return seen;
}

void require(const std::string& bytes, const Texts& seen) {
  for (const std::size_t size : {std::string::npos, std::size_t{1}, std::size_t{7}}) {
    BOOST_TEST_CONTEXT("parts of " << size) {
      BOOST_TEST(read(bytes, size) == seen, boost::test_tools::per_element());
    }
  }
}

std::string attribute(std::string_view name, std::size_t size) {
  return std::string(name) + "=" + std::string(size, 'x') + "\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_request)

BOOST_AUTO_TEST_CASE(answer_is_dunno) { BOOST_TEST(policy_answer() == "action=DUNNO\n\n"); }

BOOST_AUTO_TEST_CASE(a_request_of_postfix) {
  require(kRequest, {kSeen});
  require(kRequest + kRequest, {kSeen, kSeen});
  require(kRequest.substr(0, kRequest.size() - 1), {});
}

BOOST_AUTO_TEST_CASE(rest_stays_with_the_caller) {
  PolicyRequestParser parser;
  const std::string two = kRequest + "request=x\n";
  std::string_view bytes = two;
  BOOST_TEST(parser.feed(bytes).has_value());
  BOOST_TEST(bytes == "request=x\n");
  BOOST_TEST(!parser.is_within_request());
  BOOST_TEST(!parser.feed(bytes).has_value());
  BOOST_TEST(bytes.empty());
  BOOST_TEST(parser.is_within_request());
}

BOOST_AUTO_TEST_CASE(requests_know_nothing_of_each_other) {
  require(kRequest + "request=other\n\n", {kSeen, "other  |||||||"});
}

BOOST_AUTO_TEST_CASE(odd_requests) {
  const std::pair<std::string, std::string> kRows[] = {
      {"\n", "  |||||||"},
      {"request=\n\n", "  |||||||"},
      {"=\n\n", "  |||||||"},
      {"Request=x\nrequest =x\n request=x\n\n", "  |||||||"},
      {"request=a\nrequest=b\n\n", "a  |||||||"},
      {"request=\nrequest=b\n\n", "  |||||||"},
      {"request=a\r\n\n", "a\r  |||||||"},
      {"ccert_subject=a+b\nccert_issuer=a b\n\n", "  ||||||a+b|a b"},
      {"ccert_subject=+00\n\n", std::string("  ||||||\0|", 10)},
      {"protocol_state=RCPT\nclient_address=::1\nclient_port=1\nserver_address=::ffff:192.0.2.1\n"
       "server_port=25\n\n",
       " RCPT ::1 1 192.0.2.1 25|||||||"},
      {"client_address=::1\nclient_port=unknown\nserver_address=::1\nserver_port=25\n\n",
       "  |||||||"},
  };
  for (const auto& [bytes, seen] : kRows) BOOST_TEST_CONTEXT(bytes) require(bytes, {seen});
}

BOOST_AUTO_TEST_CASE(failures_are_final) {
  const std::string kRows[] = {
      "GET / HTTP/1.0\r\n", "request\n", "\r\n", std::string("a=\0\n", 4), std::string(1, '\0'),
      "request=a\nx\n",
  };
  for (const auto& bytes : kRows) BOOST_TEST_CONTEXT(bytes) {
    require(bytes, {"failed"});
    require(kRequest + bytes, {kSeen, "failed"});
    require(bytes + "\n\n" + kRequest, {"failed"});
  }
}

BOOST_AUTO_TEST_CASE(limits) {
  using Parser = PolicyRequestParser;
  const auto no_request = "  |||||||";
  require(attribute("sender", Parser::kMaxLine - 7) + "\n", {no_request});
  require(attribute("sender", Parser::kMaxLine - 6) + "\n", {"failed"});
  require(std::string(Parser::kMaxLine + 1, 'x'), {"failed"});
  require(std::string(Parser::kMaxLine, 'x'), {});

  const std::string value(Parser::kMaxValue, 'x');
  require("request=" + value + "\n\n", {value + "  |||||||"});
  require("request=" + value + "x\n\n", {"failed"});

  std::string most;
  while (most.size() < Parser::kMaxRequest - 1)
    most += attribute("a", std::min<std::size_t>(1021, Parser::kMaxRequest - 4 - most.size()));
  BOOST_TEST(most.size() == Parser::kMaxRequest - 1);
  require(most + "\n", {no_request});
  require(most + "\n" + most + "\n", {no_request, no_request});
  require(most + "=\n\n", {"failed"});
}

BOOST_AUTO_TEST_SUITE_END()
