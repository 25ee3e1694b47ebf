// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/name_constraints.h"

#include <fmt/ranges.h>

#include <boost/test/unit_test.hpp>
#include <tuple>

#include "x509/path_check.h"
#include "x509/pki.h"

BOOST_AUTO_TEST_SUITE(name_constraints)

namespace {

using namespace forcetls;
using pki::Made;
using pki::make;

/// A DER value of less than 128 bytes.
std::string tlv(int tag, const std::string& content) {
  return std::string{static_cast<char>(tag), static_cast<char>(content.size())} + content;
}

/// Country and organization as Name (RFC 5280 section 4.1.2.4).
std::string directory(const std::string& country, const std::string& organization) {
  const auto rdn = [](char attribute, const std::string& value) {
    return tlv(0x31, tlv(0x30, std::string("\x06\x03\x55\x04") + attribute + value));
  };
  std::string rdns = rdn(6, tlv(0x13, country));
  if (!organization.empty()) rdns += rdn(10, tlv(0x0c, organization));
  return tlv(0x30, rdns);
}

constexpr int kPermitted = 0xa0, kExcluded = 0xa1;
constexpr int kDirectoryName = 0xa4, kIpAddress = 0x87;

/// A CA with one constraint, in DER.
Made bound_ca(const Made& issuer, int subtrees, int kind, const std::string& name) {
  const std::string value = tlv(0x30, tlv(subtrees, tlv(0x30, tlv(kind, name))));
  const auto set = [&](gnutls_x509_crt_t crt) {
    pki::check(
        gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.30", value.data(), value.size(), 1),
        "gnutls_x509_crt_set_extension_by_oid");
  };
  return make({.cns = {"CA"}, .issuer = &issuer, .ca = true, .also = set});
}

CertificateChain path_of(const std::vector<const Made*>& made) {
  CertificateChain path;
  for (const Made* one : made) path.push_back(one->certificate());
  return path;
}

}  // namespace

BOOST_AUTO_TEST_CASE(domains) {
  const Made root = make({.cns = {"Root"}, .ca = true});
  const Made ca = make({.cns = {"CA"},
                        .issuer = &root,
                        .ca = true,
                        .permitted_dns = {"Contoso.com", ".fabrikam.com"},
                        .excluded_dns = {"dev.contoso.com"}});
  struct Case {
    std::vector<std::string> cns, dns_names, purposes;
    bool holds;
  };
  const std::string client = pki::kClientAuth, server = pki::kServerAuth;
  const Case cases[] = {
      {{}, {"contoso.com"}, {}, true},
      {{}, {"MAIL.contoso.com", "mx.fabrikam.com"}, {}, true},
      {{}, {"*.mail.contoso.com"}, {}, true},
      {{"Contoso Ltd"}, {"mail.contoso.com"}, {}, true},
      {{}, {"xcontoso.com"}, {}, false},
      {{}, {"contoso.com.evil.example"}, {}, false},
      {{}, {"mail.contoso.com", "evil.example"}, {}, false},
      {{}, {"*.com"}, {}, false},
      {{}, {"dev.contoso.com"}, {}, false},
      {{}, {"a.DEV.contoso.com"}, {}, false},
      {{}, {"*.dev.contoso.com"}, {}, false},
      {{}, {"*.contoso.com"}, {}, false},  // covers dev.contoso.com
      // The CN is a name where there is no SAN, whatever the purpose.
      {{"mail.contoso.com"}, {}, {server}, true},
      {{"mail.contoso.com"}, {}, {client}, true},
      {{"evil.example"}, {}, {server}, false},
      {{"evil.example"}, {}, {client}, false},
      {{"mail.contoso.com", "evil.example"}, {}, {client}, false},
      {{"evil.example"}, {"mail.contoso.com"}, {}, true},
      {{"Contoso Ltd"}, {}, {client}, true},
  };
  for (const auto& [cns, dns_names, purposes, holds] : cases) {
    const Made leaf =
        make({.cns = cns, .dns_names = dns_names, .issuer = &ca, .purposes = purposes});
    BOOST_TEST_CONTEXT(fmt::format("{} {} {}", cns, dns_names, purposes)) {
      const CertificateChain path = path_of({&leaf, &ca, &root});
      BOOST_TEST(name_constraints_hold(path) == holds);
      BOOST_TEST((check_path(path) == 0) == holds);
    }
  }
  // A SAN that is an address leaves the CN a name.
  const Made leaf = make({.cns = {"evil.example"},
                          .ip_addresses = {std::string("\x7f\0\0\1", 4)},
                          .issuer = &ca,
                          .purposes = {client}});
  BOOST_TEST(!name_constraints_hold(path_of({&leaf, &ca, &root})));
}

