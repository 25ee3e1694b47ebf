// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/chain.h"

#include <fmt/ranges.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "temporary_folder.h"
#include "x509/pki.h"

BOOST_AUTO_TEST_SUITE(chain)

namespace {

using namespace forcetls;
using pki::chain_of;
using pki::day;
using pki::Made;
using pki::make;
using State = Certificate::State;

const Time kNow = day(2026, 3, 1);

std::shared_ptr<const TrustStore> trusting(const std::vector<Made>& anchors) {
  return std::make_shared<const TrustStore>(chain_of(anchors));
}

std::string show(const Fact<bool>& revoked) {
  return revoked.is_unknown() ? "unknown" : *revoked ? "revoked" : "good";
}

/// `Verified by Root, unknown`: state, roots, revocation.
std::string show(const Certificate& facts) {
  const std::string state = facts.state == State::Verified    ? "Verified"
                            : facts.state == State::Expired   ? "Expired"
                            : facts.state == State::Untrusted ? "Untrusted"
                                                              : "?";
  const std::string roots =
      facts.root_cns.is_present() ? fmt::format("{}", fmt::join(*facts.root_cns, "+")) : "nobody";
  return fmt::format("{} by {}, {}", state, roots, show(facts.revoked));
}

/// The state directory with the CRLs that a test gives.
class StateDirectory {
 public:
  /// `issuer`'s list, under `url`, from `from` to `to`.
  void add_crl(const Made& issuer, const std::string& url, const std::vector<Made>& revoked,
               Time from = day(2026, 2, 1), Time to = day(2026, 4, 1)) const {
    gnutls_x509_crl_t raw = nullptr;
    pki::check(gnutls_x509_crl_init(&raw), "gnutls_x509_crl_init");
    const std::unique_ptr<gnutls_x509_crl_int, decltype(&gnutls_x509_crl_deinit)> crl(
        raw, gnutls_x509_crl_deinit);
    pki::check(gnutls_x509_crl_set_version(raw, 2), "gnutls_x509_crl_set_version");
    gnutls_x509_crl_set_this_update(raw, from.time_since_epoch().count());
    gnutls_x509_crl_set_next_update(raw, to.time_since_epoch().count());
    gnutls_x509_crl_set_number(raw, "\1", 1);
    for (const Made& one : revoked)
      pki::check(gnutls_x509_crl_set_crt(raw, crt_of(one).get(), from.time_since_epoch().count()),
                 "gnutls_x509_crl_set_crt");
    pki::check(gnutls_x509_crl_privkey_sign(raw, crt_of(issuer).get(), issuer.key.get(),
                                            GNUTLS_DIG_SHA256, 0),
               "gnutls_x509_crl_privkey_sign");
    gnutls_datum_t der{};
    pki::check(gnutls_x509_crl_export2(raw, GNUTLS_X509_FMT_DER, &der), "gnutls_x509_crl_export2");
    folder_.write(crl_file_name(url), pki::detail::take(der));
  }

  std::shared_ptr<const RevocationStore> load() const {
    std::vector<FileProblem> problems;
    auto store = RevocationStore::load(folder_.path(), problems);
    BOOST_TEST(problems.empty());
    return store;
  }

 private:
  static pki::detail::Crt crt_of(const Made& made) {
    auto crt = pki::detail::new_crt();
    const gnutls_datum_t der = pki::detail::datum(made.der);
    pki::check(gnutls_x509_crt_import(crt.get(), &der, GNUTLS_X509_FMT_DER), "import");
    return crt;
  }

