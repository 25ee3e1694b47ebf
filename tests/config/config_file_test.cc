// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/config_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>

#include "config/folder.h"

namespace forcetls {
namespace {

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(config_file)

BOOST_AUTO_TEST_CASE(includes) {
  const Folder folder;
  folder.write("f.conf", "[milter]\ninclude = conf.d/*.conf none/*.conf\n  extra.conf\n" +
                             ("  " + (folder / "conf.d/abs[.]cnf")) +
                             "\n[defaults]\nmode = monitor\n");
  folder.write("conf.d/b.conf", "[inbound b]\nmatch-sender = b.example\n");
  folder.write("conf.d/a.conf",
               "\xef\xbb\xbf[inbound a]\nmatch-sender = a.example\nrequire-certificate = c\n");
  folder.write("conf.d/.hidden.conf", "garbage");
  folder.write("conf.d/abs.cnf", "");
  folder.write("extra.conf", "[certificate c]\nname = c.example\n");
  const auto result = load_config(folder / "f.conf", kNow);
  BOOST_REQUIRE_MESSAGE(result.config, format_all(result));
  const auto& config = *result.config;
  BOOST_TEST(format(config.files) == (folder / "f.conf|") + (folder / "conf.d/a.conf|") +
                                         (folder / "conf.d/b.conf|") + (folder / "extra.conf|") +
                                         (folder / "conf.d/abs.cnf|"));
  BOOST_TEST(connector_of(config, "b").where.file == 2U);
  BOOST_TEST((config.policy.terms_of(connector_of(config, "b")).mode == Mode::Monitor));
  BOOST_TEST(folder.messages("f.conf") ==
             "~/extra.conf:1: warning: [certificate c] binds no CA: any CA that the MTA trusts may "
             "issue such a certificate\n");
  BOOST_TEST((config.warnings == result.diagnostics));
}

BOOST_AUTO_TEST_CASE(include_errors) {
  const Folder folder;
  folder.write("f.conf", "[milter]\ninclude = gone.conf, f.conf\n  d/* a.conf a.con?\n");
  folder.write("a.conf",
               "[milter]\nmta = exim\ninclude = *\n[defaults]\nmode = x\n[outbound x]\n[inbound "
               "a]\nmatch-sendr = a\n");
  folder.write("d/folder/x", "");
  folder.write("d/e.conf", "k = v\n[inbound a]\nmatch-sender = a\n a b\n");
  fs::create_symlink(folder / "nowhere", folder / "d/link");
  BOOST_TEST(
      folder.messages("f.conf") ==
      "~/f.conf:2: error: no file 'gone.conf' for 'include' in [milter]\n"
      "~/f.conf: error: has been read already; include each file once\n"
      "~/d/e.conf:1: error: key 'k' outside a section\n"
      "~/d/e.conf:4: warning: 'a' stands twice in 'match-sender' in [inbound a]\n"
      "~/d/folder: error: is a folder; to include the files in it write FOLDER/*.conf\n"
      "~/d/link: error: cannot be opened: No such file or directory\n"
      "~/a.conf:1: error: [milter] in an included file, where only [inbound], [outbound] and "
      "[certificate] may stand\n"
      "~/a.conf:4: error: [defaults] in an included file, where only [inbound], [outbound] and "
      "[certificate] may stand\n"
      "~/a.conf:6: error: [outbound x] has no 'match-recipient'; 'match-recipient = *' is mail to "
      "everybody\n"
      "~/a.conf:7: error: duplicate section [inbound a]; the first is at ~/d/e.conf:2\n"
      "~/a.conf:8: error: unknown key 'match-sendr' in [inbound a]; did you mean 'match-sender'?\n"
      "~/a.conf: error: has been read already; include each file once\n");
}

BOOST_AUTO_TEST_CASE(main_file_errors) {
  const Folder folder;
  BOOST_TEST(folder.messages("f.conf") ==
             "~/f.conf: error: cannot be opened: No such file or directory\n");
  BOOST_TEST(folder.messages("") ==
             "~/: error: is a folder; to include the files in it write FOLDER/*.conf\n");
  folder.write("f.conf", "");
  BOOST_TEST(folder.messages("f.conf/x") ==
             "~/f.conf/x: error: cannot be opened: Not a directory\n");
}

BOOST_AUTO_TEST_CASE(folders_with_wildcards_in_their_names) {
  const Folder folder;
  folder.write("[a]*\\?/f.conf", "[milter]\ninclude = c.d/*\n");
  folder.write("[a]*\\?/c.d/x", "[inbound x]\nmatch-sender = x.example\n");
  const auto result = load_config(folder / "[a]*\\?/f.conf", kNow);
  BOOST_REQUIRE_MESSAGE(result.config, format_all(result));
  BOOST_TEST(result.config->policy.connectors().size() == 1U);
}

BOOST_AUTO_TEST_CASE(files_that_may_not_be_read) {
  if (geteuid() == 0) {
    BOOST_TEST_MESSAGE("root may read everything");
    return;
  }
  const Folder folder;
  folder.write("f.conf", "[milter]\ninclude = a.conf secret/*\n");
  folder.write("a.conf", "");
  folder.write("secret/b.conf", "");
  chmod((folder / "a.conf").c_str(), 0);
  chmod((folder / "secret").c_str(), 0);
  BOOST_TEST(folder.messages("f.conf") ==
             "~/f.conf:2: error: cannot read the folder of 'secret/*' for 'include' in [milter]\n"
             "~/a.conf: error: cannot be opened: Permission denied\n");
  chmod((folder / "secret").c_str(), 0700);
}

BOOST_AUTO_TEST_CASE(many_connectors_keep_apart) {
  std::string text;
  for (int i = 0; i < 50'000; ++i)
    text += "[inbound p" + std::to_string(i) + "]\nmatch-sender = p" + std::to_string(i) +
            ".example\nrequire-tls = 1." + std::to_string(i % 4) + "\n";
  const Folder folder;
  folder.write("f.conf", text);
  const auto result = load_config(folder / "f.conf", kNow);
  BOOST_REQUIRE_MESSAGE(result.config, format_all(result));
  const auto& connectors = result.config->policy.connectors();
  BOOST_TEST(connectors.size() == 50'000U);
  BOOST_TEST(connectors.at(49'999).scope.match_sender.at(0).domain == "p49999.example");
  BOOST_TEST(
      (result.config->policy.terms_of(connectors[49'999]).require_tls == Terms::TlsDemand::Tls13));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
