// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// What Postfix 3.7.11 and Sendmail 8.17.1.9 were seen to send (OBSERVED-MACROS.md section 3), and
// what it must come to.

#include "wire/certificate_macros.h"

#include <boost/test/unit_test.hpp>

#include "macros_lookup.h"

using namespace forcetls;

namespace {

const std::string kG = "mail.protection.partner.example";
const std::string kSubjectDn = "/C=US/O=Partner+20Corporation/CN=" + kG;
const std::string kA1 = "Test Issuing CA A1";
const std::string kA1Xtext = "Test+20Issuing+20CA+20A1";
const std::string kIssuerDn = "/C=US/O=Test+20Issuer+20Org/CN=";

const std::string kFingerprint =
    "3E:0B:27:84:11:2C:8F:90:00:A1:B2:C3:D4:E5:F6:07:"
    "18:29:3A:4B:5C:6D:7E:8F:90:A1:B2:C3:D4:E5:F6:FF";
const std::string kMd5 = "3E:0B:27:84:11:2C:8F:90:00:A1:B2:C3:D4:E5:F6:07";

const std::string kNone = "Absent - by - O - OU - issuer-O - names - key - sha256 -";
const std::string kSilent = "Silent ? by ? O ? OU ? issuer-O ? names ? key ? sha256 ?";
const std::string kUnknown = "Unknown ? by ? O ? OU ? issuer-O ? names ? key ? sha256 ?";

Certificate read(Mta mta, Macros macros) {
  macros["{tls_version}"] = "TLSv1.3";
  macros["{cipher}"] = "TLS_AES_256_GCM_SHA384";
  macros["{cipher_bits}"] = "256";
  MailEvent event;
  event.mta = mta;
  event.macro = lookup_in(macros);
  return read_mail_facts(event).certificate;
}

std::string certificate_of(Mta mta, const Macros& macros) { return show(read(mta, macros)); }

std::string on_postfix(const std::string& subject, const std::string& issuer) {
  return certificate_of(Mta::Postfix, {{"{cert_subject}", subject}, {"{cert_issuer}", issuer}});
}

std::string on_sendmail(const std::string& verify, const std::string& cn,
                        const std::string& subject_dn, const std::string& issuer_cn = kA1Xtext,
                        const std::string& issuer_dn = kIssuerDn + kA1Xtext) {
  return certificate_of(Mta::Sendmail, {{"{verify}", verify},
                                        {"{cn_subject}", cn},
                                        {"{cert_subject}", subject_dn},
                                        {"{cn_issuer}", issuer_cn},
                                        {"{cert_issuer}", issuer_dn}});
}

std::string verified_by_postfix(const std::string& cn, const std::string& issuer = kA1) {
  return "Verified '" + cn + "' by '" + issuer + "' O ? OU ? issuer-O ? names ? key ? sha256 ?";
}

std::string seen_by_sendmail(const std::string& state, const std::string& cn,
                             const std::string& issuer = kA1) {
  return state + " '" + cn + "' by '" + issuer +
         "' O 'Partner Corporation' OU - issuer-O 'Test Issuer Org' names ? key ? sha256 ?";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(certificate_macros)

BOOST_AUTO_TEST_CASE(postfix_by_what_the_client_does) {
  // No certificate, none asked for, leaf without its CA, unknown CA, CA of a known CA's name,
  // self-signed, expired, not yet valid, serverAuth only: silence.
  BOOST_TEST(certificate_of(Mta::Postfix, {}) == kSilent);
  // good, revoked, rsa1024, ec, ed25519, issuer_twin, any TLS version.
  BOOST_TEST(on_postfix(kG, kA1) == verified_by_postfix(kG));
  BOOST_TEST(on_postfix(kG, "Test Root CA C") == verified_by_postfix(kG, "Test Root CA C"));
  // san_only, o_only
  BOOST_TEST(on_postfix("", kA1) == verified_by_postfix(""));
  // issuer_o: the issuer's O in place of its CN
  BOOST_TEST(on_postfix(kG, "Test Issuer Without CN") ==
             verified_by_postfix(kG, "Test Issuer Without CN"));
  BOOST_TEST(on_postfix("", "") == verified_by_postfix("", ""));
  BOOST_TEST(certificate_of(Mta::Postfix, {{"{cert_subject}", kG}}) ==
             "Verified '" + kG + "' by ? O ? OU ? issuer-O ? names ? key ? sha256 ?");
}

BOOST_AUTO_TEST_CASE(postfix_ignores_the_words_of_sendmail) {
  BOOST_TEST(certificate_of(Mta::Postfix, {{"{verify}", "OK"},
                                           {"{cn_subject}", kG},
                                           {"{cert_fp}", kFingerprint}}) == kSilent);
}

BOOST_AUTO_TEST_CASE(sendmail_by_what_the_client_does) {
  struct Row {
    const char* client;
    std::string verify, cn, subject_dn, issuer_cn, issuer_dn, seen;
  };
  const auto ca = [](const std::string& name) { return kIssuerDn + name; };
  const std::string kCa = "Test+20Root+20CA+20";
  const Row kRows[] = {
      {"no certificate", "NO", "", "", "", "", kNone},
      {"none asked for", "NOT", "", "", "", "", kUnknown},
      {"good", "OK", kG, kSubjectDn, kA1Xtext, ca(kA1Xtext), seen_by_sendmail("Verified", kG)},
      {"leaf without its CA, expired, future, serverAuth only", "FAIL", kG, kSubjectDn, kA1Xtext,
       ca(kA1Xtext), seen_by_sendmail("Untrusted", kG)},
      {"trusted_c", "OK", kG, kSubjectDn, kCa + "C", ca(kCa + "C"),
       seen_by_sendmail("Verified", kG, "Test Root CA C")},
      {"untrusted", "FAIL", kG, kSubjectDn, kCa + "B", ca(kCa + "B"),
       seen_by_sendmail("Untrusted", kG, "Test Root CA B")},
      {"untrusted_cafake", "FAIL", kG, kSubjectDn, kCa + "A", ca(kCa + "A"),
       seen_by_sendmail("Untrusted", kG, "Test Root CA A")},
      {"selfsigned", "FAIL", kG, kSubjectDn, kG, kSubjectDn,
       "Untrusted '" + kG + "' by '" + kG +
           "' O 'Partner Corporation' OU - issuer-O 'Partner Corporation' names ? key ? sha256 ?"},
      {"san_only, o_only", "OK", "BadCertificateUnknown", "/C=US/O=Partner+20Corporation", kA1Xtext,
       ca(kA1Xtext), seen_by_sendmail("Verified", "")},
      {"issuer_o", "OK", kG, kSubjectDn, "BadCertificateUnknown",
       "/C=US/O=Test+20Issuer+20Without+20CN",
       "Verified '" + kG +
           "' by '' O 'Partner Corporation' OU - issuer-O 'Test Issuer Without CN' names ? key ? "
           "sha256 ?"},
  };
  for (const auto& row : kRows) {
    BOOST_TEST_CONTEXT(row.client) {
      BOOST_TEST(on_sendmail(row.verify, row.cn, row.subject_dn, row.issuer_cn, row.issuer_dn) ==
                 row.seen);
    }
  }
}

BOOST_AUTO_TEST_CASE(sendmail_without_a_clear_word_is_unknown) {
  for (const char* verify : {"", "ok", "OK ", "NONE", "TEMP", "TRUSTED", "PROTOCOL", "SOFTWARE"}) {
    BOOST_TEST_CONTEXT(verify) BOOST_TEST(on_sendmail(verify, kG, kSubjectDn) == kUnknown);
  }
  BOOST_TEST(certificate_of(Mta::Sendmail, {{"{cn_subject}", kG}, {"{cn_issuer}", kA1Xtext}}) ==
             kUnknown);
  BOOST_TEST(certificate_of(Mta::Sendmail, {{"{verify}", "OK"}}) ==
             "Verified ? by ? O ? OU ? issuer-O ? names ? key ? sha256 ?");
}

BOOST_AUTO_TEST_CASE(sendmail_tells_a_digest_of_some_kind) {
  const std::string kKnown = "3e0b2784112c8f9000a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6ff";
  struct Row {
    Macros macros;
    std::string sha256;
    unsigned foreign_bits;
  };
  const Row kRows[] = {
      {{{"{verify}", "OK"}, {"{cert_fp}", kFingerprint}}, kKnown, 0},
      {{{"{verify}", "FAIL"}, {"{cert_fp}", kFingerprint}}, kKnown, 0},
      {{{"{verify}", "FAIL"}, {"{cert_fp}", kFingerprint}, {"{cert_md5}", kMd5}}, kKnown, 0},
      {{{"{verify}", "OK"}, {"{cert_md5}", kMd5}}, "?", 128},
      {{{"{verify}", "OK"}, {"{cert_md5}", kFingerprint}}, "?", 0},
      {{{"{verify}", "OK"}, {"{cert_fp}", kMd5 + ":01:02:03:04"}}, "?", 160},
      {{{"{verify}", "OK"}, {"{cert_fp}", ""}, {"{cert_md5}", ""}}, "?", 0},
      {{{"{verify}", "OK"}}, "?", 0},
      {{{"{verify}", "NO"}, {"{cert_fp}", kFingerprint}}, "-", 0},
      {{{"{verify}", "NOT"}, {"{cert_fp}", kFingerprint}}, "?", 0},
  };
  for (const auto& row : kRows) {
    BOOST_TEST_CONTEXT(row.macros.at("{verify}") << ' ' << row.sha256 << ' ' << row.foreign_bits) {
      const Certificate certificate = read(Mta::Sendmail, row.macros);
      BOOST_TEST(show(certificate.sha256) == row.sha256);
      BOOST_TEST(certificate.foreign_digest_bits == row.foreign_bits);
    }
  }
}

BOOST_AUTO_TEST_CASE(of_no_certificate_all_is_known) {
  const Certificate none = no_certificate();
  BOOST_TEST(none.root_cns.is_absent());
  BOOST_TEST(none.key_sha256.is_absent());
  BOOST_TEST(none.revoked.is_absent());
  const Certificate unknown = unknown_certificate();
  BOOST_TEST(unknown.root_cns.is_unknown());
  BOOST_TEST(unknown.key_sha256.is_unknown());
  BOOST_TEST(unknown.revoked.is_unknown());
}

BOOST_AUTO_TEST_CASE(an_unknown_mta_tells_nothing) {
  const Macros macros{{"{verify}", "OK"},
                      {"{cert_subject}", kG},
                      {"{cn_subject}", kG},
                      {"{cert_fp}", kFingerprint}};
  BOOST_TEST(certificate_of(Mta::Unknown, macros) == kUnknown);
}

BOOST_AUTO_TEST_CASE(odd_names) {
  struct Row {
    const char* name;
    std::string postfix, postfix_cn, sendmail, dn_end, sendmail_cn;
    bool dn_is_clear;
  };
  const std::string kLong(300, 'a');
  const std::string kSpecial = "a<b>(c)\\d;e,f=g%41&h{i}[j]~!#$*?@k";
  const std::string kSpecialXtext = "a+3Cb+3E+28c+29+5Cd;e,f=g%41&h{i}[j]~!#$*?@k";
  const std::string kBlanks = "mail protection  partner.example";
  const std::string kBlanksXtext = "mail+20protection+20+20partner.example";
  const std::string kEvil = "evil.example/CN=" + kG;
  const std::string kList = "CN=" + kG + ",O=Partner Corporation";
  const std::string kListXtext = "CN=" + kG + ",O=Partner+20Corporation";
  const Row kRows[] = {
      {"blanks", kBlanks, kBlanks, kBlanksXtext, "/CN=" + kBlanksXtext, kBlanks, true},
      {"leading space", " mail.x", " mail.x", "+20mail.x", "/CN=+20mail.x", " mail.x", true},
      {"UTF-8", "m\xC3\xA4il.example", "m\xC3\xA4il.example", "m+C3+A4il.example",
       "/CN=m+5CxC3+5CxA4il.example", "m\xC3\xA4il.example", true},
      {"T61String", "m\xC3\xA4il", "m\xC3\xA4il", "m+E4il", "/CN=m+5CxE4il", "m\xE4il", true},
      {"BMPString", kG, kG, "BadCertificateContainsNUL", "/CN=+5Cx00m+5Cx00a", "", true},
      {"quotes", "mail\"prot'ection", "mail\"prot'ection", "mail+22prot'ection",
       "/CN=mail+22prot'ection", "mail\"prot'ection", true},
      {"plus", "mail+protection", "mail+protection", "mail+2Bprotection",
       "/CN=mail+5C+2Bprotection", "mail+protection", false},
      {"slash behind", kG + "/CN=evil.example", kG + "/CN=evil.example", kG + "/CN=evil.example",
       "/CN=" + kG + "+5C/CN=evil.example", kG + "/CN=evil.example", false},
      {"slash before", kEvil, kEvil, kEvil, "/CN=evil.example+5C/CN=" + kG, kEvil, false},
      {"comma", kList, kList, kListXtext, "/CN=" + kListXtext, kList, true},
      {"specials", kSpecial, kSpecial, kSpecialXtext, "/CN=" + kSpecialXtext, kSpecial, false},
      {"two CNs", "first.example", "first.example", "first.example",
       "/CN=first.example/CN=" + kG, "first.example", true},
      {"multi-valued RDN", kG, kG, kG, "/OU=mail+2BCN=" + kG, kG, false},
      {"NUL", "", "", "BadCertificateContainsNUL", "/CN=" + kG + "+5Cx00.evil.example", "", true},
      {"newline", "", "", "mail.protection+0A.partner.example",
       "/CN=mail.protection+5Cx0A.partner.example", "", true},
      {"tab", "", "", "mail+09x", "/CN=mail+5Cx09x", "", true},
      {"empty CN", "", "", "", "/CN=", "", true},
      {"upper case, trailing dot, wildcard", "*.Partner.EXAMPLE.", "*.Partner.EXAMPLE.",
       "*.Partner.EXAMPLE.", "/CN=*.Partner.EXAMPLE.", "*.Partner.EXAMPLE.", true},
      {"a CN that is Sendmail's word", "BadCertificateUnknown", "BadCertificateUnknown",
       "BadCertificateUnknown", "/CN=BadCertificateUnknown", "", true},
  };
  for (const auto& row : kRows) {
    BOOST_TEST_CONTEXT(row.name) {
      BOOST_TEST(on_postfix(row.postfix, kA1) == verified_by_postfix(row.postfix_cn));
      const auto dn = "/C=US/O=Partner+20Corporation" + row.dn_end;
      const auto clear = seen_by_sendmail("Verified", row.sendmail_cn);
      const auto unclear = "Verified '" + row.sendmail_cn + "' by '" + kA1 +
                           "' O ? OU ? issuer-O 'Test Issuer Org' names ? key ? sha256 ?";
      BOOST_TEST(on_sendmail("OK", row.sendmail, dn) == (row.dn_is_clear ? clear : unclear));
    }
  }
  BOOST_TEST_CONTEXT("over 300 characters") {
    BOOST_TEST(on_postfix("", kA1) == verified_by_postfix(""));
    for (const std::string dn : {"", "/C=US/O=Partner+20Corporation"}) {
      BOOST_TEST(on_sendmail("OK", "BadCertificateTooLong", dn) ==
                 "Verified '' by '" + kA1 +
                     "' O ? OU ? issuer-O 'Test Issuer Org' names ? key ? sha256 ?");
    }
  }
}

BOOST_AUTO_TEST_CASE(the_cn_is_a_dns_name_if_it_can_be) {
  const std::pair<const char*, const char*> kRows[] = {
      {"MAIL.Partner.EXAMPLE.", "mail.partner.example"}, {"*.partner.example", "*.partner.example"},
      {"", ""}, {"evil.example/CN=partner.example", ""}, {"Partner Corporation", ""}};
  for (const auto& [cn, name] : kRows) {
    const std::string_view subject = cn;
    const auto certificate = read_certificate(
        Mta::Postfix, [&](const char* macro) -> std::optional<std::string_view> {
          if (std::string_view(macro) == "{cert_subject}") return subject;
          return std::nullopt;
        });
    BOOST_TEST_CONTEXT(cn) { BOOST_TEST(certificate.cn_dns_name == name); }
  }
}

BOOST_AUTO_TEST_CASE(an_attribute_never_passes_for_another) {
  struct Row {
    const char* attempt;
    std::string cn, dn, organizations;
  };
  const Row kRows[] = {
      {"O escaped by OpenSSL 3", "g", "/O=x+5C/O=Contoso/CN=g", "O ? OU ?"},
      {"O of an older OpenSSL", "g", "/O=x/O=Contoso/CN=g", "O ? OU -"},
      {"CN of an older OpenSSL", "g/O=Contoso", "/CN=g/O=Contoso", "O ? OU ?"},
      {"O behind the CN", "g", "/CN=g/O=Contoso", "O 'Contoso' OU -"},
      {"cut before the CN", "g", "/O=Contoso", "O ? OU ?"},
      {"CN not readable", "+", "/O=Contoso/CN=g", "O ? OU ?"},
      {"DN not readable", "g", "/O=Contoso/CN=g+", "O ? OU ?"},
      {"NUL within", "g", "/O=Contoso+5Cx00/OU=b/CN=g", "O ? OU 'b'"},
      {"BMPString", "g", "/O=+5Cx00C+5Cx00o/CN=g", "O ? OU -"},
      {"other CN though NUL was said", "BadCertificateContainsNUL", "/O=Contoso/CN=g", "O ? OU ?"},
      {"lower case is another attribute", "g", "/o=Contoso/CN=g", "O - OU -"},
      {"several units", "g", "/O=a/OU=b/OU=c/CN=g", "O 'a' OU 'b''c'"},
      {"no organization", "g", "/C=US/CN=g", "O - OU -"},
  };
  for (const auto& row : kRows) {
    BOOST_TEST_CONTEXT(row.attempt) {
      const auto seen = on_sendmail("OK", row.cn, row.dn);
      const auto begin = seen.find(" O ") + 1;
      BOOST_TEST(seen.substr(begin, seen.find(" issuer-O") - begin) == row.organizations);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_issuer_is_read_as_carefully) {
  const auto issuer_of = [](const std::string& cn, const std::string& dn) {
    const auto seen = on_sendmail("OK", kG, kSubjectDn, cn, dn);
    const auto begin = seen.find("issuer-O");
    return seen.substr(begin, seen.find(" names") - begin);
  };
  BOOST_TEST(issuer_of("CA", "/O=Org/CN=CA") == "issuer-O 'Org'");
  BOOST_TEST(issuer_of("CA", "/O=x/O=Org/CN=CA") == "issuer-O ?");
  BOOST_TEST(issuer_of("CA/O=Org", "/CN=CA/O=Org") == "issuer-O ?");
  BOOST_TEST(issuer_of("CA", "/O=x+5C/O=Org/CN=CA") == "issuer-O ?");
  BOOST_TEST(issuer_of("CA", "") == "issuer-O ?");
}

BOOST_AUTO_TEST_SUITE_END()
