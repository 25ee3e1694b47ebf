// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/trust_store.h"

#include <fmt/ranges.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "temporary_folder.h"
#include "x509/pki.h"

BOOST_AUTO_TEST_SUITE(trust_store)

namespace {

using namespace forcetls;
using pki::chain_of;
using pki::Made;
using pki::make;

constexpr const char* kUnknownIssuer = "The certificate issuer is unknown.";
constexpr const char* kBadSignature = "The signature in the certificate is invalid.";
constexpr const char* kConstraints = "The certificate chain violates the signer's constraints.";

std::string show(const TrustPath& path) {
  std::vector<std::string> names;
  for (const auto& certificate : path.certificates) names.push_back(certificate->subject);
  return fmt::format("{}", fmt::join(names, " < "));
}

/// `CN=leaf < CN=Root | …`, or what is wrong.
std::string judge(const std::vector<Made>& chain, const std::vector<Made>& anchors) {
  std::string problem;
  const auto paths = TrustStore(chain_of(anchors)).find_paths(chain_of(chain), problem);
  std::vector<std::string> texts;
  for (const TrustPath& path : paths) texts.push_back(show(path));
  BOOST_TEST(paths.empty() == !problem.empty());
  return paths.empty() ? problem : fmt::format("{}", fmt::join(texts, " | "));
}

Made root(const std::string& name = "Root") { return make({.cns = {name}, .ca = true}); }
Made below(const Made& issuer, const std::string& name = "CA") {
  return make({.cns = {name}, .issuer = &issuer, .ca = true});
}
Made leaf(const Made& issuer, const std::string& name = "leaf") {
  return make({.cns = {name}, .issuer = &issuer});
}

}  // namespace

BOOST_AUTO_TEST_CASE(order_and_foreign_certificates_do_not_matter) {
  const Made top = root(), first = below(top, "A"), second = below(first, "B");
  const Made mail = leaf(second), other = root("Other"), foreign = leaf(other, "foreign");
  const std::string expected = "CN=leaf < CN=B < CN=A < CN=Root";
  BOOST_TEST(judge({mail, second, first}, {top}) == expected);
  BOOST_TEST(judge({mail, second, first, top}, {top}) == expected);
  BOOST_TEST(judge({mail, top, first, second}, {top, other}) == expected);
  BOOST_TEST(judge({mail, foreign, mail, first, other, first, second}, {top}) == expected);
}

BOOST_AUTO_TEST_CASE(anchors_that_are_not_there) {
  const Made top = root(), ca = below(top), mail = leaf(ca), other = root("Other");
  const Made self = make({.cns = {"self"}});
  BOOST_TEST(judge({mail, ca, top}, {}) == kUnknownIssuer);
  BOOST_TEST(judge({mail, ca, top}, {other}) == kUnknownIssuer);
  BOOST_TEST(judge({mail}, {top}) == kUnknownIssuer);  // the intermediate is missing
  BOOST_TEST(judge({self}, {top}) == kUnknownIssuer);
  BOOST_TEST(judge({self, self}, {top, mail}) == kUnknownIssuer);
}

BOOST_AUTO_TEST_CASE(an_anchor_is_whatever_is_in_the_file) {
  const Made top = root(), ca = below(top), mail = leaf(ca), self = make({.cns = {"self"}});
  BOOST_TEST(judge({self}, {self}) == "CN=self");
  BOOST_TEST(judge({mail}, {mail}) == "CN=leaf");
  BOOST_TEST(judge({mail}, {ca}) == "CN=leaf < CN=CA");
  BOOST_TEST(judge({mail, ca}, {ca, top}) == "CN=leaf < CN=CA | CN=leaf < CN=CA < CN=Root");
  BOOST_TEST(judge({mail}, {ca, top}) == "CN=leaf < CN=CA | CN=leaf < CN=CA < CN=Root");
  BOOST_TEST(judge({mail, ca}, {top, top}) == "CN=leaf < CN=CA < CN=Root");
  // Another certificate of an anchor's key and name is not the anchor.
  const Made renewed = make({.cns = {"self"}, .key = self.key});
  BOOST_TEST(judge({renewed}, {self}) == kUnknownIssuer);
}

