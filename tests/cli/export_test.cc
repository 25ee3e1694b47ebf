// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// `forcetls export`: whole tables and whole messages, and that by the MTAs' own look-ups a table
// says what the policy does.

#include "cli/export.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/export_postfix.h"
#include "cli/export_sendmail.h"
#include "cli/program.h"
#include "config/load_text.h"
#include "config/time_text.h"
#include "temporary_folder.h"
#include "wire/next_hop.h"
#include "x509/pki.h"

namespace forcetls {

namespace {

using TlsDemand = Terms::TlsDemand;

struct Ran {
  int exit_code;
  std::string out;
  std::string err;
};

/// The tool in a folder with this forcetls.conf; `~` is the folder.
class Tool {
 public:
  explicit Tool(const std::string& config) { folder_.write("forcetls.conf", config); }

  const TemporaryFolder& folder() const { return folder_; }

  Ran run(std::vector<std::string> options) const {
    options.insert(options.begin(), "export");
    options.insert(options.end(), {"-c", folder_ / "forcetls.conf"});
    std::vector<const char*> pointers;
    for (const auto& option : options) pointers.push_back(option.c_str());
    std::ostringstream out, err;
    const int exit_code = run_program(pointers, {out, err, kNow});
    return {exit_code, folder_.hide(out.str()), folder_.hide(err.str())};
  }

