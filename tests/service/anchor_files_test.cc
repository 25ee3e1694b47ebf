// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/anchor_files.h"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/load_text.h"
#include "temporary_folder.h"
#include "x509/pki.h"

namespace forcetls {

namespace {

unsigned mode_of(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777u : 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(anchor_files)

BOOST_AUTO_TEST_CASE(written_and_written_again) {
  const TemporaryFolder folder;
  const auto anchor = pki::make({.cns = {"Root A"}, .ca = true}).certificate();
  const std::string path = folder / "anchors/a.pem";
  Config config = *config_of("");
  config.anchor_files = {{path, anchor}};

  const auto before = ::umask(077);
  BOOST_TEST(write_anchor_files(config) == "");
  ::umask(before);
  BOOST_TEST(mode_of(folder / "anchors") == 0755u);
  BOOST_TEST(mode_of(path) == 0644u);
  std::ifstream file(path);
  BOOST_TEST(std::string(std::istreambuf_iterator<char>(file), {}) == format_pem(*anchor));
  folder.write("anchors/a.pem", "cut");
  folder.write("anchors/other.pem", "other");
  BOOST_TEST(write_anchor_files(config) == "");
  BOOST_TEST(std::filesystem::file_size(path) == format_pem(*anchor).size());
  BOOST_TEST(std::filesystem::exists(folder / "anchors/other.pem"));
}

BOOST_AUTO_TEST_CASE(no_folder) {
  const TemporaryFolder folder;
  Config config = *config_of("");
  BOOST_TEST(write_anchor_files(config) == "");
  config.anchor_files = {{folder / "a/b/c.pem", pki::make({.cns = {"A"}}).certificate()}};
  BOOST_TEST(folder.hide(write_anchor_files(config)) ==
             "cannot make ~/a/b: No such file or directory");
  folder.write("f", "");
  config.anchor_files[0].path = folder / "f/c.pem";
  BOOST_TEST(folder.hide(write_anchor_files(config)) == "cannot write ~/f/c.pem: Not a directory");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
