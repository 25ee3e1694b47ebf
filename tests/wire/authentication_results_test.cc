// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/authentication_results.h"

#include <string>

#include <boost/test/unit_test.hpp>

using namespace forcetls;

namespace {

constexpr std::string_view kId = "mx.example.org";

}  // namespace

BOOST_AUTO_TEST_SUITE(authentication_results)

BOOST_AUTO_TEST_CASE(valid_ids) {
  for (const std::string_view id :
       {"mx.example.org", "mx", "MX-1_a.example.org", "xn--mx-fka.example"}) {
    BOOST_TEST_CONTEXT(id) BOOST_TEST(is_valid_authserv_id(id));
  }
  BOOST_TEST(is_valid_authserv_id(std::string(255, 'a')));
  BOOST_TEST(!is_valid_authserv_id(std::string(256, 'a')));
  for (const std::string_view id :
       {"", "mx example", "mx;", "mx/1", "a@b", "\"mx\"", "(mx)", "m\xC3\xBCx", "mx\n", "mx=1",
        "[192.0.2.1]", "mx\\", "mx,", "\x7f"}) {
    BOOST_TEST_CONTEXT(id) BOOST_TEST(!is_valid_authserv_id(id));
  }
}

BOOST_AUTO_TEST_CASE(formats) {
  BOOST_TEST(format_authentication_results(kId, "pass") == "mx.example.org; x-tls=pass");
  BOOST_TEST(format_authentication_results(kId, "fail (monitor)") ==
             "mx.example.org; x-tls=fail (monitor)");
}

BOOST_AUTO_TEST_CASE(recognises_its_own) {
  for (const std::string_view result : {"pass", "fail", "none", "fail (monitor)"}) {
    BOOST_TEST(is_own_tls_result(format_authentication_results(kId, result), kId));
  }
}

BOOST_AUTO_TEST_CASE(finds_forgeries) {
  for (const std::string_view value : {
           "mx.example.org;x-tls=pass",
           " mx.example.org ;  x-tls = pass ",
           "MX.Example.ORG; X-TLS=PASS",
           "mx.example.org 1; x-tls=pass",
           "mx.example.org 1 (version) ; x-tls=pass",
           "mx.example.org 99; x-tls=pass",
           "mx.example.org; x-tls/1=pass",
           "mx.example.org; x-tls (c) / (c) 1 (c) = (c) pass (c)",
           "mx.example.org;\r\n\tx-tls=pass",
           "mx.example.org;\n\tx-tls=pass",
           "\r\n mx.example.org\r\n ;\r\n x-tls\r\n =\r\n pass",
           "(c) mx.example.org (d(e)\\)) ; (f) x-tls (g;) = pass",
           "\"mx.example.org\"; x-tls=pass",
           "\"MX\\.example.org\"; x-tls=pass",
           "\" mx.example.org \"; x-tls=pass",
           "(c)\"mx.example.org\"(c);x-tls=pass",
           "mx.example.org; spf=pass smtp.mailfrom=example.net; x-tls=pass",
           "mx.example.org; x-tls=fail; x-tls=pass",
           "mx.example.org; x-tls=pass; dkim=pass header.d=example.net",
           "mx.example.org; dkim=pass (ok) reason=\"good; it\" header.i=@a.example; x-tls=pass",
           "mx.example.org; x-tls=pass reason=\"TLS 1.3\" policy.version=1.3",
           "mx.example.org; spf=pass smtp . mailfrom = <a@b.example> ; x-tls=none",
       }) {
    BOOST_TEST_CONTEXT(value) BOOST_TEST(is_own_tls_result(value, kId));
  }
}

