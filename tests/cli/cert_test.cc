// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/cert.h"

#include <boost/test/unit_test.hpp>
#include <sstream>

#include "../x509/pki.h"
#include "cli/program.h"
#include "temporary_folder.h"

using namespace forcetls;
using pki::make;
using pki::Made;

namespace {

struct Ran {
  int exit_code;
  std::string out;
  std::string err;
};

Ran run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "cert");
  std::vector<const char*> pointers;
  for (const auto& argument : arguments) pointers.push_back(argument.c_str());
  std::ostringstream out, err;
  const int exit_code = run_program(pointers, {out, err, pki::day(2026, 12, 1)});
  return {exit_code, out.str(), err.str()};
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

const Made kRoot = make({.cns = {"Root A"}, .ca = true});
const Made kIssuer = make({.cns = {"Issuer"}, .issuer = &kRoot, .ca = true});
const Made kLeaf = make({.cns = {"mail.contoso.com"}, .issuer = &kIssuer});

}  // namespace

BOOST_AUTO_TEST_SUITE(cert)

BOOST_AUTO_TEST_CASE(a_chain_and_its_root) {
  const TemporaryFolder folder;
  const auto root = folder.write("root.pem", kRoot.pem());
  const auto file = folder.write("chain.pem", kLeaf.pem() + kIssuer.pem());
  const Ran ran = run({"--ca-file", root, file});
  BOOST_TEST(ran.err == "");
  BOOST_TEST(ran.exit_code == 0);
  BOOST_TEST(ran.out.starts_with(file + "\n  subject        CN=mail.contoso.com\n"));
  BOOST_TEST(count(ran.out, "\n  trust          verified\n  root           Root A\n\n" + file +
                                ", certificate 2\n  subject        CN=Issuer\n") == 1U);
  BOOST_TEST(count(ran.out, "\n\n[certificate mail.contoso.com]\nname         = mail.contoso.com\n"
                            "issuer       = Issuer\nroot         = Root A\n") == 1U);
}

BOOST_AUTO_TEST_CASE(what_no_anchor_vouches_for) {
  const TemporaryFolder folder;
  const auto other = folder.write("other.pem", make({.cns = {"Other"}, .ca = true}).pem());
  const auto file = folder.write("leaf.der", kLeaf.der);
  const Ran ran = run({file, "--ca-file=" + other});
  BOOST_TEST(ran.exit_code == 0);
  BOOST_TEST(count(ran.out, "\n  trust          untrusted: ") == 1U);
  BOOST_TEST(count(ran.out, "\n  root") == 0U);
  BOOST_TEST(count(ran.out, "\n[certificate mail.contoso.com]\n") == 1U);

  const auto root = folder.write("root.pem", kRoot.pem());
  const Made old =
      make({.cns = {"old.example"}, .issuer = &kRoot, .not_after = pki::day(2026, 2, 1)});
  const Ran expired = run({"--ca-file", root, folder.write("old.pem", old.pem())});
  BOOST_TEST(count(expired.out, "\n  trust          not now") == 1U);
  BOOST_TEST(count(expired.out, "\n  root           Root A\n") == 1U);
}

BOOST_AUTO_TEST_CASE(each_root_once) {
  const TemporaryFolder folder;
  const Made other = make({.cns = {"Root B"}, .ca = true});
  const auto crossed = [](const Made& root) {
    return make({.cns = {"Issuer"}, .issuer = &root, .key = kIssuer.key, .ca = true}).pem();
  };
  const auto roots = folder.write("roots.pem", kRoot.pem() + other.pem());
  const auto file = folder.write(
      "chain.pem", kLeaf.pem() + kIssuer.pem() + crossed(kRoot) + crossed(other));
  const Ran ran = run({"--ca-file", roots, file});
  BOOST_TEST(count(ran.out, "  root           Root A\n") == 1U);
  BOOST_TEST(count(ran.out, "  root           Root B\n") == 1U);
}

BOOST_AUTO_TEST_CASE(the_system_store_is_the_default) {
  const TemporaryFolder folder;
  const Ran ran = run({folder.write("leaf.pem", kLeaf.pem())});
  BOOST_TEST(ran.exit_code == 0);
  BOOST_TEST(count(ran.out, "\n  trust          untrusted") == 1U);
}

BOOST_AUTO_TEST_CASE(one_bad_file_does_not_hide_the_others) {
  const TemporaryFolder folder;
  const auto good = folder.write("good.pem", kLeaf.pem());
  const auto key = folder.write("key.pem", kLeaf.pem() + kLeaf.key_pem());
  const auto empty = folder.write("empty.pem", "");
  struct Case {
    std::vector<std::string> files;
    int exit_code;
    std::string err;
    std::size_t sections;
  };
  const std::string missing = "/nonexistent.pem: No such file or directory\n";
  const std::string has_key =
      key + ": it holds a private key, which belongs in no file of certificates\n";
  const std::string none = empty + ": it holds no certificate, neither PEM nor DER\n";
  const std::string by = "forcetls cert: ";
  const Case cases[] = {
      {{good, good}, 0, "", 2},
      {{"/nonexistent.pem", good}, 66, by + missing, 1},
      {{key, good}, 65, by + has_key, 1},
      {{good, empty, good}, 65, by + none, 2},
      {{empty, "/nonexistent.pem", key}, 66, by + none + by + missing + by + has_key, 0},
      {{"--ca-file", "/nonexistent.pem", good}, 66, by + missing, 0},
      {{"--ca-file", empty, good}, 66, by + none, 0},
      {{}, 64, by + "FILE is required\n", 0},
      {{good, "--ca"}, 64, by + "unknown option '--ca'\n", 0},
  };
  for (const auto& one : cases) {
    const Ran ran = run(one.files);
    BOOST_TEST(ran.err == one.err);
    BOOST_TEST(ran.exit_code == one.exit_code);
    BOOST_TEST(count(ran.out, "[certificate ") == one.sections);
  }
}

BOOST_AUTO_TEST_SUITE_END()
