// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/known_certificates.h"

#include <fmt/ranges.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "temporary_folder.h"
#include "x509/pki.h"

BOOST_AUTO_TEST_SUITE(known_certificates)

namespace {

using namespace forcetls;
using pki::day;
using pki::Made;
using pki::make;
using State = Certificate::State;

const Time kNow = day(2026, 3, 1);

/// A folder of files, a trusted root, and what became known.
struct Given {
  TemporaryFolder folder;
  Made root = make({.cns = {"Root"}, .ca = true});
  Made ca = make({.cns = {"CA"}, .issuer = &root, .ca = true});
  KnownCertificates known{
      std::make_shared<const TrustStore>(CertificateChain{root.certificate()}),
      std::make_shared<const RevocationStore>()};

  Made leaf(const std::string& name) const { return make({.cns = {name}, .issuer = &ca}); }

  void write(const std::string& name, const std::string& text) const {
    folder.write(name, text);
  }

  /// The problems, with the folder as `~`.
  std::vector<std::string> add() {
    std::vector<FileProblem> problems;
    known.add_directory(folder.path(), problems);
    std::vector<std::string> texts;
    for (const auto& [file, text] : problems) texts.push_back(hide(file + ": " + text));
    return texts;
  }

  std::string hide(const std::string& text) const { return folder.hide(text); }