BOOST_AUTO_TEST_CASE(counts_a_malformed_one_that_claims_the_id) {
  for (const std::string_view value : {
           "mx.example.org x-tls=pass",
           "mx.example.org: x-tls=pass",
           "mx.example.org/1; x-tls=pass",
           "mx.example.org@evil; x-tls=pass",
           "mx.example.org, x-tls=pass",
           "mx.example.org\x01; x-tls=pass",
           "\x0b" "mx.example.org; x-tls=pass",
           "\"\x0bmx.example.org\"; x-tls=pass",
           "mx.example.org; x-tls",
           "mx.example.org; x-tls pass",
           "mx.example.org; x-tls/=pass",
           "mx.example.org; x-tls/a=pass",
           "mx.example.org; x-tls=",
           "mx.example.org; x-tls=\"pass\"",
           "mx.example.org; ; x-tls=pass",
           "mx.example.org; none; x-tls=pass",
           "mx.example.org; none x-tls=pass",
           "mx.example.org; dkim=pass x-tls=pass",
           "mx.example.org; dkim=pass, x-tls=pass",
           "mx.example.org; dkim=pass header.d x-tls=pass",
           "mx.example.org; dkim=pass header. =a; x-tls=pass",
           "mx.example.org; dkim=pass header.d=; x-tls=pass",
           "mx.example.org; dkim=pass reason x-tls=pass",
           "mx.example.org; dkim=pass reason=; x-tls=pass",
           "mx.example.org; dkim=pass reason=\"; x-tls=pass",
           "mx.example.org; dkim=pass (; x-tls=pass",
           "mx.example.org; (dkim=pass; x-tls=pass",
           "mx.example.org (; x-tls=pass",
           "mx.example.org 1 (; x-tls=pass",
           "mx.example.org; dkim (; x-tls=pass",
           "mx.example.org; dkim/(; x-tls=pass",
           "mx.example.org; dkim/1(; x-tls=pass",
           "mx.example.org; dkim=pass header(; x-tls=pass",
           "mx.example.org; dkim=pass header.(; x-tls=pass",
           "mx.example.org; dkim=pass) ; x-tls=pass",
           "\"mx.example.org; x-tls=pass",
           "\"mx.example.org; x-tls\\",
       }) {
    BOOST_TEST_CONTEXT(value) BOOST_TEST(is_own_tls_result(value, kId));
  }
}

BOOST_AUTO_TEST_CASE(leaves_everything_else) {
  for (const std::string_view value : {
           "",
           ";",
           "x-tls=pass",
           "; x-tls=pass",
           "(mx.example.org; x-tls=pass",
           "(mx.example.org;) other.example; x-tls=pass",
           "other.example; x-tls=pass",
           "other.example; x-tls=pass; policy.by=mx.example.org",
           "mx.example.org.evil.example; x-tls=pass",
           "a.mx.example.org; x-tls=pass",
           "mx.example.or; x-tls=pass",
           "mx.example.org\xC3\xA9; x-tls=pass",
           "\"mx.example.org evil\"; x-tls=pass",
           "\"mx.example.org;x-tls=pass\"",
           "\"\"; x-tls=pass",
           "mx.example.org; none",
           "mx.example.org 1; none",
           "mx.example.org; none (x-tls)",
           "mx.example.org; spf=pass smtp.mailfrom=example.net",
           "mx.example.org; x-tls-other=pass",
           "mx.example.org; ax-tls=pass",
           "mx.example.org; dkim=pass (x-tls=pass) header.d=example.net",
           "mx.example.org; dkim=pass (; x-tls=pass)",
           "mx.example.org; dkim=pass reason=\"; x-tls=pass\"",
           "mx.example.org; dkim=pass header.d=x-tls.example",
           "mx.example.org; dkim=x-tls",
           "mx.example.org; dkim=pass x-tls.d=pass; spf=none",
       }) {
    BOOST_TEST_CONTEXT(value) BOOST_TEST(!is_own_tls_result(value, kId));
  }
}

BOOST_AUTO_TEST_CASE(deep_comments_take_no_stack) {
  const std::string deep(1000000, '(');
  BOOST_TEST(is_own_tls_result("mx.example.org" + deep + "; x-tls=pass", kId));
  BOOST_TEST(!is_own_tls_result(deep + "mx.example.org; x-tls=pass", kId));
  const std::string closed = deep + std::string(deep.size(), ')');
  BOOST_TEST(is_own_tls_result(closed + "mx.example.org; x-tls=pass", kId));
}

BOOST_AUTO_TEST_SUITE_END()