  TemporaryFolder folder_;
};

std::shared_ptr<const RevocationStore> no_answers() {
  return std::make_shared<const RevocationStore>();
}

/// Its CRL is http://ca.example/LIST.
Made made_by(const Made& issuer, const std::string& name, const std::string& list,
             bool ca = false) {
  return make({.cns = {name},
               .issuer = &issuer,
               .ca = ca,
               .crl_urls = {"http://ca.example/" + list}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(facts_of_the_leaf) {
  const Made root = make({.cns = {"Root", "Second"}, .ca = true});
  const Made mail = make({.cns = {"mail.contoso.com"},
                          .organizations = {"Contoso Ltd"},
                          .dns_names = {"mx.contoso.com"},
                          .issuer = &root,
                          .purposes = {pki::kServerAuth}});
  const JudgedChain chain(chain_of({mail}), trusting({root}), no_answers());
  const Certificate facts = chain.facts_at(kNow);
  BOOST_TEST(show(facts) == "Verified by Root+Second, unknown");
  BOOST_TEST(*facts.subject_cn == "mail.contoso.com");
  BOOST_TEST(*facts.issuer_cn == "Root");
  BOOST_TEST(facts.organizations->front() == "Contoso Ltd");
  BOOST_TEST(facts.dns_names->front() == "mx.contoso.com");
  BOOST_TEST((*facts.sha256 == chain.leaf().sha256));
  BOOST_TEST((*facts.key_sha256 == chain.leaf().key_sha256));
  BOOST_TEST(facts.known_as == "");
  BOOST_TEST(facts.problem == "");
  BOOST_TEST(chain.paths().size() == 1U);
  BOOST_TEST(chain.problem() == "");
  BOOST_TEST(chain.chain().size() == 1U);
}

BOOST_AUTO_TEST_CASE(untrusted) {
  const Made root = make({.cns = {"Root"}, .ca = true}), self = make({.cns = {"self"}});
  const JudgedChain chain(chain_of({self}), trusting({root}), no_answers());
  const Certificate facts = chain.facts_at(kNow);
  BOOST_TEST(show(facts) == "Untrusted by nobody, unknown");
  BOOST_TEST(facts.root_cns.is_absent());
  BOOST_TEST(facts.problem == "The certificate issuer is unknown.");
  BOOST_TEST(chain.problem() == facts.problem);
  BOOST_TEST(chain.paths().empty());

  const JudgedChain pinned(chain_of({self}), trusting({self}), no_answers());
  BOOST_TEST(show(pinned.facts_at(kNow)) == "Verified by self, good");  // nobody revokes an anchor
}

BOOST_AUTO_TEST_CASE(dates) {
  const Made root = make({.cns = {"Root"},
                          .ca = true,
                          .not_before = day(2020, 1, 1),
                          .not_after = day(2030, 1, 1)});
  const Made ca = make({.cns = {"CA"},
                        .issuer = &root,
                        .ca = true,
                        .not_before = day(2026, 2, 1),
                        .not_after = day(2026, 11, 30)});
  const Made mail = make({.cns = {"mail"},
                          .issuer = &ca,
                          .not_before = day(2026, 1, 1),
                          .not_after = day(2026, 12, 31)});
  const JudgedChain chain(chain_of({mail, ca}), trusting({root}), no_answers());
  const std::chrono::seconds second(1);
  struct Case {
    Time time;
    std::string expected, problem;
  };
  const std::string verified = "Verified by Root, unknown", expired = "Expired by Root, unknown";
  const Case cases[] = {
      {day(2026, 1, 1) - second, expired, "The certificate begins at 2026-01-01T00:00:00Z."},
      {day(2026, 1, 1), expired, "A CA certificate of its chain begins at 2026-02-01T00:00:00Z."},
      {day(2026, 2, 1) - second, expired,
       "A CA certificate of its chain begins at 2026-02-01T00:00:00Z."},
      {day(2026, 2, 1), verified, ""},
      {day(2026, 11, 30), verified, ""},
      {day(2026, 11, 30) + second, expired,
       "A CA certificate of its chain ended at 2026-11-30T00:00:00Z."},
      {day(2027, 1, 1), expired, "The certificate ended at 2026-12-31T00:00:00Z."},
  };
  for (const auto& [time, expected, problem] : cases) {
    const Certificate facts = chain.facts_at(time);
    BOOST_TEST_CONTEXT(problem) {
      BOOST_TEST(show(facts) == expected);
      BOOST_TEST(facts.problem == problem);
    }
  }
}

BOOST_AUTO_TEST_CASE(two_paths_with_dates_of_their_own) {
  const auto root = [](const char* name, Time from, Time to) {
    return make({.cns = {name}, .ca = true, .not_before = from, .not_after = to});
  };
  const Made old_root = root("Old", day(2010, 1, 1), day(2026, 6, 1));
  const Made new_root = root("New", day(2026, 5, 1), day(2040, 1, 1));
  const auto below = [](const Made& issuer, pki::KeyPtr key = {}) {
    return make({.cns = {"CA"},
                 .issuer = &issuer,
                 .key = std::move(key),
                 .ca = true,
                 .not_before = day(2010, 1, 1),
                 .not_after = day(2040, 1, 1)});
  };
  const Made ca = below(new_root), crossed = below(old_root, ca.key);
  const Made mail = make({.cns = {"mail"}, .issuer = &ca});
  const JudgedChain chain(chain_of({mail, ca, crossed}), trusting({old_root, new_root}),
                          no_answers());
  BOOST_TEST(chain.paths().size() == 2U);
  BOOST_TEST(show(chain.facts_at(day(2026, 4, 1))) == "Verified by Old, unknown");
  BOOST_TEST(chain.facts_at(day(2026, 5, 15)).root_cns->size() == 2U);
  BOOST_TEST(show(chain.facts_at(day(2026, 7, 1))) == "Verified by New, unknown");
  const Certificate over = chain.facts_at(day(2027, 2, 1));
  BOOST_TEST((over.state == State::Expired));
  BOOST_TEST(over.root_cns->size() == 2U);
  BOOST_TEST(over.problem == "The certificate ended at 2027-01-01T00:00:00Z.");
}

BOOST_AUTO_TEST_CASE(revocation) {
  const std::string by_root = "http://ca.example/root", by_ca = "http://ca.example/ca";
  const Made root = make({.cns = {"Root"}, .ca = true});
  const Made ca = made_by(root, "CA", "root", true), mail = made_by(ca, "mail", "ca");
  const auto judge = [&](const StateDirectory& state, Time time = kNow) {
    const JudgedChain chain(chain_of({mail, ca}), trusting({root}), state.load());
    return show(chain.facts_at(time));
  };
  const std::string unknown = "Verified by Root, unknown", good = "Verified by Root, good",
                    revoked = "Verified by Root, revoked";

  StateDirectory state;
  BOOST_TEST(judge(state) == unknown);
  state.add_crl(ca, by_ca, {});
  BOOST_TEST(judge(state) == unknown);  // nobody speaks for the CA
  state.add_crl(root, by_root, {});
  BOOST_TEST(judge(state) == good);
  BOOST_TEST(judge(state, day(2026, 2, 1)) == good);
  BOOST_TEST(judge(state, day(2026, 2, 1) - std::chrono::seconds(1)) == unknown);
  BOOST_TEST(judge(state, day(2026, 4, 1)) == unknown);  // stale
  state.add_crl(ca, by_ca, {make({.cns = {"another"}, .issuer = &ca})});
  BOOST_TEST(judge(state) == good);
  state.add_crl(ca, by_ca, {mail});
  BOOST_TEST(judge(state) == revoked);
  BOOST_TEST(judge(state, day(2026, 5, 1)) == revoked);  // for ever
  state.add_crl(ca, by_ca, {});
  state.add_crl(root, by_root, {ca});
  BOOST_TEST(judge(state) == revoked);
  const Made same_name = make({.cns = {"Root"}, .key_ids = false, .ca = true});
  state.add_crl(same_name, by_root, {ca});
  BOOST_TEST(judge(state) == unknown);  // not the issuer's
}

/// A CA that two roots certify, and a leaf of it.
struct CrossCertified {
  /// `how`: what is in the old root's certificate besides.
  explicit CrossCertified(pki::Wish how) {
    how.cns = {"CA"};
    how.issuer = &old_root;
    how.key = ca.key;
    how.ca = true;
    crossed = make(how);
  }

  std::string judge(const StateDirectory& state) const {
    const JudgedChain chain(chain_of({mail, ca, crossed}), trusting({old_root, new_root}),
                            state.load());
    return show(chain.facts_at(kNow));
  }

  const Made old_root = make({.cns = {"Old"}, .ca = true});
  const Made new_root = make({.cns = {"New"}, .ca = true});
  const Made ca = made_by(new_root, "CA", "new", true);
  const Made mail = made_by(ca, "mail", "ca");
  Made crossed;
};

BOOST_AUTO_TEST_CASE(revocation_of_one_path_of_two) {
  const CrossCertified given({.crl_urls = {"http://ca.example/old"}});
  StateDirectory state;
  state.add_crl(given.ca, "http://ca.example/ca", {});
  state.add_crl(given.new_root, "http://ca.example/new", {});
  BOOST_TEST(given.judge(state).ends_with(", good"));  // one path suffices
  state.add_crl(given.old_root, "http://ca.example/old", {given.crossed});
  BOOST_TEST(given.judge(state) == "Verified by New, good");
  state.add_crl(given.new_root, "http://ca.example/new", {given.ca});
  BOOST_TEST(given.judge(state).ends_with(", revoked"));
  state.add_crl(given.old_root, "http://ca.example/old", {});
  BOOST_TEST(given.judge(state) == "Verified by Old, good");
}

BOOST_AUTO_TEST_CASE(a_revoked_leaf_has_no_better_path) {
  // The same key and name, but it signs no CRLs.
  const CrossCertified given({.key_usage = GNUTLS_KEY_KEY_CERT_SIGN});
  StateDirectory state;
  state.add_crl(given.ca, "http://ca.example/ca", {given.mail});
  BOOST_TEST(given.judge(state).ends_with(", revoked"));
}

BOOST_AUTO_TEST_CASE(revocation_without_path) {
  const Made root = make({.cns = {"Root"}, .ca = true});
  const Made same_name = make({.cns = {"Root"}, .key_ids = false, .ca = true});
  const Made mail = made_by(root, "mail", "root");
  const auto judge = [&](const StateDirectory& state, const std::vector<Made>& chain) {
    return show(JudgedChain(chain_of(chain), trusting({}), state.load()).facts_at(kNow));
  };
  StateDirectory state;
  state.add_crl(root, "http://ca.example/root", {mail});
  BOOST_TEST(judge(state, {mail, same_name, root}) == "Untrusted by nobody, revoked");
  BOOST_TEST(judge(state, {mail, same_name}) == "Untrusted by nobody, unknown");
  BOOST_TEST(judge(state, {mail}) == "Untrusted by nobody, unknown");
  state.add_crl(root, "http://ca.example/root", {});
  BOOST_TEST(judge(state, {mail, root}) == "Untrusted by nobody, good");

  const auto beside = [&](const std::vector<Made>& chain) {
    return JudgedChain(chain_of(chain), trusting({}), state.load()).issuer_beside();
  };
  BOOST_TEST((beside({mail, same_name, root})->sha256 == root.certificate()->sha256));
  BOOST_TEST(!beside({mail, same_name}));
  BOOST_TEST(!beside({mail}));
}

BOOST_AUTO_TEST_CASE(many_threads) {
  const Made root = make({.cns = {"Root"}, .ca = true});
  const Made ca = made_by(root, "CA", "root", true), mail = made_by(ca, "mail", "ca");
  StateDirectory state;
  state.add_crl(ca, "http://ca.example/ca", {mail});
  const JudgedChain chain(chain_of({mail, ca}), trusting({root}), state.load());
  std::atomic<int> same{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 100; ++j)
        same += show(chain.facts_at(kNow)) == "Verified by Root, revoked";
    });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(same == 400);
}

BOOST_AUTO_TEST_SUITE_END()