BOOST_AUTO_TEST_CASE(names_are_not_keys) {
  for (const bool key_ids : {true, false}) {
    const auto ca = [&](const std::string& name, const Made* issuer = nullptr) {
      return make({.cns = {name}, .issuer = issuer, .key_ids = key_ids, .ca = true});
    };
    const auto mail_of = [&](const Made& issuer) {
      return make({.cns = {"leaf"}, .issuer = &issuer, .key_ids = key_ids});
    };
    BOOST_TEST_CONTEXT("key identifiers " << key_ids) {
      // Two roots of one name: only the one that signed counts, wherever it stands.
      const Made root1 = ca("Root"), root2 = ca("Root");
      const Made mail = mail_of(root1);
      BOOST_TEST(judge({mail}, {root2}) == (key_ids ? kUnknownIssuer : kBadSignature));
      BOOST_TEST(judge({mail, root1}, {root2}) == (key_ids ? kUnknownIssuer : kBadSignature));
      BOOST_TEST(judge({mail}, {root2, root1}) == "CN=leaf < CN=Root");

      // The same CA name under another root.
      const Made other = ca("Other"), ca1 = ca("CA", &root1), ca2 = ca("CA", &other);
      const Made mail1 = mail_of(ca1);
      BOOST_TEST(judge({mail1, ca2, ca1}, {root1}) == "CN=leaf < CN=CA < CN=Root");
      BOOST_TEST(judge({mail1, ca2, ca1}, {other}) == (key_ids ? kUnknownIssuer : kBadSignature));
      BOOST_TEST(judge({mail1, ca2}, {other, root1}) == (key_ids ? kUnknownIssuer : kBadSignature));

      // Same-named intermediates under one root.
      const Made ca3 = ca("CA", &root1);
      BOOST_TEST(judge({mail1, ca3, ca1}, {root1}) == "CN=leaf < CN=CA < CN=Root");
      BOOST_TEST(judge({mail1, ca1, ca3}, {root1}) == "CN=leaf < CN=CA < CN=Root");
      BOOST_TEST(judge({mail1, ca3}, {root1}) == (key_ids ? kUnknownIssuer : kBadSignature));
    }
  }
}

BOOST_AUTO_TEST_CASE(cross_signed) {
  const Made old_root = root("Old"), new_root = root("New");
  const Made ca = below(new_root);
  const Made crossed = make({.cns = {"CA"}, .issuer = &old_root, .key = ca.key, .ca = true});
  const Made mail = leaf(ca);
  BOOST_TEST(judge({mail, crossed, ca}, {old_root, new_root}) ==
             "CN=leaf < CN=CA < CN=Old | CN=leaf < CN=CA < CN=New");
  BOOST_TEST(judge({mail, crossed, ca}, {new_root}) == "CN=leaf < CN=CA < CN=New");
  BOOST_TEST(judge({mail, crossed, ca}, {old_root}) == "CN=leaf < CN=CA < CN=Old");

  // A root that is also an intermediate below an older one.
  const Made bridge = make({.cns = {"New"}, .issuer = &old_root, .key = new_root.key, .ca = true});
  BOOST_TEST(judge({mail, ca, bridge}, {old_root}) == "CN=leaf < CN=CA < CN=New < CN=Old");
  BOOST_TEST(judge({mail, ca, bridge}, {old_root, new_root}) ==
             "CN=leaf < CN=CA < CN=New | CN=leaf < CN=CA < CN=New < CN=Old");

  // A key that its predecessor vouches for is not followed: GnuTLS passes over such certificates.
  const Made next = make({.cns = {"Old"}, .issuer = &old_root, .key_ids = false, .ca = true});
  BOOST_TEST(judge({leaf(next), next}, {old_root}) == kBadSignature);

  // Two that vouch for each other are no way out, nor a way round.
  const Made left = root("L"), right = make({.cns = {"R"}, .issuer = &left, .ca = true});
  const Made back = make({.cns = {"L"}, .issuer = &right, .key = left.key, .ca = true});
  const Made lost = leaf(right);
  BOOST_TEST(judge({lost, right, back}, {new_root}) == kUnknownIssuer);
  BOOST_TEST(judge({lost, right, back}, {left}) == "CN=leaf < CN=R < CN=L");
}

BOOST_AUTO_TEST_CASE(dates_of_paths) {
  using pki::day;
  const auto until = [](const Made& issuer, int year, pki::KeyPtr key = {}) {
    return make({.cns = {"CA"},
                 .issuer = &issuer,
                 .key = std::move(key),
                 .ca = true,
                 .not_before = day(2020, 1, 1),
                 .not_after = day(year, 1, 1)});
  };
  const Made top = make({.cns = {"Root"},
                         .ca = true,
                         .not_before = day(2010, 1, 1),
                         .not_after = day(2026, 6, 1)});
  const Made ended = until(top, 2021), current = until(top, 2030, ended.key);
  const Made mail = leaf(ended);
  std::string problem;
  const auto paths =
      TrustStore(chain_of({top})).find_paths(chain_of({mail, ended, current}), problem);
  BOOST_REQUIRE(paths.size() == 2U);  // dates do not count, and each intermediate is a path
  BOOST_TEST((paths[0].not_before == day(2026, 1, 1)));
  BOOST_TEST((paths[0].not_after == day(2021, 1, 1)));
  BOOST_TEST((paths[1].not_before == day(2026, 1, 1)));
  BOOST_TEST((paths[1].not_after == day(2026, 6, 1)));
}

