// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/sendmail_query.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace forcetls {

namespace {

using Kind = SendmailRuling::Kind;

const std::string kDigest =
    "3E:0B:5C:F1:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:"
    "BB";

/// All that was read, in one line.
std::string read(std::string_view key) {
  const auto query = parse_sendmail_query(key);
  if (!query) return "-";
  const auto& [verify, tls, certificate, server] = query->connection;
  return query->domain + " " + verify + " " +
         (tls.is_present() ? tls->version_text + "," + tls->cipher : "no-tls") + " " +
         (certificate.sha256.is_present() ? format_digest(*certificate.sha256) : "no-digest") +
         " " + server + " " + certificate.cn_dns_name;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sendmail_query)

BOOST_AUTO_TEST_CASE(queries) {
  const std::string tls = "/OK/TLSv1.3/TLS_AES_256_GCM_SHA384/" + kDigest + "/";
  const std::string read_tls = " OK TLSv1.3,TLS_AES_256_GCM_SHA384 " + kDigest + " ";
  const std::pair<std::string, std::string> cases[] = {
      {"contoso.com" + tls + "mx.contoso.com/mail.contoso.com/",
       "contoso.com" + read_tls + "mx.contoso.com mail.contoso.com"},
      {"Contoso.COM." + tls + "MX.contoso.com/*.Contoso.com/",
       "contoso.com" + read_tls + "mx.contoso.com *.contoso.com"},
      {"contoso.com/NONE////mx.contoso.com//", "contoso.com NONE no-tls no-digest mx.contoso.com "},
      {"/NONE////[127.0.0.1]//", " NONE no-tls no-digest  "},
      {"[192.0.2.1]/NONE//////", " NONE no-tls no-digest  "},
      // Names that are none, and one that was cut off.
      {"contoso.com" + tls + "mx/mail+20contoso/", "contoso.com" + read_tls + "mx "},
      {"contoso.com" + tls + "mx/a/b/", "contoso.com" + read_tls + "mx "},
      {"contoso.com" + tls + "mx/BadCertificateUnknown/", "contoso.com" + read_tls + "mx "},
      {"contoso.com" + tls + "mx/mail.contoso.com", "contoso.com" + read_tls + "mx "},
      {"contoso.com" + tls + "mx/", "contoso.com" + read_tls + "mx "},
      {"contoso.com" + tls + "mx", "-"},
      {"contoso.com", "-"},
      {"", "-"},
  };
  for (const auto& [key, expected] : cases) BOOST_TEST(read(key) == expected, key);
}

BOOST_AUTO_TEST_CASE(md5_is_no_pin) {
  const auto query = parse_sendmail_query(
      "a.test/OK/TLSv1.3/X/00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF/mx//");
  BOOST_REQUIRE(query);
  BOOST_TEST(query->connection.certificate.sha256.is_unknown());
}

BOOST_AUTO_TEST_CASE(answers) {
  BOOST_TEST(format_sendmail_ruling({}) == "send");
  BOOST_TEST(format_sendmail_ruling({Kind::Wait, "no TLS [a]", {}}) == "wait \"no TLS [a]\"");
  BOOST_TEST(format_sendmail_ruling({Kind::Wait, "a \"b\\\" c\n\xff", {}}) ==
             "wait \"a ?b?? c??\"");
  BOOST_TEST(format_sendmail_ruling({Kind::SendIfNamed, "why", {"a.test", "*.b.test"}}) ==
             "named \"why\" :a.test:*.b.test:");
  BOOST_TEST(format_sendmail_ruling({Kind::SendIfNamed, "why", {}}) == "named \"why\" :");
}

BOOST_AUTO_TEST_CASE(answers_fit) {
  SendmailRuling ruling{Kind::SendIfNamed, std::string(1000, 'x'), {}};
  BOOST_TEST(format_sendmail_ruling(ruling).size() < 220u);
  std::string text;
  while (text.size() < kMaxSendmailAnswer - 10) {
    ruling.names.push_back("a.b.c.d");
    text = format_sendmail_ruling(ruling);
    BOOST_REQUIRE(text.starts_with("named "));
  }
  ruling.names.insert(ruling.names.end(), 2, "a.b.c.d");
  BOOST_TEST(format_sendmail_ruling(ruling) == "wait \"there are too many names for Sendmail\"");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
