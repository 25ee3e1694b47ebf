// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/revocation_sources.h"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "x509/pki.h"

namespace forcetls {

using namespace pki;
using namespace std::chrono_literals;

namespace {

const Time kNow = day(2026, 6, 15);
const std::string kRootCrl = "http://crl.example/root.crl", kCaCrl = "http://crl.example/ca.crl";

struct Chain {
  const Made root = make({.cns = {"Root"}, .ca = true, .crl_urls = {"http://crl.example/no.crl"}});
  const Made ca = make({.cns = {"CA"}, .issuer = &root, .ca = true, .crl_urls = {kRootCrl}});
  const Made leaf = make({.cns = {"a.example"},
                          .issuer = &ca,
                          .crl_urls = {kCaCrl},
                          .ocsp_urls = {"http://ocsp.example/"}});
  const Made second = make({.cns = {"b.example"}, .issuer = &ca, .crl_urls = {kCaCrl}});

  RevocationSources sources_of(std::vector<const Made*> leaves, bool trusted,
                               Time now = kNow) const {
    const auto trust =
        trusted ? std::make_shared<const TrustStore>(CertificateChain{root.certificate()})
                : std::make_shared<const TrustStore>();
    RevocationSources sources;
    for (const Made* made : leaves)
      sources.add(JudgedChain({made->certificate(), ca.certificate(), root.certificate()}, trust,
                              std::make_shared<const RevocationStore>()),
                  now);
    return sources;
  }
};

std::string describe(const RevocationSources& sources) {
  std::string text;
  for (const auto& [url, all] : sources.crls) {
    text += url;
    for (const auto& one : all)
      text += " " + label_of(*one.certificate) + "<" + label_of(*one.issuer);
    text += "\n";
  }
  for (const auto& one : sources.ocsp)
    text += "ocsp " + label_of(*one.certificate) + "<" + label_of(*one.issuers.at(0)) + "\n";
  return text;
}

Answers one(RevocationAnswer answer) { return {answer}; }
Answers one(const char* problem) { return {std::string(problem)}; }

RevocationAnswer from_to(Time from, Time to) { return {false, from, to, "http://x/"}; }

std::string describe(const Worth& worth) {
  return std::string(worth.is_good ? "good" : "bad") + (worth.is_to_keep ? ", keep: " : ": ") +
         worth.text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(revocation_sources)

BOOST_AUTO_TEST_CASE(each_source_once_for_all_but_the_anchor) {
  const Chain chain;
  const auto sources = chain.sources_of({&chain.leaf, &chain.second, &chain.leaf}, true);
  BOOST_TEST(describe(sources) ==
             "http://crl.example/ca.crl a.example<CA b.example<CA\n"
             "http://crl.example/root.crl CA<Root\n"
             "ocsp a.example<CA\n");
  BOOST_TEST(sources.file_names.size() == 3U);
}

BOOST_AUTO_TEST_CASE(without_a_path_the_leaf_alone) {
  const Chain chain;
  BOOST_TEST(describe(chain.sources_of({&chain.second}, false)) ==
             "http://crl.example/ca.crl b.example<CA\n");
  const Made self = make({.cns = {"self.example"}, .crl_urls = {kCaCrl}});
  BOOST_TEST(describe(chain.sources_of({&self}, false)).empty());
}

BOOST_AUTO_TEST_CASE(of_an_expired_certificate_nobody_is_asked) {
  const Chain chain;
  const auto sources = chain.sources_of({&chain.leaf}, true, pki::day(2030, 1, 1));
  BOOST_TEST(describe(sources).empty());
  BOOST_TEST((sources.file_names == chain.sources_of({&chain.leaf}, true).file_names));
}

BOOST_AUTO_TEST_CASE(labels) {
  BOOST_TEST(label_of(*make({.cns = {"CN"}, .dns_names = {"a.example"}}).certificate()) == "CN");
  BOOST_TEST(label_of(*make({.dns_names = {"a.example"}}).certificate()) == "a.example");
  BOOST_TEST(label_of(*make({.organizations = {"Contoso"}}).certificate()) == "O=Contoso");
}

BOOST_AUTO_TEST_CASE(weighs_an_answer) {
  const auto fresh = from_to(kNow - 24h, kNow + 24h), older = from_to(kNow - 48h, kNow + 24h);
  const auto stale = from_to(kNow - 48h, kNow), staler = from_to(kNow - 72h, kNow - 24h);
  const auto late_stale = from_to(kNow - 12h, kNow - 1h);
  const auto nothing = one("not a CRL");
  const auto weighed = [](const Answers& fetched, const Answers& there) {
    return describe(weigh(fetched, there, kNow));
  };
  const std::string ok = "good, keep: OK, until 2026-06-16T00:00:00Z";
  BOOST_TEST(weighed(one(fresh), nothing) == ok);
  BOOST_TEST(weighed(one(fresh), one(fresh)) == ok);
  BOOST_TEST(weighed(one(fresh), one(older)) == ok);
  BOOST_TEST(weighed(one(fresh), one(staler)) == ok);
  BOOST_TEST(weighed(one("wrong signature"), nothing) == "bad: wrong signature");
  BOOST_TEST(weighed(one("wrong signature"), one(stale)) == "bad: wrong signature");
  BOOST_TEST(weighed(one(older), one(fresh)) == "bad: older than the answer that is there");
  // Better than nothing, and than what is staler: a revocation does not end.
  BOOST_TEST(weighed(one(stale), nothing) == "bad, keep: stale since 2026-06-15T00:00:00Z");
  BOOST_TEST(weighed(one(stale), one(staler)) == "bad, keep: stale since 2026-06-15T00:00:00Z");
  BOOST_TEST(weighed(one(late_stale), one(fresh)) == "bad: stale since 2026-06-14T23:00:00Z");
  BOOST_TEST(weighed(one(from_to(kNow + 6min, kNow + 24h)), nothing) ==
             "bad: begins in the future, at 2026-06-15T00:06:00Z");
  BOOST_TEST(weighed(one(from_to(kNow + 4min, kNow + 24h)), nothing) == ok);
}

BOOST_AUTO_TEST_CASE(weighs_for_several_certificates) {
  const auto fresh = from_to(kNow - 24h, kNow + 24h);
  const std::string wrong = "wrong signature";
  const auto weighed = [](const Answers& fetched, const Answers& there) {
    return describe(weigh(fetched, there, kNow));
  };
  BOOST_TEST(weighed({fresh, wrong}, {wrong, wrong}) ==
             "bad, keep: OK for some, but not for all: wrong signature");
  // What served another certificate is not thrown away for one that serves only this.
  BOOST_TEST(weighed({fresh, wrong}, {wrong, fresh}) ==
             "bad: the answer that is there serves more certificates; of one of them this says: "
             "wrong signature");
  // A stale one serves it no more, unless it revokes it.
  auto stale = from_to(kNow - 72h, kNow - 24h);
  BOOST_TEST(weighed({fresh, wrong}, {wrong, stale}) ==
             "bad, keep: OK for some, but not for all: wrong signature");
  stale.revoked = true;
  BOOST_TEST(weighed({fresh, wrong}, {wrong, stale}).starts_with("bad: the answer"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