BOOST_AUTO_TEST_CASE(name_constraints) {
  const Made bound = make({.cns = {"Root"}, .ca = true, .permitted_dns = {"contoso.com"}});
  const Made ca = below(bound);
  const auto named = [](const Made& issuer, const std::string& name) {
    return make({.cns = {"leaf"}, .dns_names = {name}, .issuer = &issuer});
  };
  BOOST_TEST(judge({named(bound, "mx.contoso.com")}, {bound}) == "CN=leaf < CN=Root");
  BOOST_TEST(judge({named(bound, "mx.evil.com")}, {bound}) == kConstraints);
  BOOST_TEST(judge({named(ca, "mx.contoso.com"), ca}, {bound}) == "CN=leaf < CN=CA < CN=Root");
  BOOST_TEST(judge({named(ca, "mx.evil.com"), ca}, {bound}) == kConstraints);
  // What GnuTLS does not see is seen too.
  const Made client = make({.cns = {"evil.com"}, .issuer = &ca, .purposes = {pki::kClientAuth}});
  BOOST_TEST(judge({client, ca}, {bound}) == kConstraints);
}

BOOST_AUTO_TEST_CASE(bounds) {
  std::vector<Made> chain = {root()};
  for (const char* name : {"CA1", "CA2", "CA3", "CA4", "CA5", "CA6", "CA7", "leaf"})
    chain.insert(chain.begin(), below(chain.front(), name));
  BOOST_TEST(judge({chain.begin() + 1, chain.end()}, {chain.back()}).ends_with("CN=Root"));
  BOOST_TEST(judge(chain, {chain.back()}) == kUnknownIssuer);

  // Thirty that claim to have issued each other end the search, not the daemon.
  std::vector<Made> crowd = {make({.cns = {"X"}, .key_ids = false})};
  while (crowd.size() < 30) crowd.push_back(make({.cns = {"X"}, .key_ids = false, .ca = true}));
  const Made anchor = make({.cns = {"X"}, .key_ids = false, .ca = true});
  BOOST_TEST(judge(crowd, {anchor}) == kBadSignature);
}

BOOST_AUTO_TEST_CASE(many_threads) {
  const Made top = root(), ca = below(top), mail = leaf(ca);
  const TrustStore store(chain_of({top}));
  const CertificateChain chain = chain_of({mail, ca});
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 25; ++j) {
        std::string problem;
        good += store.find_paths(chain, problem).size() == 1;
      }
    });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(good == 100);
}

BOOST_AUTO_TEST_CASE(loading) {
  const TemporaryFolder folder;
  const Made top = root(), other = root("Other");
  const auto load = [&](const char* name, const std::string& text) -> std::string {
    const auto loaded = TrustStore::load(folder.write(name, text));
    if (const auto* problem = std::get_if<std::string>(&loaded)) return *problem;
    std::string names;
    for (const auto& anchor : std::get<0>(loaded)->anchors()) names += anchor->subject + ";";
    return names;
  };
  BOOST_TEST(load("two.pem", "Root\n" + top.pem() + "\n" + other.pem() + top.pem()) ==
             "CN=Root;CN=Other;");
  BOOST_TEST(load("one.der", top.der) == "CN=Root;");
  BOOST_TEST(load("empty.pem", "") == "it holds no certificate, neither PEM nor DER");
  BOOST_TEST(load("key.pem", top.pem() + top.key_pem()) ==
             "it holds a private key, which belongs in no file of certificates");
  const auto missing = TrustStore::load("/nonexistent/ca.pem");
  BOOST_TEST(std::get<std::string>(missing) == "No such file or directory");
  BOOST_TEST(TrustStore().anchors().empty());
}

BOOST_AUTO_TEST_CASE(system_store) {
  const auto loaded = TrustStore::load("");
  if (const auto* problem = std::get_if<std::string>(&loaded)) {
    BOOST_TEST(problem->starts_with("the system's store"), *problem);  // a machine without one
    return;
  }
  const auto& store = *std::get<0>(loaded);
  BOOST_REQUIRE(!store.anchors().empty());
  std::string problem;
  const auto paths = store.find_paths({store.anchors().front()}, problem);
  BOOST_REQUIRE(paths.size() == 1U);
  BOOST_TEST(paths.front().certificates.size() == 1U);
  BOOST_TEST(judge({make({.cns = {"self"}})}, {}) == kUnknownIssuer);
}

BOOST_AUTO_TEST_SUITE_END()
