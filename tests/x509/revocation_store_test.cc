// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/revocation_store.h"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "temporary_folder.h"
#include "x509/revocation_writer.h"

namespace forcetls {

using namespace pki;

namespace {

const std::string kFirst = "http://crl.example/1.crl", kSecond = "http://crl.example/2.crl";

struct Fixture {
  void write(const std::string& name, const std::string& bytes) const { state.write(name, bytes); }

  std::shared_ptr<const RevocationStore> load() {
    problems.clear();
    return RevocationStore::load(state.path(), problems);
  }

  /// `revoked http://…` for each answer.
  std::vector<std::string> answers(const Made& certificate, const Made& issuer) {
    std::vector<std::string> found;
    for (const auto& answer : load()->answers(*certificate.certificate(), *issuer.certificate()))
      found.push_back((answer.revoked ? "revoked " : "good ") + answer.source);
    return found;
  }

  std::string crl_revoking(const Made& certificate) const {
    return make_crl({.issuer = &ca, .entries = {{serial_of(certificate), ""}}});
  }

  const TemporaryFolder state;
  std::vector<FileProblem> problems;
  const Made ca = make({.cns = {"Issuing CA"}, .organizations = {"Test"}, .ca = true});
  const Made twin = make({.cns = {"Issuing CA"}, .organizations = {"Test"}, .ca = true});
  const Made leaf = make({.cns = {"mail.contoso.com"},
                          .issuer = &ca,
                          .crl_urls = {kFirst, kSecond},
                          .ocsp_urls = {"http://ocsp.example/"}});
  const Made other = make({.cns = {"other.example"}, .issuer = &ca, .crl_urls = {kSecond}});
};

using Strings = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(revocation_store, Fixture)

BOOST_AUTO_TEST_CASE(file_names) {
  BOOST_TEST(crl_file_name("http://crl.example/1.crl") ==
             "crl/e873f272b1d87ba461f3c832c4c10ef19eae03a4975442df9d68457eaa2f303d.crl");
  BOOST_TEST(ocsp_file_name(*leaf.certificate()) ==
             "ocsp/" + format_digest_plain(leaf.certificate()->sha256) + ".ocsp");

  const std::string digits(64, 'a');
  BOOST_TEST(is_answer_name(crl_file_name(kFirst)));
  BOOST_TEST(is_answer_name(ocsp_file_name(*leaf.certificate())));
  for (const std::string& name : Strings{
           "", "crl", "crl/", "crl/.crl", digits + ".crl", "crl/" + digits,
           "crl/" + digits + ".ocsp", "ocsp/" + digits + ".crl", "crl/" + digits + "a.crl",
           "crl/" + digits + ".crl~",
           "crl/" + digits.substr(1) + ".crl", "crl/" + digits.substr(1) + "A.crl",
           "crl-" + digits + ".crl", "crl/" + digits.substr(1) + "g.crl"})
    BOOST_TEST(!is_answer_name(name), name);
}

BOOST_AUTO_TEST_CASE(nothing_is_there) {
  BOOST_TEST((answers(leaf, ca) == Strings{}));
  BOOST_TEST(problems.empty());
  RevocationStore::load(state / "missing", problems);
  BOOST_TEST(problems.empty());
  const RevocationStore nothing;
  BOOST_TEST(nothing.answers(*leaf.certificate(), *ca.certificate()).empty());
  BOOST_TEST(nothing.crls().empty());
}

BOOST_AUTO_TEST_CASE(answers_of_all_sources) {
  write(crl_file_name(kFirst), make_crl({.issuer = &ca}));
  write(crl_file_name(kSecond), crl_revoking(leaf));
  write(ocsp_file_name(*leaf.certificate()), make_ocsp({.signer = &ca, .singles = {{&leaf, &ca}}}));
  BOOST_TEST((answers(leaf, ca) ==
              Strings{"good " + kFirst, "revoked " + kSecond, "good http://ocsp.example/"}));
  BOOST_TEST((answers(other, ca) == Strings{"good " + kSecond}));
  BOOST_TEST((answers(leaf, twin) == Strings{}));
  BOOST_TEST(problems.empty());
}

BOOST_AUTO_TEST_CASE(a_file_counts_only_under_its_own_name) {
  write(crl_file_name("http://crl.example/3.crl"), crl_revoking(leaf));
  write("crl/notes.crl", crl_revoking(leaf));
  write(ocsp_file_name(*other.certificate()),
        make_ocsp({.signer = &ca, .singles = {{&leaf, &ca}}}));
  BOOST_TEST((answers(leaf, ca) == Strings{}));
  BOOST_TEST((answers(other, ca) == Strings{}));
  BOOST_TEST(problems.empty());
}

BOOST_AUTO_TEST_CASE(broken_files_are_left_out_by_name) {
  write(crl_file_name(kFirst), "junk");
  write(crl_file_name(kSecond), make_crl({.issuer = &ca}));
  write("crl/readme.txt", "not looked at");
  write("crl/.forcetls-a1b2c3", "half a file");
  std::filesystem::create_directories(state / "crl/folder.crl");
  BOOST_REQUIRE(mkfifo((state / "crl/fifo.crl").c_str(), 0600) == 0);
  write(ocsp_file_name(*leaf.certificate()), "junk");
  BOOST_TEST((answers(leaf, ca) == Strings{"good " + kSecond}));
  const std::vector<FileProblem> expected = {
      {state / crl_file_name(kFirst), "not a CRL"}};
  BOOST_TEST((problems == expected));
}

BOOST_AUTO_TEST_CASE(files_that_are_too_large) {
  write(crl_file_name(kFirst), "");
  std::filesystem::resize_file(state / crl_file_name(kFirst), (32U << 20U) + 1);
  write(ocsp_file_name(*leaf.certificate()), std::string((64U << 10U) + 1, '0'));
  load();
  BOOST_REQUIRE(problems.size() == 2U);
  BOOST_TEST(problems[0].text == "larger than 32768 KiB");
  BOOST_TEST(problems[1].text == "larger than 64 KiB");
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_none) {
  write("crl", "a file");
  load();
  const std::vector<FileProblem> expected = {{state / "crl", "Not a directory"}};
  BOOST_TEST((problems == expected));
}

BOOST_AUTO_TEST_CASE(lists_crls) {
  write(crl_file_name(kFirst), make_crl({.issuer = &ca, .next_update = day(2026, 7, 1)}));
  write("crl/z.crl", make_crl({.issuer = &leaf}));
  const auto crls = load()->crls();
  BOOST_REQUIRE(crls.size() == 2U);  // in the order of file names
  BOOST_TEST(crls[0].file == state / crl_file_name(kFirst));
  BOOST_TEST(crls[0].issuer == "CN=Issuing CA,O=Test");
  BOOST_TEST((crls[0].next_update == day(2026, 7, 1)));
  BOOST_TEST(crls[1].issuer == "CN=mail.contoso.com");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