  /// `~/a.pem CN=a 2`: the file, the leaf and how many are in its chain.
  std::vector<std::string> all() const {
    std::vector<std::string> texts;
    for (const auto& one : known.all())
      texts.push_back(fmt::format("{} {} {}", hide(one->file), one->chain.leaf().subject,
                                  one->chain.chain().size()));
    return texts;
  }
};

using Texts = std::vector<std::string>;

Certificate told(State state, Fact<Digest> sha256 = Unknown{}) {
  Certificate certificate;
  certificate.state = state;
  certificate.sha256 = sha256;
  certificate.subject_cn = std::string("told by the MTA");
  return certificate;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_directory) {
  Given given;
  const Made a = given.leaf("a"), b = given.leaf("b"), c = given.leaf("c"), d = given.leaf("d");
  given.write("b.crt", b.der);
  given.write("a.pem", a.pem() + given.ca.pem() + given.root.pem());
  given.write("d.DER", d.der);
  given.write("c.cer", c.pem() + given.ca.pem());
  given.write(".hidden.pem", "x");
  given.write("README", "x");
  given.write("a.pem~", "x");
  given.write("pem", "x");
  BOOST_TEST(given.add() == Texts(), boost::test_tools::per_element());
  BOOST_TEST(given.all() == (Texts{"~/a.pem CN=a 3", "~/b.crt CN=b 1", "~/c.cer CN=c 2",
                                   "~/d.DER CN=d 1"}),
             boost::test_tools::per_element());
  BOOST_TEST(given.known.directory_holds_any());
  BOOST_TEST(given.hide(given.known.find(b.certificate()->sha256)->file) == "~/b.crt");
  BOOST_TEST(!given.known.find(given.root.certificate()->sha256));
  // What several files hold is there once.
  BOOST_TEST(given.known.all()[0]->chain.chain()[1] == given.known.all()[2]->chain.chain()[1]);
}

BOOST_AUTO_TEST_CASE(broken_files_are_left_out) {
  Given given;
  const Made good = given.leaf("good");
  given.write("1.pem", "");
  given.write("2.pem", good.key_pem() + good.pem());
  given.write("3.pem", good.pem().substr(0, 200));
  const std::string bad = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
  given.write("4.pem", bad);
  given.write("5.pem", good.pem() + bad);
  given.write("6.pem", std::string(1024 * 1024 + 1, ' '));
  std::filesystem::create_directory(given.folder / "7.pem");
  std::filesystem::create_symlink("nowhere", given.folder / "8.pem");
  given.write("good.pem", good.pem());
  given.write("zz.pem", "again\n" + good.pem() + given.ca.pem());
  const std::string not_one = "not a certificate (ASN1 parser: Element was not found.)";
  BOOST_TEST(given.add() ==
                 (Texts{"~/1.pem: it holds no certificate, neither PEM nor DER",
                        "~/2.pem: it holds a private key, which belongs in no file of certificates",
                        "~/3.pem: certificate 1 is damaged or cut off",
                        "~/4.pem: certificate 1: " + not_one,
                        "~/5.pem: certificate 2: " + not_one,
                        "~/6.pem: it is longer than 1 MiB",
                        "~/7.pem: it is not a file",
                        "~/8.pem: No such file or directory",
                        "~/zz.pem: the same certificate is in ~/good.pem"}),
             boost::test_tools::per_element());
  BOOST_TEST(given.all() == Texts{"~/good.pem CN=good 1"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_directory) {
  Given given;
  std::vector<FileProblem> problems;
  given.known.add_directory("/nonexistent/known.d", problems);
  BOOST_TEST((problems == std::vector<FileProblem>{
                              {"/nonexistent/known.d", "No such file or directory"}}));
  BOOST_TEST(given.add() == Texts(), boost::test_tools::per_element());  // an empty one
  BOOST_TEST(!given.known.directory_holds_any());
  BOOST_TEST(given.known.all().empty());
}

BOOST_AUTO_TEST_CASE(pinned_files) {
  Given given;
  const Made a = given.leaf("a"), b = given.leaf("b");
  given.known.add_pinned("pin.pem", {a.certificate()});
  given.known.add_pinned("pin2.pem", {a.certificate()});
  given.known.add_pinned("pin3.pem", {b.certificate()});
  BOOST_TEST(!given.known.directory_holds_any());
  BOOST_TEST(given.all() == (Texts{"pin.pem CN=a 1", "pin3.pem CN=b 1"}),
             boost::test_tools::per_element());

  // The folder knows the chain too.
  given.write("a.pem", a.pem() + given.ca.pem());
  BOOST_TEST(given.add() == Texts(), boost::test_tools::per_element());
  BOOST_TEST(given.all() == (Texts{"pin3.pem CN=b 1", "~/a.pem CN=a 2"}),
             boost::test_tools::per_element());
  given.known.add_pinned("pin4.pem", {a.certificate()});
  BOOST_TEST(given.all().size() == 2U);
  BOOST_TEST(given.known.find(a.certificate()->sha256)->chain.chain().size() == 2U);
  BOOST_TEST(given.known.directory_holds(a.certificate()->sha256));
  BOOST_TEST(!given.known.directory_holds(b.certificate()->sha256));
}

BOOST_AUTO_TEST_CASE(identify_by_digest) {
  Given given;
  const Made a = given.leaf("a"), self = make({.cns = {"self"}});
  given.write("a.pem", a.pem() + given.ca.pem());
  given.write("self.pem", self.pem());
  given.add();
  const Digest digest = a.certificate()->sha256;
  // Whatever the MTA thinks of it.
  for (const State state : {State::Untrusted, State::Verified, State::Expired, State::Unknown}) {
    Certificate certificate = told(state, digest);
    given.known.identify(certificate, kNow);
    BOOST_TEST((certificate.state == State::Verified));
    BOOST_TEST(*certificate.subject_cn == "a");
    BOOST_TEST(*certificate.issuer_cn == "CA");
    BOOST_TEST(certificate.root_cns->front() == "Root");
    BOOST_TEST((*certificate.sha256 == digest));
    BOOST_TEST((*certificate.key_sha256 == a.certificate()->key_sha256));
    BOOST_TEST(given.hide(certificate.known_as) == "~/a.pem");
  }
  Certificate late = told(State::Verified, digest);
  given.known.identify(late, day(2028, 1, 1));
  BOOST_TEST((late.state == State::Expired));
  BOOST_TEST(late.problem == "The certificate ended at 2027-01-01T00:00:00Z.");

  Certificate untrusted = told(State::Verified, self.certificate()->sha256);
  given.known.identify(untrusted, kNow);
  BOOST_TEST((untrusted.state == State::Untrusted));
  BOOST_TEST(given.hide(untrusted.known_as) == "~/self.pem");
}

BOOST_AUTO_TEST_CASE(identify_what_a_rule_alone_names) {
  Given given;
  const Made self = make({.cns = {"self"}}), a = given.leaf("a");
  given.known.add_pinned("self.pem", {self.certificate()});
  given.known.add_pinned("a.pem", {a.certificate(), given.ca.certificate()});
  for (const State state : {State::Untrusted, State::Verified}) {
    // Trust is the MTA's to tell.
    Certificate of_mta = told(state, self.certificate()->sha256);
    given.known.identify(of_mta, kNow);
    BOOST_TEST((of_mta.state == state));
    BOOST_TEST(*of_mta.subject_cn == "self");
    BOOST_TEST(of_mta.known_as == "self.pem");
    BOOST_TEST(of_mta.problem == "");
    BOOST_TEST(of_mta.root_cns.is_unknown());

    Certificate of_ca = told(state, a.certificate()->sha256);
    given.known.identify(of_ca, kNow);
    BOOST_TEST((of_ca.state == state));
    BOOST_TEST(of_ca.root_cns->front() == "Root");
  }
}

BOOST_AUTO_TEST_CASE(identify_what_is_not_known) {
  Given given;
  const Made stranger = given.leaf("stranger");
  const Digest digest = stranger.certificate()->sha256;
  const auto identify = [&](Certificate certificate) {
    given.known.identify(certificate, kNow);
    BOOST_TEST(*certificate.subject_cn == "told by the MTA");
    BOOST_TEST(certificate.known_as == "");
    return certificate.state;
  };
  // A rule's file says nothing of other certificates.
  given.known.add_pinned("pin.pem", {given.leaf("a").certificate()});
  for (const State state :
       {State::Absent, State::Silent, State::Untrusted, State::Verified, State::Unknown}) {
    BOOST_TEST((identify(told(state)) == state));
    BOOST_TEST((identify(told(state, digest)) == state));
  }
  given.write("b.pem", given.leaf("b").pem());
  given.add();
  BOOST_TEST((identify(told(State::Silent)) == State::Unknown));
  BOOST_TEST((identify(told(State::Untrusted)) == State::Unknown));
  BOOST_TEST((identify(told(State::Absent)) == State::Absent));
  BOOST_TEST((identify(told(State::Verified)) == State::Verified));
  BOOST_TEST((identify(told(State::Unknown)) == State::Unknown));
  // A digest that is told is no known one's.
  BOOST_TEST((identify(told(State::Untrusted, digest)) == State::Untrusted));
  BOOST_TEST((identify(told(State::Verified, digest)) == State::Verified));
}

BOOST_AUTO_TEST_SUITE_END()
