// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/evidence.h"

#include <boost/test/unit_test.hpp>

#include "macros_lookup.h"
#include "wire/certificate_macros.h"
#include "wire/ip_text.h"

using namespace forcetls;

namespace {

const std::string kFingerprint =
    "3E:0B:27:84:11:2C:8F:90:00:A1:B2:C3:D4:E5:F6:07:"
    "18:29:3A:4B:5C:6D:7E:8F:90:A1:B2:C3:D4:E5:F6:FF";
const std::string kKeyFingerprint =
    "9A:41:27:84:11:2C:8F:90:00:A1:B2:C3:D4:E5:F6:07:"
    "18:29:3A:4B:5C:6D:7E:8F:90:A1:B2:C3:D4:E5:F6:FF";
const std::string kMd5 = "3E:0B:27:84:11:2C:8F:90:00:A1:B2:C3:D4:E5:F6:07";

std::string show(const std::optional<EvidenceKey>& key) {
  if (!key) return "none";
  return format_ip_address(key->client) + " " + std::to_string(key->client_port) + " > " +
         format_ip_address(key->server) + " " + std::to_string(key->server_port);
}

Evidence trusted() {
  return {.tls_version = "TLSv1.3",
          .cipher = "TLS_AES_256_GCM_SHA384",
          .bits = "256",
          .fingerprint = kFingerprint,
          .key_fingerprint = kKeyFingerprint,
          .subject_cn = "mail.partner.example",
          .issuer_cn = "Test Issuing CA A1"};
}

Evidence with(std::string Evidence::*field, const std::string& value, Evidence evidence) {
  evidence.*field = value;
  return evidence;
}

/// What Postfix's macros show of a TLS session.
Session session_of(Macros macros) {
  macros.insert({{"v", "Postfix 3.7.11"},
                 {"{tls_version}", "TLSv1.3"},
                 {"{cipher}", "TLS_AES_256_GCM_SHA384"},
                 {"{cipher_bits}", "256"}});
  MailEvent event;
  event.macro = lookup_in(macros);
  return read_mail_facts(event);
}

Session trusted_session() {
  return session_of(
      {{"{cert_subject}", "mail.partner.example"}, {"{cert_issuer}", "Test Issuing CA A1"}});
}

Session plaintext_session() {
  return session_of({{"{tls_version}", ""}, {"{cipher}", ""}, {"{cipher_bits}", ""}});
}

std::string show(const DigestText& text) {
  const auto& digest = text.digest;
  const auto seen = digest.is_present()   ? format_digest_plain(*digest)
                    : digest.is_unknown() ? "?"
                                          : "-";
  return seen + " " + std::to_string(text.foreign_bits);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(evidence)

BOOST_AUTO_TEST_CASE(keys) {
  struct Row {
    const char *client, *client_port, *server, *server_port;
    std::string key;
  };
  const Row kRows[] = {
      {"192.0.2.1", "40001", "198.51.100.2", "25", "192.0.2.1 40001 > 198.51.100.2 25"},
      {"2001:db8::1", "1", "2001:db8:0:0::2", "65535", "2001:db8::1 1 > 2001:db8::2 65535"},
      {"IPv6:::1", "40001", "::1", "25", "::1 40001 > ::1 25"},
      {"IPv6:::ffff:192.0.2.1", "7", "::ffff:198.51.100.2", "25", "192.0.2.1 7 > 198.51.100.2 25"},
      {"192.0.2.1", "0", "198.51.100.2", "25", "none"},
      {"192.0.2.1", "unknown", "198.51.100.2", "25", "none"},
      {"192.0.2.1", "", "198.51.100.2", "25", "none"},
      {"192.0.2.1", "65536", "198.51.100.2", "25", "none"},
      {"192.0.2.1", "4294967321", "198.51.100.2", "25", "none"},
      {"192.0.2.1", "+25", "198.51.100.2", "25", "none"},
      {"192.0.2.1", " 25", "198.51.100.2", "25", "none"},
      {"192.0.2.1", "25 ", "198.51.100.2", "25", "none"},
      {"192.0.2.1", "40001", "198.51.100.2", "0", "none"},
      {"192.0.2.1", "40001", "198.51.100.2", "unknown", "none"},
      {"unknown", "40001", "198.51.100.2", "25", "none"},
      {"", "40001", "198.51.100.2", "25", "none"},
      {"192.0.2.1", "40001", "", "25", "none"},
      {"192.0.2.1", "40001", "mx.example", "25", "none"},
      {"fe80::1%eth0", "40001", "fe80::2", "25", "none"},
  };
  for (const auto& row : kRows) {
    BOOST_TEST(show(make_evidence_key(row.client, row.client_port, row.server,
                                      row.server_port)) == row.key);
    const Macros macros{{"{client_addr}", row.client},
                        {"{client_port}", row.client_port},
                        {"{daemon_addr}", row.server},
                        {"{daemon_port}", row.server_port}};
    BOOST_TEST(show(read_evidence_key(lookup_in(macros))) == row.key);
  }
}

BOOST_AUTO_TEST_CASE(macros_that_are_not_sent_make_no_key) {
  const Macros whole{{"{client_addr}", "192.0.2.1"},
                     {"{client_port}", "40001"},
                     {"{daemon_addr}", "198.51.100.2"},
                     {"{daemon_port}", "25"}};
  for (const auto& [name, value] : whole) {
    Macros macros = whole;
    macros.erase(name);
    BOOST_TEST(show(read_evidence_key(lookup_in(macros))) == "none", name);
  }
}

BOOST_AUTO_TEST_CASE(keys_differ_in_each_part) {
  const auto key = make_evidence_key("192.0.2.1", "1", "192.0.2.2", "2");
  BOOST_TEST((key == make_evidence_key("::ffff:192.0.2.1", "1", "192.0.2.2", "2")));
  BOOST_TEST((key != make_evidence_key("192.0.2.3", "1", "192.0.2.2", "2")));
  BOOST_TEST((key != make_evidence_key("192.0.2.1", "3", "192.0.2.2", "2")));
  BOOST_TEST((key != make_evidence_key("192.0.2.1", "1", "192.0.2.3", "2")));
  BOOST_TEST((key != make_evidence_key("192.0.2.1", "1", "192.0.2.2", "3")));
}

BOOST_AUTO_TEST_CASE(agrees_with_a_trusted_certificate) {
  const auto session = trusted_session();
  BOOST_TEST(agrees_with(trusted(), session));
  const std::pair<std::string Evidence::*, std::string> kWrong[] = {
      {&Evidence::tls_version, "TLSv1.2"},
      {&Evidence::tls_version, ""},
      {&Evidence::cipher, "TLS_AES_128_GCM_SHA256"},
      {&Evidence::cipher, "tls_aes_256_gcm_sha384"},
      {&Evidence::bits, "128"},
      {&Evidence::bits, ""},
      {&Evidence::bits, "256 "},
      {&Evidence::fingerprint, ""},
      {&Evidence::subject_cn, "mail.other.example"},
      {&Evidence::subject_cn, "MAIL.partner.example"},
      {&Evidence::subject_cn, ""},
      {&Evidence::issuer_cn, "Test Root CA C"},
      {&Evidence::issuer_cn, ""},
  };
  for (const auto& [field, value] : kWrong)
    BOOST_TEST(!agrees_with(with(field, value, trusted()), session), value);
  // Which certificate it is, and of which key, is what the macros do not show.
  BOOST_TEST(agrees_with(with(&Evidence::fingerprint, kMd5, trusted()), session));
  BOOST_TEST(agrees_with(with(&Evidence::key_fingerprint, "", trusted()), session));
}

BOOST_AUTO_TEST_CASE(agrees_with_odd_names) {
  Evidence evidence = trusted();
  evidence.subject_cn = evidence.issuer_cn = "";
  BOOST_TEST(agrees_with(evidence, session_of({{"{cert_subject}", ""}, {"{cert_issuer}", ""}})));
  BOOST_TEST(!agrees_with(evidence, trusted_session()));
  evidence.subject_cn = "M\xC3\xBCller GmbH; a=b+c 100%";
  const Macros macros{{"{cert_subject}", "M\xC3\xBCller GmbH; a=b+c 100%"}};
  BOOST_TEST(agrees_with(evidence, session_of(macros)));
}

BOOST_AUTO_TEST_CASE(agrees_with_silence) {
  const auto session = session_of({});
  Evidence evidence = trusted();
  BOOST_TEST(!agrees_with(evidence, session));
  evidence.subject_cn = "";
  BOOST_TEST(!agrees_with(evidence, session));
  evidence.issuer_cn = "";
  BOOST_TEST(agrees_with(evidence, session));
  evidence.fingerprint = evidence.key_fingerprint = "";
  BOOST_TEST(agrees_with(evidence, session));
  BOOST_TEST(!agrees_with(with(&Evidence::bits, "128", evidence), session));
}

BOOST_AUTO_TEST_CASE(agrees_with_plaintext) {
  const auto session = plaintext_session();
  BOOST_TEST(agrees_with(Evidence{}, session));
  BOOST_TEST(agrees_with(Evidence{.bits = "0"}, session));
  BOOST_TEST(!agrees_with(trusted(), session));
  BOOST_TEST(!agrees_with(Evidence{.tls_version = "TLSv1.3"}, session));
  BOOST_TEST(!agrees_with(Evidence{.cipher = "x"}, session));
  BOOST_TEST(!agrees_with(Evidence{.bits = "256"}, session));
  BOOST_TEST(!agrees_with(Evidence{.fingerprint = kFingerprint}, session));
  BOOST_TEST(!agrees_with(Evidence{.key_fingerprint = kFingerprint}, session));
  BOOST_TEST(!agrees_with(Evidence{.subject_cn = "x"}, session));
  BOOST_TEST(!agrees_with(Evidence{.bits = "0"}, trusted_session()));
}

BOOST_AUTO_TEST_CASE(agrees_with_no_session_of_unknown_bits) {
  const Macros macros{{"{cipher_bits}", "many"}};
  const Evidence evidence = {.tls_version = "TLSv1.3", .cipher = "TLS_AES_256_GCM_SHA384"};
  BOOST_TEST(!agrees_with(with(&Evidence::bits, "", evidence), session_of(macros)));
  BOOST_TEST(!agrees_with(with(&Evidence::bits, "many", evidence), session_of(macros)));
}

BOOST_AUTO_TEST_CASE(agrees_with_a_null_cipher) {
  const Macros macros{{"{tls_version}", "TLSv1.2"},
                      {"{cipher}", "ECDHE-RSA-NULL-SHA"},
                      {"{cipher_bits}", "0"}};
  const Evidence evidence = {.tls_version = "TLSv1.2", .cipher = "ECDHE-RSA-NULL-SHA"};
  BOOST_TEST(agrees_with(with(&Evidence::bits, "0", evidence), session_of(macros)));
  BOOST_TEST(!agrees_with(with(&Evidence::bits, "", evidence), session_of(macros)));
}

BOOST_AUTO_TEST_CASE(silence_becomes_absent_or_untrusted) {
  const auto silent = session_of({}).certificate;
  const auto unknown = "? by ? O ? OU ? issuer-O ? names ? key ?";
  BOOST_TEST(show(silent).starts_with("Silent "));

  const auto absent = merge_evidence(silent, Evidence{});
  BOOST_TEST(show(absent).starts_with("Absent - by - O - OU - issuer-O - names - key -"));
  BOOST_TEST(absent.sha256.is_absent());
  BOOST_TEST(absent.key_sha256.is_absent());

  const auto untrusted = merge_evidence(
      silent, {.fingerprint = kFingerprint, .key_fingerprint = kKeyFingerprint});
  BOOST_TEST(show(untrusted).starts_with(std::string("Untrusted ") + unknown));
  BOOST_TEST((untrusted.sha256 == Fact<Digest>(*parse_digest(kFingerprint))));
  BOOST_TEST((untrusted.key_sha256 == Fact<Digest>(*parse_digest(kKeyFingerprint))));
  BOOST_TEST(untrusted.foreign_digest_bits == 0U);

  const auto raw_key = merge_evidence(silent, {.key_fingerprint = kKeyFingerprint});
  BOOST_TEST(show(raw_key).starts_with(std::string("Untrusted ") + unknown));
  BOOST_TEST(raw_key.sha256.is_absent());
  BOOST_TEST(raw_key.key_sha256.is_present());
}

BOOST_AUTO_TEST_CASE(trust_of_the_mta_stays) {
  const auto merged = merge_evidence(trusted_session().certificate, trusted());
  BOOST_TEST(show(merged).starts_with("Verified 'mail.partner.example' by 'Test Issuing CA A1' "));
  BOOST_TEST(merged.cn_dns_name == "mail.partner.example");
  BOOST_TEST((merged.sha256 == Fact<Digest>(*parse_digest(kFingerprint))));
}

BOOST_AUTO_TEST_CASE(foreign_digests_are_no_facts) {
  const auto merged = merge_evidence(session_of({}).certificate,
                                     {.fingerprint = kMd5, .key_fingerprint = kMd5 + ":00:01"});
  BOOST_TEST(show(merged).starts_with("Untrusted "));
  BOOST_TEST(merged.sha256.is_unknown());
  BOOST_TEST(merged.key_sha256.is_unknown());
  BOOST_TEST(merged.foreign_digest_bits == 144U);
}

BOOST_AUTO_TEST_CASE(digests) {
  const std::string kPlain = format_digest_plain(*parse_digest(kFingerprint));
  const std::string kSha1 = kMd5 + ":01:02:03:04";
  const std::pair<std::string, std::string> kRows[] = {
      {"", "- 0"},
      {kFingerprint, kPlain + " 0"},
      {kPlain, kPlain + " 0"},
      {kMd5, "? 128"},
      {"3e0b2784112c8f9000a1b2c3d4e5f607", "? 128"},
      {kSha1, "? 160"},
      {kFingerprint + ":" + kMd5, "? 384"},
      {kFingerprint + ":" + kFingerprint, "? 512"},
      {"00", "? 8"},
      {"0", "? 0"},
      {":", "? 0"},
      {kMd5 + " ", "? 0"},
      {"sha256:" + kFingerprint, "? 0"},
      {"BadCertificate", "? 0"},
      {kFingerprint + ":", "? 0"},
  };
  for (const auto& [text, seen] : kRows)
    BOOST_TEST_CONTEXT(text) BOOST_TEST(show(read_digest(text)) == seen);
}

BOOST_AUTO_TEST_SUITE_END()