 private:
  TemporaryFolder folder_;
};

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::string kFrom = "# By forcetls export at 2026-09-01T00:00:00Z from ";

std::string postfix_heading(const std::string& version = "3.7", const std::string& right = "") {
  return "# TLS policies for Postfix " + version + ": smtp_tls_policy_maps\n" + kFrom +
         "~/forcetls.conf\n" + right +
         "# As texthash:FILE; or as lmdb:FILE, with postmap at each change.\n"
         "# A next hop with a port (contoso.com:2525) is found only as such a key.\n";
}

std::string sendmail_heading() {
  return "# TLS requirements for Sendmail's access map\n" + kFrom +
         "~/forcetls.conf\n"
         "# Add to the source of FEATURE(`access_db'), then: makemap hash access < access\n"
         "# CN: is compared with the certificate's CN. FEATURE(`check_cert_altnames') must be off: "
         "with it a server passes that proves nothing but its own name.\n"
         "# TLS_Rcpt: comes after MAIL: a server without STARTTLS learns the sender's address.\n"
         "# ENCR: is met by the encryption of mail that comes in, with DeliveryMode=interactive.\n";
}

const char kConfig[] =
    "[outbound contoso]\n"
    "match-recipient = *.contoso.com, mail.example\n"
    "require-certificate = verified\n"
    "require-certificate-name = mail.contoso.com, *.mx.contoso.com\n"
    "smart-host = [mx.contoso.com]:25\n"
    "[outbound inner]\n"
    "match-recipient = secret.contoso.com, *.lab.contoso.com\n"
    "require-tls = 1.3\n"
    "deny-ciphers = ECDHE-RSA-AES128-SHA\n"
    "[outbound watched]\n"
    "match-recipient = watched.example, *.watched.contoso.com\n"
    "mode = monitor\n"
    "[outbound late]\n"
    "match-recipient = late.example\n"
    "enforce-from = 2026-10-01\n"
    "[outbound broken]\n"
    "match-recipient = broken.example\n"
    "suspend-until = 2026-09-05\n";

/// Lines that are no comments, by their first word.
std::map<std::string, std::string> read_table(const std::string& text) {
  std::map<std::string, std::string> table;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with('#')) {
      const auto tab = line.find('\t');
      BOOST_REQUIRE_MESSAGE(tab != line.npos, line);
      BOOST_TEST(table.emplace(line.substr(0, tab), line.substr(tab + 1)).second, line);
    }
  return table;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exported)

BOOST_AUTO_TEST_CASE(postfix_table) {
  const Tool tool(kConfig);
  const auto ran = tool.run({"postfix"});
  BOOST_TEST(ran.err == "");
  BOOST_TEST(ran.exit_code == 0);
  const std::string names = "secure match=mail.contoso.com:mx.contoso.com:.mx.contoso.com ";
  const std::string left_out =
      "# Not here: [outbound watched] at ~/forcetls.conf:10, mode = monitor\n"
      "# Not here: [outbound late] at ~/forcetls.conf:13, enforced from 2026-10-01T00:00:00Z\n"
      "# Not here: [outbound broken] at ~/forcetls.conf:16, suspended until 2026-09-06T00:00:00Z\n";
  const std::string right = "# Right until 2026-09-06T00:00:00Z: export again then.\n";
  const std::string inner = "encrypt protocols=>=TLSv1.3 exclude=ECDHE-RSA-AES128-SHA\n";
  BOOST_TEST(ran.out == postfix_heading("3.7", right) + left_out + "[mx.contoso.com]:25\t" + names +
                            "protocols=>=TLSv1.2\n" + "contoso.com\t" + names +
                            "protocols=>=TLSv1.2\n" + ".contoso.com\t" + names +
                            "protocols=>=TLSv1.2\n" + "lab.contoso.com\t" + inner +
                            ".lab.contoso.com\t" + inner + "mail.example\t" + names +
                            "protocols=>=TLSv1.2\n" + "secret.contoso.com\t" + inner +
                            "watched.contoso.com\t" + names + "protocols=>=TLSv1.2\n" +
                            ".watched.contoso.com\t" + names + "protocols=>=TLSv1.2\n");
  BOOST_TEST(tool.run({"postfix"}).out == ran.out);
}

BOOST_AUTO_TEST_CASE(postfix_versions) {
  const char rule[] = "[outbound a]\nmatch-recipient = a.example\n";
  const Tool plain(rule), old(std::string(rule) + "[outbound-map]\npostfix-version = 3.4\n");
  const std::string without_ranges = "a.example\tencrypt protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1\n";
  BOOST_TEST(plain.run({"postfix"}).out ==
             postfix_heading() + "a.example\tencrypt protocols=>=TLSv1.2\n");
  BOOST_TEST(plain.run({"postfix", "--version", "3.5.25"}).out ==
             postfix_heading("3.5") + without_ranges);
  BOOST_TEST(old.run({"postfix"}).out == postfix_heading("3.4") + without_ranges);
  BOOST_TEST(old.run({"postfix", "--version", "3.7"}).out ==
             postfix_heading() + "a.example\tencrypt protocols=>=TLSv1.2\n");
}

BOOST_AUTO_TEST_CASE(other_spellings) {
  const Tool tool(
      "[outbound a]\nmatch-recipient = *.bücher.example\nsmart-host = [mx.bücher.example]\n"
      "[outbound b]\nmatch-recipient = b.example\nsmart-host = bücher.test:2525\n"
      "[outbound c]\nmatch-recipient = c.example\nsmart-host = [2001:DB8::1]:25\n");
  const std::string value = "\tencrypt protocols=>=TLSv1.2\n";
  std::string expected = postfix_heading();
  for (const auto* key :
       {"[ipv6:2001:db8::1]:25", "[2001:db8::1]:25", "[mx.xn--bcher-kva.example]",
        "[mx.bücher.example]", "b.example", "c.example", "xn--bcher-kva.example", "bücher.example",
        ".xn--bcher-kva.example", ".bücher.example", "xn--bcher-kva.test:2525", "bücher.test:2525"})
    expected += key + value;
  BOOST_TEST(tool.run({"postfix"}).out == expected);
}

BOOST_AUTO_TEST_CASE(rules_within_their_dates) {
  const Tool tool(
      "[outbound a]\nmatch-recipient = a.example\nrequire-certificate = old, new\n"
      "[outbound b]\nmatch-recipient = b.example\nrequire-certificate = new\nrequire-tls = yes\n"
      "[certificate old]\nname = old.example\nvalid-until = 2026-12-31\n"
      "[certificate new]\nname = new.example\nvalid-from = 2026-12-01\n");
  BOOST_TEST(tool.run({"postfix"}).out ==
             postfix_heading("3.7", "# Right until 2026-12-01T00:00:00Z: export again then.\n") +
                 "a.example\tsecure match=old.example protocols=>=TLSv1.2\n"
                 "b.example\tno-rule-counts-now\n");
}

BOOST_AUTO_TEST_CASE(what_postfix_cannot_say) {
  const Tool tool(
      "[outbound all]\nmatch-recipient = *\n"
      "[outbound contoso]\nmatch-recipient = *.contoso.com, contoso.example\n"
      "[outbound broken]\nmatch-recipient = *.x.contoso.com, own.example, b.contoso.com\n"
      "suspend-until = 2026-09-05\n");
  const auto ran = tool.run({"postfix"});
  const std::string advice = ": suspend that connector too\n";
  const std::string broken =
      "~/forcetls.conf:5: error: [outbound broken] is suspended, and in its "
      "place Postfix would take the entry '.contoso.com' for ";
  BOOST_TEST(ran.exit_code == 78);
  BOOST_TEST(ran.out == "");
  BOOST_TEST(ran.err ==
             "~/forcetls.conf:1: error: [outbound all] has match-recipient '*', which is no key of "
             "smtp_tls_policy_maps: let smtp_tls_security_level in main.cf say what holds for all "
             "others, or let Postfix ask the map of [outbound-map]\n" +
                 broken + "b.contoso.com" + advice + broken + "x.contoso.com" + advice);
}

BOOST_AUTO_TEST_CASE(anchors_are_written) {
  const pki::Made root = pki::make({.cns = {"Root A"}, .ca = true});
  const std::string pem = format_pem(*root.certificate());
  Tool tool("");
  const auto& folder = tool.folder();
  folder.write("ca.pem", pem);
  folder.write("known/.keep", "");
  folder.write("forcetls.conf", "[milter]\nstate-directory = " + folder.path() +
                                    "\n[trust]\nca-file = ca.pem\nknown-certificates = known\n"
                                    "[outbound a]\nmatch-recipient = a.example\n"
                                    "require-certificate = a\n[certificate a]\nroot = Root A\n");
  const auto ran = tool.run({"postfix"});
  BOOST_TEST(ran.err == "");
  const auto at = ran.out.find("tafile=~/");
  BOOST_REQUIRE(at != std::string::npos);
  const auto file = ran.out.substr(at + 9, ran.out.find(' ', at) - at - 9);
  BOOST_TEST(read(folder / file) == pem);
  BOOST_TEST(tool.run({"postfix"}).exit_code == 0);

  std::filesystem::remove_all(folder / "anchors");
  folder.write("anchors", "");
  const auto failed = tool.run({"postfix"});
  BOOST_TEST(failed.exit_code == 73);
  BOOST_TEST(failed.out == "");
}

BOOST_AUTO_TEST_CASE(sendmail_table) {
  const Tool tool(
      "[outbound all]\nmatch-recipient = *\nrequire-tls = yes\n"
      "[outbound contoso]\nmatch-recipient = *.contoso.com\nsmart-host = [mx.contoso.com]:25\n"
      "require-certificate = verified\nrequire-certificate-name = mail.contoso.com\n"
      "[outbound inner]\nmatch-recipient = *.lab.contoso.com\nrequire-certificate = lab\n"
      "smart-host = [192.0.2.1]\n"
      "[outbound broken]\nmatch-recipient = *.x.contoso.com, *.z.example\n"
      "suspend-until = 2026-09-05\n"
      "[outbound later]\nmatch-recipient = *.later.example\nrequire-certificate = later\n"
      "[certificate lab]\nname = lab.contoso.com\n"
      "[certificate later]\nname = later.example\nvalid-from = 2027-01-01\n");
  const auto ran = tool.run({"sendmail", "--minimum-tls", "1.2"});
  BOOST_TEST(ran.err == "");
  BOOST_TEST(ran.exit_code == 0);
  std::string heading = sendmail_heading();
  heading.insert(heading.find("# Add"), "# Right until 2026-09-06T00:00:00Z: export again then.\n");
  BOOST_TEST(ran.out == heading +
                            "# Not here: [outbound broken] at ~/forcetls.conf:13, suspended until "
                            "2026-09-06T00:00:00Z\n"
                            "TLS_Rcpt:\tTEMP+ENCR:1\n"
                            "TLS_Rcpt:contoso.com\tTEMP+VERIFY+CN:mail.contoso.com\n"
                            "TLS_Rcpt:lab.contoso.com\tTEMP+VERIFY+CN:lab.contoso.com\n"
                            "TLS_Rcpt:later.example\tTEMP+VERIFY+CN:no-rule-counts-now.invalid\n"
                            "TLS_Rcpt:x.contoso.com\tOK\n"
                            "TLS_Rcpt:z.example\tOK\n"
                            "TLS_Srv:192.0.2.1\tTEMP+VERIFY+CN:lab.contoso.com\n"
                            "TLS_Srv:mx.contoso.com\tTEMP+VERIFY+CN:mail.contoso.com\n");
  BOOST_TEST(tool.run({"sendmail", "--minimum-tls", "1.2"}).out == ran.out);
}

BOOST_AUTO_TEST_CASE(what_sendmail_cannot_say) {
  struct Case {
    const char* connector;  // match-recipient = *.a.example and require-tls = yes stand before it
    const char* problem;    // behind `[outbound a] `
  };
  const std::string cannot = ", which Sendmail's access map cannot demand";
  const Case cases[] = {
      {"require-certificate = verified",
       "needs a certificate for the domain or any of its subdomains, which Sendmail's access map "
       "cannot demand: give one name in 'require-certificate-name'"},
      {"require-certificate = verified\nrequire-certificate-name = a.example, b.example",
       "takes any of several names, which Sendmail's access map cannot demand: give one"},
      {"require-certificate = verified\nrequire-certificate-name = *.a.example",
       "takes any name in '*.a.example', which Sendmail's access map cannot demand: give one"},
      {"require-certificate = dane",
       "has require-certificate = dane, which Sendmail's access map cannot demand"},
      {"deny-ciphers = AES128-SHA",
       "has 'deny-ciphers', which Sendmail's access map cannot demand"},
      {"server-name = mx.a.example",
       "has 'server-name', which Sendmail's access map cannot demand"},
      {"require-certificate = pinned",
       "needs the pins of [certificate pinned], which Sendmail's access map cannot demand"},
      {"require-certificate = one, two",
       "takes any of several names, which Sendmail's access map cannot demand: give one"},
      {"smart-host = [IPv6:2001:db8::1]:25",
       "has an IPv6 address as 'smart-host', which Sendmail's access map cannot demand anything "
       "of: "
       "give the host's name"},
      {"[outbound b]\nmatch-recipient = b.example\nrequire-tls = yes", nullptr},
  };
  for (const auto& one : cases) BOOST_TEST_CONTEXT(one.connector) {
      const Tool tool(
          std::string("[outbound a]\nmatch-recipient = *.a.example\nrequire-tls = yes\n") +
          one.connector + "\n[certificate pinned]\nsha256 = " + std::string(64, '0') +
          "\n[certificate one]\nname = one.example\n[certificate two]\nname = two.example\n");
      const auto ran = tool.run({"sendmail"});
      BOOST_TEST(ran.exit_code == 78);
      BOOST_TEST(ran.out == "");
      const std::string expected =
          one.problem
              ? "~/forcetls.conf:1: error: [outbound a] " + std::string(one.problem)
              : "~/forcetls.conf:4: error: [outbound b] is for 'b.example' alone, and in "
                "Sendmail's access map subdomains follow their domain: give '*.b.example' too";
      BOOST_TEST(ran.err == expected + "\n");
    }
}

BOOST_AUTO_TEST_CASE(sendmail_tls_versions) {
  const auto run = [](const char* demanded, std::vector<std::string> options) {
    options.insert(options.begin(), "sendmail");
    return Tool(std::string("[outbound a]\nmatch-recipient = *.a.example\nrequire-tls = ") +
                demanded + "\n")
        .run(options);
  };
  BOOST_TEST(
      run("1.2", {}).err ==
      "~/forcetls.conf:1: error: [outbound a] has require-tls = 1.2, which Sendmail's access "
      "map cannot demand: --minimum-tls 1.2 says that Sendmail itself uses nothing older "
      "(ClientSSLOptions)\n");
  BOOST_TEST(run("1.3", {"--minimum-tls", "1.2"}).exit_code == 78);
  BOOST_TEST(run("1.2", {"--minimum-tls", "1.2"}).exit_code == 0);
  BOOST_TEST(run("1.1", {"--minimum-tls", "1.3"}).exit_code == 0);
  BOOST_TEST(run("yes", {}).exit_code == 0);
}

BOOST_AUTO_TEST_CASE(one_host_with_two_ports) {
  const Tool tool(
      "[outbound a]\nmatch-recipient = *.a.example\nrequire-tls = yes\nsmart-host = "
      "[mx.example]:25\n"
      "[outbound b]\nmatch-recipient = *.b.example\nrequire-tls = yes\nsmart-host = "
      "[mx.example]:26\n"
      "require-certificate = verified\nrequire-certificate-name = b.example\n");
  BOOST_TEST(
      tool.run({"sendmail"}).err ==
      "~/forcetls.conf:5: error: [outbound b] demands of its 'smart-host' another thing than "
      "is demanded of [mx.example]:25: Sendmail's access map knows no ports\n");
}

BOOST_AUTO_TEST_CASE(output_file) {
  const Tool tool("[outbound a]\nmatch-recipient = a.example\n");
  const auto ran = tool.run({"postfix", "-o", tool.folder() / "table"});
  BOOST_TEST(ran.exit_code == 0);
  BOOST_TEST(ran.out + ran.err == "");
  BOOST_TEST(tool.folder().hide(read(tool.folder() / "table")) == tool.run({"postfix"}).out);

  BOOST_TEST(tool.run({"sendmail", "-o", tool.folder() / "table"}).exit_code == 78);
  BOOST_TEST(tool.folder().hide(read(tool.folder() / "table")) == tool.run({"postfix"}).out);
  const auto failed = tool.run({"postfix", "-o", tool.folder() / "no/table"});
  BOOST_TEST(failed.exit_code == 73);
  BOOST_TEST(failed.err == "forcetls export: cannot write ~/no/table: No such file or directory\n");
}

BOOST_AUTO_TEST_CASE(mistakes) {
  struct Case {
    std::vector<std::string> options;
    int exit_code;
    const char* err;
  };
  const Case cases[] = {
      {{"exim"}, 64, "forcetls export: bad argument 'exim'; expected postfix or sendmail\n"},
      {{}, 64, "forcetls export: MTA is required\n"},
      {{"postfix", "--version", "3"},
       64,
       "forcetls export: bad --version '3'; expected a version as 3.7, from 3.4 on\n"},
      {{"sendmail", "--version", "3.7"}, 64, "forcetls export: --version is for postfix\n"},
      {{"postfix", "--minimum-tls", "1.2"}, 64, "forcetls export: --minimum-tls is for sendmail\n"},
      {{"sendmail", "--minimum-tls", "TLSv1.2"},
       64,
       "forcetls export: bad --minimum-tls 'TLSv1.2'; expected 1.0, 1.1, 1.2 or 1.3\n"},
      {{"postfix", "--version", "3.3"},
       64,
       "forcetls export: bad --version '3.3'; expected a version as 3.7, from 3.4 on\n"},
      {{"postfix"},
       78,
       "~/forcetls.conf:2: error: unknown key 'match-recipent' in [outbound a]; did "
       "you mean 'match-recipient'?\n"},
  };
  const Tool tool("[outbound a]\nmatch-recipent = a.example\nmatch-recipient = a.example\n");
  for (const auto& one : cases) BOOST_TEST_CONTEXT(one.err) {
      const auto ran = tool.run(one.options);
      BOOST_TEST(ran.exit_code == one.exit_code);
      BOOST_TEST(ran.out == "");
      BOOST_TEST(ran.err == one.err);
    }
}

/// smtp_tls_policy.c: the next hop itself, then, of a domain, `.parent` up to the last label.
std::string look_up_as_postfix(const std::map<std::string, std::string>& table,
                               const std::string& next_hop) {
  if (const auto found = table.find(next_hop); found != table.end()) return found->second;
  if (next_hop.find_first_of("[:") != next_hop.npos) return "";
  for (auto dot = next_hop.find('.'); dot != next_hop.npos; dot = next_hop.find('.', dot + 1))
    if (const auto found = table.find(next_hop.substr(dot)); found != table.end())
      return found->second;
  return "";
}

/// proto.m4, D and E: the domain and those above it, then the bare tag.
std::string look_up_as_sendmail(const std::map<std::string, std::string>& table,
                                std::string_view domain) {
  while (true) {
    const auto found = table.find("TLS_Rcpt:" + std::string(domain));
    if (found != table.end()) return found->second == "OK" ? "" : found->second;
    const auto dot = domain.find('.');
    if (dot == domain.npos) break;
    domain.remove_prefix(dot + 1);
  }
  const auto bare = table.find("TLS_Rcpt:");
  return bare == table.end() ? "" : bare->second;
}

/// Connectors whose terms tell them apart in both tables.
const std::string kTangle =
    "[outbound a]\nmatch-recipient = *.a.example\nsmart-host = [mx.a.example]:25\n"
    "require-certificate = verified\nrequire-certificate-name = a.test\nrequire-tls = yes\n"
    "[outbound b]\nmatch-recipient = *.b.a.example, *.c.example\nsmart-host = relay.example\n"
    "require-certificate = verified\nrequire-certificate-name = b.test\nrequire-tls = yes\n"
    "[outbound m]\nmatch-recipient = *.m.b.a.example, *.m.example\nmode = monitor\nrequire-tls = "
    "yes\n"
    "smart-host = [m.example]\n"
    "[outbound l]\nmatch-recipient = *.l.m.b.a.example\nrequire-tls = yes\n"
    "[outbound d]\nmatch-recipient = *.d.example\nenforce-from = 2026-09-02\nrequire-tls = yes\n";

/// What is asked: every domain above with and without others below.
std::vector<std::string> next_hops() {
  std::vector<std::string> list;
  for (const std::string domain :
       {"a.example", "b.a.example", "c.example", "m.b.a.example", "m.example", "l.m.b.a.example",
        "d.example", "s.example", "t.s.example", "relay.example", "example"})
    for (const std::string below : {"", "x.", "y.x.", "aa."}) {
      list.push_back(below + domain);
      list.push_back(below + "x" + domain);
    }
  return list;
}

BOOST_AUTO_TEST_CASE(postfix_finds_what_the_policy_says) {
  const auto config = config_of(kTangle +
                                "[outbound s]\nmatch-recipient = *.s.example\n"
                                "suspend-until = 2026-09-02\n"
                                "[outbound t]\nmatch-recipient = t.s.example\n");
  const PostfixVersion version;
  const auto exported = export_postfix(*config, kNow, version);
  BOOST_REQUIRE(exported.problems.empty());
  const auto table = read_table(exported.text);
  auto asked = next_hops();
  asked.insert(asked.end(), {"[mx.a.example]:25", "[mx.a.example]", "[m.example]", "[192.0.2.1]"});
  unsigned found = 0;
  for (const auto& next_hop : asked) {
    const auto* connector = config->policy.outbound(parse_next_hop(next_hop), kNow).demanding();
    const auto expected = connector ? *format_tls_policy(connector->terms, kNow, version) : "";
    BOOST_TEST(look_up_as_postfix(table, next_hop) == expected, next_hop);
    found += connector != nullptr;
  }
  BOOST_TEST(found > 30u);
}

BOOST_AUTO_TEST_CASE(sendmail_finds_what_the_policy_says) {
  const auto config = config_of(kTangle +
                                "[outbound s]\nmatch-recipient = *.s.example\n"
                                "suspend-until = 2026-09-02\n"
                                "[outbound t]\nmatch-recipient = *.t.s.example\n"
                                "require-tls = yes\n"
                                "[outbound any]\nmatch-recipient = *\nrequire-tls = yes\n"
                                "require-certificate = verified\n"
                                "require-certificate-name = any.test\n");
  const auto exported = export_sendmail(*config, kNow, TlsDemand::No);
  BOOST_REQUIRE(exported.problems.empty());
  const auto table = read_table(exported.text);
  for (const auto& domain : next_hops()) {
    const auto* connector = config->policy.outbound({"", domain, false}, kNow).demanding();
    const std::string expected = !connector ? ""
                                 : connector->terms.names.empty()
                                     ? "TEMP+ENCR:1"
                                     : "TEMP+VERIFY+CN:" + connector->terms.names.front().domain;
    BOOST_TEST(look_up_as_sendmail(table, domain) == expected, domain);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
