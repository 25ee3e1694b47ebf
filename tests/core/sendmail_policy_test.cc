// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/sendmail_policy.h"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>

#include "core/given.h"

namespace forcetls {

namespace {

using namespace given;
using TlsDemand = Terms::TlsDemand;

Digest digest(std::uint8_t byte) {
  Digest value{};
  value.fill(byte);
  return value;
}

/// TLS 1.3 and a trusted certificate with this CN.
SendmailConnection good(std::string cn = "mail.contoso.com") {
  SendmailConnection connection{"OK", tls13(), {}, "mx1.contoso.com"};
  connection.certificate.state = Certificate::State::Verified;
  connection.certificate.cn_dns_name = std::move(cn);
  connection.certificate.sha256 = digest(1);
  return connection;
}

/// Those of default terms, but for what `fill` does: certificate `no`.
OutboundTerms terms(const std::function<void(OutboundTerms&)>& fill = [](OutboundTerms&) {}) {
  OutboundTerms result;
  fill(result);
  return result;
}

OutboundTerms verified(std::initializer_list<std::string_view> names = {}) {
  return terms([&](OutboundTerms& t) {
    t.certificate = OutboundTerms::Certificate::Verified;
    t.names = patterns(names);
  });
}

CertificateRule rule(const std::function<void(CertificateRule&)>& fill) {
  CertificateRule result;
  fill(result);
  return result;
}

OutboundTerms ruled(std::vector<CertificateRule> rules) {
  return terms([&](OutboundTerms& t) {
    t.certificate = OutboundTerms::Certificate::Rules;
    for (auto& one : rules) t.rules.push_back({std::move(one), {}});
  });
}

/// `send`, `wait REASON`, or `named REASON | NAMES`.
std::string judge(const OutboundTerms& terms, const SendmailConnection& connection,
                  std::string_view domain = "contoso.com", Time time = at(100)) {
  const auto ruling = judge_for_sendmail(terms, domain, connection, time);
  if (ruling.kind == SendmailRuling::Kind::Send) return "send";
  if (ruling.kind == SendmailRuling::Kind::Wait) return "wait " + ruling.reason;
  std::string text = "named " + ruling.reason + " |";
  for (const auto& name : ruling.names) text += " " + name;
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sendmail_policy)

BOOST_AUTO_TEST_CASE(nothing_goes_in_the_clear) {
  const std::pair<const char*, const char*> cases[] = {
      {"NONE", "wait the server has no STARTTLS"},
      {"CLEAR", "wait STARTTLS is not used with this server"},
      {"TEMP", "wait the server answers STARTTLS with an error"},
      {"PROTOCOL", "wait the server answers STARTTLS with an error"},
      {"SOFTWARE", "wait the TLS handshake failed"},
      {"CONFIG", "wait tls_clt_features are wrong"},
      {"DANE_FAIL", "wait DANE failed"},
      {"FAILURE", "wait the connection is not encrypted"},
      {"", "wait the connection is not encrypted"},
      {"ok", "wait the connection is not encrypted"},
      {"OK", "send"},
      {"FAIL", "send"},
      {"NO", "send"},
      {"NOT", "send"},
      {"TRUSTED", "send"},
  };
  for (const auto& [verify, expected] : cases) {
    auto connection = good();
    connection.verify = verify;
    BOOST_TEST(judge(terms(), connection) == expected, verify);
  }
  auto connection = good();
  connection.tls = Absent{};
  BOOST_TEST(judge(terms(), connection) == "wait nothing is known of the TLS session");
}

BOOST_AUTO_TEST_CASE(versions) {
  struct Case {
    TlsDemand demand;
    const char* version;
    std::optional<TlsVersion> known;
    const char* expected;
  };
  const Case cases[] = {
      {TlsDemand::Tls12, "TLSv1.2", TlsVersion::Tls12, "send"},
      {TlsDemand::Tls12, "TLSv1.3", TlsVersion::Tls13, "send"},
      {TlsDemand::Tls12, "TLSv1.1", TlsVersion::Tls11, "wait TLSv1.1 is too old"},
      {TlsDemand::Tls13, "TLSv1.2", TlsVersion::Tls12, "wait TLSv1.2 is too old"},
      {TlsDemand::Tls11, "TLSv1.1", TlsVersion::Tls11, "send"},
      {TlsDemand::Tls11, "TLSv1", TlsVersion::Tls10, "wait TLSv1 is too old"},
      {TlsDemand::Tls10, "TLSv1", TlsVersion::Tls10, "send"},
      {TlsDemand::Tls10, "SSLv3", TlsVersion::Ssl, "wait SSLv3 is too old"},
      {TlsDemand::Tls10, "TLSv9", std::nullopt, "wait TLSv9 is no known version of TLS"},
      {TlsDemand::Any, "SSLv3", TlsVersion::Ssl, "send"},
      {TlsDemand::Any, "TLSv9", std::nullopt, "send"},
  };
  for (const auto& one : cases) {
    auto connection = good();
    connection.tls = Tls{one.version, one.known, "AES128-SHA", 128};
    const auto demanded = terms([&](OutboundTerms& t) { t.require_tls = one.demand; });
    BOOST_TEST(judge(demanded, connection) == one.expected, one.version);
  }
}

BOOST_AUTO_TEST_CASE(ciphers) {
  auto connection = good();
  connection.tls = Tls{"TLSv1.2", TlsVersion::Tls12, "AES128-SHA", 128};
  const auto demanded = terms([](OutboundTerms& t) { t.excluded = {"AES256-SHA", "AES128-SHA"}; });
  BOOST_TEST(judge(demanded, connection) == "wait cipher AES128-SHA is denied");
  connection.tls = Tls{"TLSv1.2", TlsVersion::Tls12, "AES128-SHA256", 128};
  BOOST_TEST(judge(demanded, connection) == "send");
  connection.tls = Tls{"TLSv1.2", TlsVersion::Tls12, "NULL-SHA256", {}};
  BOOST_TEST(judge(terms(), connection) == "wait cipher NULL-SHA256 protects nothing");
}

BOOST_AUTO_TEST_CASE(trust) {
  struct Case {
    const char* verify;
    Certificate::State state;
    const char* expected;
  };
  const Case cases[] = {
      {"OK", Certificate::State::Verified, "send"},
      {"FAIL", Certificate::State::Untrusted, "wait the certificate is not trusted"},
      {"NO", Certificate::State::Absent, "wait the server has no certificate"},
      {"TRUSTED", Certificate::State::Unknown, "wait the certificate is not trusted"},
  };
  for (const auto& one : cases) {
    auto connection = good();
    connection.verify = one.verify;
    connection.certificate.state = one.state;
    BOOST_TEST(judge(verified({"mail.contoso.com"}), connection) == one.expected, one.verify);
    BOOST_TEST(judge(verified(), connection) == one.expected, one.verify);
  }
}

BOOST_AUTO_TEST_CASE(names) {
  const std::string other = "named the certificate has another name than ";
  struct Case {
    std::initializer_list<std::string_view> wanted;
    const char* cn;
    std::string expected;
  };
  const Case cases[] = {
      {{"mail.contoso.com"}, "mail.contoso.com", "send"},
      {{"mail.contoso.com"}, "*.contoso.com", "send"},
      {{"mail.contoso.com"},
       "x.mail.contoso.com",
       other + "mail.contoso.com | mail.contoso.com *.contoso.com"},
      {{"mail.contoso.com"}, "", other + "mail.contoso.com | mail.contoso.com *.contoso.com"},
      {{"a.test", "b.test"}, "b.test", "send"},
      {{"a.test", "b.test"}, "c.test", other + "a.test, b.test | a.test *.test b.test"},
      {{"*.contoso.com"}, "x.y.contoso.com", "send"},
      {{"*.contoso.com"}, "contoso.com", "send"},
      {{"*.contoso.com"},
       "evilcontoso.com",
       other + "*.contoso.com | contoso.com *.contoso.com mx1.contoso.com *.mx1.contoso.com"},
      {{"*.mail.contoso.com"},
       "mx1.contoso.com",
       other + "*.mail.contoso.com | mail.contoso.com *.mail.contoso.com"},
      // The domain's own.
      {{}, "contoso.com", "send"},
      {{}, "mx1.contoso.com", "send"},
      {{},
       "mx.hosting.test",
       other + "*.contoso.com | contoso.com *.contoso.com mx1.contoso.com *.mx1.contoso.com"},
  };
  for (const auto& one : cases)
    BOOST_TEST(judge(verified(one.wanted), good(one.cn)) == one.expected, one.cn);

  // A server elsewhere, as DNS may say, proves nothing by its own name.
  auto elsewhere = good("mx.evil.test");
  elsewhere.server = "mx.evil.test";
  BOOST_TEST(judge(verified(), elsewhere) == other + "*.contoso.com | contoso.com *.contoso.com");
  BOOST_TEST(judge(verified(), good(), "") == other + "*. |");
}

BOOST_AUTO_TEST_CASE(dane) {
  const auto demanded =
      terms([](OutboundTerms& t) { t.certificate = OutboundTerms::Certificate::Dane; });
  auto connection = good();
  BOOST_TEST(judge(demanded, connection) == "wait the server is not verified by DANE");
  connection.verify = "TRUSTED";
  BOOST_TEST(judge(demanded, connection) == "send");
}

BOOST_AUTO_TEST_CASE(rules) {
  const auto named = [](const char* name) {
    return rule([&](CertificateRule& r) { r.names = patterns({name}); });
  };
  const auto rooted = rule([](CertificateRule& r) { r.roots = {"Root A"}; });
  auto later = named("later.test");
  later.valid_from = at(200);

  BOOST_TEST(judge(ruled({named("mail.contoso.com")}), good()) == "send");
  BOOST_TEST(judge(ruled({named("a.test"), named("b.test")}), good("b.test")) == "send");
  BOOST_TEST(judge(ruled({rooted}), good()) == "wait Sendmail cannot tell 'root'");
  BOOST_TEST(judge(ruled({later}), good("later.test")) ==
             "wait none of the [certificate] sections counts at this time");
  BOOST_TEST(judge(ruled({later}), good("later.test"), "contoso.com", at(200)) == "send");
  BOOST_TEST(judge(ruled({later, named("a.test")}), good("later.test")) ==
             "named the certificate has another name than a.test | a.test *.test");
  // Neither a name nor a root: the domain's own name.
  BOOST_TEST(judge(ruled({rule([](CertificateRule&) {})}), good("x.contoso.com")) == "send");
}

BOOST_AUTO_TEST_CASE(pins) {
  const auto pinned = [](std::uint8_t byte) {
    return rule([&](CertificateRule& r) { r.sha256 = {digest(byte)}; });
  };
  const auto keyed = rule([](CertificateRule& r) { r.key_sha256 = {digest(1)}; });
  const std::string none = "wait the certificate is none of those pinned";

  BOOST_TEST(judge(ruled({pinned(1)}), good("")) == "send");
  BOOST_TEST(judge(ruled({pinned(2), pinned(1)}), good("")) == "send");
  BOOST_TEST(judge(ruled({pinned(2)}), good()) == none);
  BOOST_TEST(judge(ruled({keyed}), good()) == "wait Sendmail cannot tell 'key-sha256'");
  BOOST_TEST(judge(ruled({keyed, pinned(1)}), good()) == "send");
  BOOST_TEST(judge(ruled({keyed, pinned(2)}), good()) == none);

  auto connection = good();
  connection.verify = "FAIL";
  connection.certificate.state = Certificate::State::Untrusted;
  BOOST_TEST(judge(ruled({pinned(1)}), connection) == "send");
  connection.certificate.sha256 = Unknown{};
  BOOST_TEST(judge(ruled({pinned(1)}), connection) ==
             "wait CertFingerprintAlgorithm is not sha256: no pin can be checked");
  connection.verify = "NO";
  connection.certificate.state = Certificate::State::Absent;
  BOOST_TEST(judge(ruled({pinned(1)}), connection) == "wait the server has no certificate");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
