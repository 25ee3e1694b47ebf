// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/trace_json.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "config/folder.h"
#include "trace_test_input.h"
#include "x509/pki.h"

namespace forcetls {

namespace {

std::string json(std::string_view config, const MailOptions& options) {
  return format_trace_json(explain_given(config, options).explanation);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_json)

BOOST_AUTO_TEST_CASE(a_refusal_whole) {
  MailOptions options;
  options.client = "192.0.2.1";
  options.from = "<a@contoso.com>";
  options.mta = "postfix";
  options.tls = "1.1";
  options.bits = 128;
  options.verified = true;
  const std::string expected = R"({
    "time": "2026-12-01T08:00:00Z", "mta": "postfix", "stage": "mail",
    "client": {"address": "192.0.2.1", "name": null},
    "helo": null, "sender": "<a@contoso.com>", "sender_domains": ["contoso.com"],
    "from": [], "recipients": [], "auth": null,
    "tls": {"version": "TLSv1.1", "cipher": null, "bits": 128},
    "certificate": {"state": "verified", "subject_cn": "", "issuer_cn": "", "organization": null,
                    "organizational_unit": null, "issuer_organization": null, "names": null,
                    "root": null, "key_bits": null, "sha256": null, "key_sha256": null,
                    "revoked": null, "source": null, "problem": null},
    "unknown": [], "notes": [], "exempt": null,
    "judgements": [{
      "connector": "contoso", "mode": "enforce", "action": "reject", "outcome": "failed",
      "violations": ["tls-version"], "missing": ["require-certificate"], "recipients": [],
      "certificate_rule": "key", "address": "contoso.com", "place": "envelope",
      "passed_over": [{"connector": "base", "reason": "its match-sender is less specific"}],
      "findings": [
        {"requirement": "require-tls", "rule": null, "key": null, "outcome": "failed",
         "violation": "tls-version", "wanted": "TLS 1.2 or newer", "seen": "TLSv1.1"},
        {"requirement": "require-certificate", "rule": "key", "key": null, "outcome": "passed",
         "violation": null, "wanted": "a verified certificate", "seen": "a verified certificate"},
        {"requirement": "require-certificate", "rule": "key", "key": "min-key-bits",
         "outcome": "missing", "violation": "evidence-missing", "wanted": "2048 bits",
         "seen": "unknown"}]}],
    "action": "reject",
    "reply":
      "550 5.7.4 TLSv1.1 seen, TLS 1.2 or newer required for mail from contoso.com [contoso]",
    "x_tls": null, "refused": [], "lacks_recipient": false})";
  const auto text = json(
      "[inbound contoso]\nmatch-sender = contoso.com\nrequire-certificate = key\n"
      "[certificate key]\nmin-key-bits = 2048\n[inbound base]\nmatch-sender = *\n",
      options);
  BOOST_TEST(text == nlohmann::ordered_json::parse(expected).dump(2) + "\n");
}

BOOST_AUTO_TEST_CASE(shadow_exempt_and_refused_recipients) {
  MailOptions options;
  options.from = "<>";
  options.helo = "a\xff";
  options.to = {"<b@hold.example>", "<c@x.example>"};
  auto parsed = nlohmann::json::parse(
      json("[inbound hold]\nmatch-recipient = hold.example\non-violation = tag\n"
           "[inbound watch]\nmatch-client = 192.0.2.0/24\nmode = monitor\n",
           options));
  BOOST_TEST(parsed["helo"] == "a\xef\xbf\xbd");
  BOOST_TEST(parsed["action"] == "tag");
  BOOST_TEST(parsed["reply"].is_null());
  BOOST_TEST(parsed["x_tls"] == "fail");
  BOOST_TEST(parsed["refused"].dump() ==
             R"([{"recipient":"<c@x.example>",)"
             R"("reply":"451 4.5.3 Send separately to this recipient"}])");
  BOOST_TEST(parsed["judgements"][0]["mode"] == "monitor");
  BOOST_TEST(parsed["judgements"][0]["address"] == "<>");
  BOOST_TEST(parsed["judgements"][0]["recipients"].dump() == R"(["<b@hold.example>"])");

  options.client = "192.0.2.1";
  options.mta = "sendmail";
  options.tls = "1.2";
  options.cert_subject = "x";
  parsed = nlohmann::json::parse(json(
      "[milter]\nexempt-clients = 192.0.2.1\n[inbound a]\nmatch-sender = *\n", options));
  BOOST_TEST(parsed["exempt"] == "client");
  BOOST_TEST(parsed["mta"] == "sendmail");
  BOOST_TEST(parsed["certificate"]["state"] == "untrusted");
  BOOST_TEST(parsed["judgements"].empty());
}

BOOST_AUTO_TEST_CASE(a_known_certificate) {
  const Folder folder;
  const auto leaf = pki::make({.cns = {"a"}, .dns_names = {"mail.contoso.com"}});
  folder.write("contoso.pem", leaf.pem());
  MailOptions options;
  options.from = "<a@contoso.com>";
  options.tls = "1.3";
  options.cert_sha256 = format_digest(leaf.certificate()->sha256);
  const auto certificate = nlohmann::ordered_json::parse(
      json("[certificate c]\nfile = " + (folder / "contoso.pem") + "\n", options))["certificate"];
  BOOST_TEST(folder.hide(certificate.dump()) ==
             R"({"state":"untrusted","subject_cn":"a","issuer_cn":"a","organization":null,)"
             R"("organizational_unit":null,"issuer_organization":null,)"
             R"("names":["mail.contoso.com"],"root":null,"key_bits":3072,"sha256":")" +
                 format_digest(leaf.certificate()->sha256) + R"(","key_sha256":")" +
                 format_digest(leaf.certificate()->key_sha256) +
                 R"(","revoked":null,"source":"~/contoso.pem","problem":null})");
}

BOOST_AUTO_TEST_CASE(unknown_facts_are_named) {
  MailOptions options;
  options.from = "<a@b.example>";
  options.tls = "1.2";
  options.unknown = {"certificate"};
  const auto parsed =
      nlohmann::json::parse(json("[inbound a]\nmatch-sender = c.example\n", options));
  BOOST_TEST(parsed["certificate"]["state"] == "unknown");
  BOOST_TEST(parsed["unknown"].dump() == R"(["certificate"])");
  BOOST_TEST(parsed["mta"].is_null());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