BOOST_AUTO_TEST_CASE(all_or_no_domains) {
  const Made root = make({.cns = {"Root"}, .ca = true});
  const auto holds = [&](const pki::Wish& wish) {
    const Made ca = make(wish);
    const Made leaf = make({.dns_names = {"mail.contoso.com"}, .issuer = &ca});
    return name_constraints_hold(path_of({&leaf, &ca, &root}));
  };
  BOOST_TEST(holds({.cns = {"CA"}, .issuer = &root, .ca = true, .permitted_dns = {""}}));
  BOOST_TEST(!holds({.cns = {"CA"}, .issuer = &root, .ca = true, .excluded_dns = {""}}));
  BOOST_TEST(!holds({.cns = {"CA"}, .issuer = &root, .ca = true, .permitted_dns = {"a b"}}));
}

BOOST_AUTO_TEST_CASE(addresses_are_left_to_gnutls) {
  const Made root = make({.cns = {"Root"}, .ca = true});
  const std::string ten("\x0a\0\0\0\xff\0\0\0", 8);
  const Made ca = bound_ca(root, kPermitted, kIpAddress, ten);
  const auto is_valid = [&](const std::string& address) {
    const Made leaf = make({.cns = {"leaf"}, .ip_addresses = {address}, .issuer = &ca});
    const CertificateChain path = path_of({&leaf, &ca, &root});
    BOOST_TEST(name_constraints_hold(path));
    return check_path(path) == 0;
  };
  BOOST_TEST(is_valid(std::string("\x0a\1\2\3", 4)));
  BOOST_TEST(!is_valid(std::string("\x0b\1\2\3", 4)));
}

BOOST_AUTO_TEST_CASE(directories) {
  const Made root = make({.cns = {"Root"}, .ca = true});
  const Made only_foo = bound_ca(root, kPermitted, kDirectoryName, directory("DE", "Foo"));
  const Made not_foo = bound_ca(root, kExcluded, kDirectoryName, directory("DE", "Foo"));
  struct Subject {
    std::string country, organization;
    bool is_foo;
  };
  const Subject subjects[] = {
      {"DE", "Foo", true},  {"DE", "fOO", true},  {"DE", "Foo Ltd", false},
      {"DE", "Bar", false}, {"AT", "Foo", false}, {"DE", "", false},
  };
  for (const Subject& subject : subjects) {
    const auto set_names = [&](gnutls_x509_crt_t crt) {
      const auto set = [&](const char* oid, const std::string& value) {
        if (value.empty()) return;
        pki::check(gnutls_x509_crt_set_dn_by_oid(crt, oid, 0, value.data(),
                                                 static_cast<unsigned>(value.size())),
                   oid);
      };
      set(GNUTLS_OID_X520_COUNTRY_NAME, subject.country);
      set(GNUTLS_OID_X520_ORGANIZATION_NAME, subject.organization);
      set(GNUTLS_OID_X520_COMMON_NAME, "leaf");
    };
    const Made in = make({.issuer = &only_foo, .also = set_names});
    const Made out = make({.issuer = &not_foo, .also = set_names});
    BOOST_TEST_CONTEXT(subject.country << " " << subject.organization) {
      BOOST_TEST(name_constraints_hold(path_of({&in, &only_foo, &root})) == subject.is_foo);
      BOOST_TEST(name_constraints_hold(path_of({&out, &not_foo, &root})) == !subject.is_foo);
      // GnuTLS may refuse the other one too.
      const auto& [outside, ca] = subject.is_foo ? std::tie(out, not_foo) : std::tie(in, only_foo);
      BOOST_TEST(check_path(path_of({&outside, &ca, &root})) != 0U);
    }
  }
}

BOOST_AUTO_TEST_CASE(directories_that_deceive) {
  const Made root = make({.cns = {"Root"}, .ca = true});
  const Made ca = bound_ca(root, kPermitted, kDirectoryName, directory("DE", ""));
  const auto holds = [&](const pki::Wish& wish) {
    const Made leaf = make(wish);
    return name_constraints_hold(path_of({&leaf, &ca, &root}));
  };
  BOOST_TEST(!holds({.cns = {"x,C=DE"}, .issuer = &ca}));
  BOOST_TEST(!holds({.cns = {"x\\,C=DE"}, .issuer = &ca}));
  BOOST_TEST(!holds({.cns = {"leaf"}, .organizations = {"C=DE"}, .issuer = &ca}));
  BOOST_TEST(holds({.dns_names = {"a.example"}, .issuer = &ca}));  // nameless: nothing to constrain

  // A CA below that leaves the directory; one of the same name is the same CA.
  const Made stray = make({.cns = {"stray"}, .issuer = &ca, .ca = true});
  const Made same = make({.cns = {"CA"}, .issuer = &ca, .ca = true});
  const Made leaf = make({.dns_names = {"mail.contoso.com"}, .issuer = &stray});
  BOOST_TEST(!name_constraints_hold(path_of({&leaf, &stray, &ca, &root})));
  BOOST_TEST(name_constraints_hold(path_of({&leaf, &same, &ca, &root})));
}

BOOST_AUTO_TEST_SUITE_END()
