// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// The whole tool as it is called, with its sub-commands check and explain.

#include "cli/program.h"

#include <boost/test/unit_test.hpp>
#include <sstream>
#include <vector>

#include "config/folder.h"
#include "config/time_text.h"
#include "given_config.h"
#include "x509/pki.h"
#include "x509/revocation_writer.h"

namespace forcetls {

namespace {

struct Ran {
  int exit_code;
  std::string out;
  std::string err;
};

Ran run(const std::vector<std::string>& arguments) {
  std::vector<const char*> pointers;
  for (const auto& argument : arguments) pointers.push_back(argument.c_str());
  std::ostringstream out, err;
  const Time now = *parse_time("2026-12-01T08:00:00Z", DateMeans::ItsBeginning);
  const int exit_code = run_program(pointers, {out, err, now});
  return {exit_code, out.str(), err.str()};
}

Ran run_explain(const GivenConfig& config, std::vector<std::string> options) {
  options.insert(options.begin(), {"explain", "-c", config.path()});
  return run(options);
}

const char kConfig[] =
    "[milter]\nadd-header = judged\nauthserv-id = mx.example.org\n"
    "[inbound contoso]\nmatch-sender = contoso.com\n"
    "[inbound tagged]\nmatch-sender = tagged.example\non-violation = tag\n"
    "[inbound watched]\nmatch-sender = watched.example\nmode = monitor\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(program)

BOOST_AUTO_TEST_CASE(mistakes_of_the_command_line) {
  struct Case {
    std::vector<std::string> arguments;
    int exit_code;
    std::string err;
  };
  const Case cases[] = {
      {{"explian"}, 64, "forcetls: unknown command 'explian'; did you mean 'explain'?\n"},
      {{"prove", "mx.example"}, 64, "forcetls: 'prove' is not supported by this version\n"},
      {{"zzz"}, 64, "forcetls: unknown command 'zzz'\n"},
      {{"help", "chek"}, 64, "forcetls: unknown command 'chek'; did you mean 'check'?\n"},
      {{"check", "--config=x"}, 64, "forcetls check: unknown option '--config'\n"},
      {{"check", "x"}, 64, "forcetls check: unexpected argument 'x'\n"},
      {{"check", "-c"}, 64, "forcetls check: -c: 1 required FILE missing\n"},
      {{"explain", "--form=x"}, 2,
       "forcetls explain: unknown option '--form'; did you mean '--from'?\n"},
      {{"explain", "--bits", "a"}, 2, "forcetls explain: Could not convert: --bits = a\n"},
      {{"probe", "a.example", "--timeout", "301"}, 64,
       "forcetls probe: bad --timeout; expected 1 to 300 seconds\n"},
      {{"refresh", "--timeout", "0"}, 64,
       "forcetls refresh: bad --timeout; expected 1 to 600 seconds\n"},
      {{"refresh", "--resolver", "a b"}, 64,
       "forcetls refresh: bad --resolver 'a b'; expected an IP address, perhaps with a port\n"},
      {{"refresh", "-c", "/nonexistent.conf"}, 66,
       "forcetls refresh: cannot read /nonexistent.conf: No such file or directory\n"},
      {{"explain", "--outbound"}, 2, "forcetls explain: --outbound needs --to ADDR, once\n"},
      {{"explain", "--outbound", "--to", "u@a.example", "--tls", "1.2"}, 2,
       "forcetls explain: --tls does not go with --outbound\n"},
      {{"explain", "--from", "u@a.example", "--relay", "[b.example]"}, 2,
       "forcetls explain: --relay goes with --outbound\n"},
  };
  for (const auto& one : cases) {
    const Ran ran = run(one.arguments);
    BOOST_TEST(ran.err == one.err);
    BOOST_TEST(ran.exit_code == one.exit_code);
    BOOST_TEST(ran.out == "");
  }
}

BOOST_AUTO_TEST_CASE(help_and_version) {
  const Ran none = run({});
  BOOST_TEST(none.exit_code == 64);
  BOOST_TEST(none.err.starts_with("usage: forcetls COMMAND"));
  for (const char* word : {"help", "--help", "-h"}) {
    const Ran ran = run({word});
    BOOST_TEST(ran.exit_code == 0);
    BOOST_TEST(ran.out == none.err);
  }
  BOOST_TEST(run({"help", "explain"}).out == run({"explain", "--help"}).out);
  BOOST_TEST(run({"--version"}).out == "forcetls " FORCETLS_VERSION "\n");
}

BOOST_AUTO_TEST_CASE(check_of_a_clean_file) {
  const GivenConfig config(kConfig);
  const Ran ran = run({"check", "-c", config.path()});
  BOOST_TEST(ran.err == "");
  BOOST_TEST(ran.out == config.path() + ": 3 inbound connectors, no errors, no warnings\n");
  BOOST_TEST(ran.exit_code == 0);
}

BOOST_AUTO_TEST_CASE(check_with_warnings) {
  const GivenConfig config(
      "[inbound a]\nmatch-sender = a.example\nrequire-certificate-name = a.example\n");
  const Ran ran = run({"check", "-c", config.path()});
  BOOST_TEST(ran.err.find(": warning: ") != std::string::npos);
  BOOST_TEST(ran.out == config.path() + ": 1 inbound connector, no errors, 1 warning\n");
  BOOST_TEST(ran.exit_code == 1);
}

BOOST_AUTO_TEST_CASE(check_with_errors) {
  const GivenConfig config("[inbound a]\nmatch-sender = a.example\nrequrie-tls = 1.2\n");
  const Ran ran = run({"check", "-c", config.path()});
  BOOST_TEST(ran.err == config.path() + ":3: error: unknown key 'requrie-tls' in [inbound a]; did "
                                        "you mean 'require-tls'?\n");
  BOOST_TEST(ran.out == config.path() + ": 1 error, no warnings\n");
  BOOST_TEST(ran.exit_code == 2);
}

BOOST_AUTO_TEST_CASE(check_looks_at_what_ends) {
  const GivenConfig config(
      "[inbound a]\nmatch-sender = a.example\nrequire-certificate = c\n[postfix-evidence]\n"
      "[certificate c]\nsha256 = " +
      std::string(64, '0') + "\nvalid-until = 2026-12-24\n");
  const Ran ran = run({"check", "-c", config.path()});
  BOOST_TEST(ran.err ==
             config.path() +
                 ":5: warning: [certificate c] ends within 30 days, at 2026-12-25T00:00:00Z\n" +
                 config.path() +
                 ":1: warning: [inbound a] has no [certificate] that counts from "
                 "2026-12-25T00:00:00Z on\n");
  BOOST_TEST(ran.out == config.path() + ": 1 inbound connector, no errors, 2 warnings\n");
  BOOST_TEST(ran.exit_code == 1);
}

BOOST_AUTO_TEST_CASE(check_looks_at_known_certificates) {
  const Folder folder;
  const auto root = pki::make({.cns = {"Root"}, .ca = true, .not_after = pki::day(2030, 1, 1)});
  const auto write = [&](const std::string& name, pki::Wish wish) {
    wish.cns = {name};
    folder.write("known.d/" + name + ".pem", pki::make(wish).pem());
  };
  folder.write("ca.pem", root.pem());
  write("1-good", {.issuer = &root, .not_after = pki::day(2028, 1, 1)});
  write("2-ended", {.issuer = &root, .not_after = pki::day(2026, 11, 30)});
  write("3-own", {.not_after = pki::day(2028, 1, 1)});
  write("4-later", {.issuer = &root,
                    .not_before = pki::day(2027, 1, 1),
                    .not_after = pki::day(2028, 1, 1)});
  folder.write("f", "[milter]\nmta = sendmail\n[trust]\nca-file = ca.pem\n"
                    "[inbound a]\nmatch-sender = a.example\n");
  const Ran ran = run({"check", "-c", folder / "f"});
  BOOST_TEST(folder.hide(ran.err) ==
             "~/known.d/3-own.pem: warning: untrusted: The certificate issuer is unknown.\n"
             "~/known.d/4-later.pem: warning: out of its dates: The certificate begins at "
             "2027-01-01T00:00:00Z.\n"
             "~/known.d/2-ended.pem: warning: the certificate of CN=2-ended expired at "
             "2026-11-30T00:00:00Z\n");
  BOOST_TEST(folder.hide(ran.out) == "~/f: 1 inbound connector, no errors, 3 warnings\n");
  BOOST_TEST(ran.exit_code == 1);
}

BOOST_AUTO_TEST_CASE(check_looks_at_crls) {
  const Folder folder;
  const std::string url = "http://ca.example/x.crl";
  const auto root = pki::make({.cns = {"Root"}, .ca = true});
  const auto leaf = pki::make({.cns = {"a"}, .issuer = &root, .crl_urls = {url}});
  folder.write("ca.pem", root.pem());
  folder.write("f", "[milter]\nmta = sendmail\nstate-directory = " + (folder / "state") +
                        "\n[trust]\nca-file = ca.pem\nrevocation = check\n"
                        "[inbound a]\nmatch-sender = a.example\n");
  const auto crl = "state/" + crl_file_name(url);
  folder.write(crl, pki::make_crl({.issuer = &root, .next_update = pki::day(2026, 12, 8)}));
  Ran ran = run({"check", "-c", folder / "f"});
  BOOST_TEST(folder.hide(ran.out) ==
             "~/" + crl + ": note: the CRL of CN=Root is fresh until 2026-12-08T00:00:00Z\n"
             "~/f: 1 inbound connector, no errors, no warnings\n");
  BOOST_TEST(ran.err == "");
  BOOST_TEST(ran.exit_code == 0);

  folder.write("known.d/a.pem", leaf.pem());
  folder.write(crl, pki::make_crl({.issuer = &root,
                                   .entries = {{pki::serial_of(leaf), ""}},
                                   .next_update = pki::day(2026, 12, 1)}));
  ran = run({"check", "-c", folder / "f"});
  BOOST_TEST(folder.hide(ran.err) ==
             "~/known.d/a.pem: warning: revoked\n"
             "~/" + crl + ": warning: the CRL of CN=Root has been stale since "
             "2026-12-01T00:00:00Z; `forcetls refresh` fetches the next\n");
  BOOST_TEST(ran.exit_code == 1);
}

BOOST_AUTO_TEST_CASE(check_of_a_missing_file) {
  const Ran ran = run({"check", "-c", "/nonexistent/forcetls.conf"});
  BOOST_TEST(ran.err.starts_with("/nonexistent/forcetls.conf: error: "));
  BOOST_TEST(ran.exit_code == 2);
}

BOOST_AUTO_TEST_CASE(exit_codes_of_explain) {
  const GivenConfig config(kConfig);
  const auto exit_code = [&](const char* from, const char* tls) {
    return run_explain(config, {"--from", from, "--tls", tls}).exit_code;
  };
  BOOST_TEST(exit_code("a@contoso.com", "1.3") == 0);
  BOOST_TEST(exit_code("a@contoso.com", "none") == 1);
  BOOST_TEST(exit_code("a@tagged.example", "none") == 1);
  BOOST_TEST(exit_code("a@watched.example", "none") == 0);
  BOOST_TEST(exit_code("<>", "none") == 0);
  BOOST_TEST(exit_code("a@contoso.com", "9") == 2);
}

BOOST_AUTO_TEST_CASE(explain_shows_the_header_that_is_added) {
  const GivenConfig config(kConfig);
  const auto ends = [&](const char* from, const char* end) {
    return run_explain(config, {"--from", from}).out.ends_with(end);
  };
  BOOST_TEST(ends("a@tagged.example",
                  "\nResult: accepted and tagged\n"
                  "Authentication-Results: mx.example.org; x-tls=fail\n"));
  BOOST_TEST(ends("a@watched.example",
                  "\nResult: accepted\n"
                  "Authentication-Results: mx.example.org; x-tls=fail (monitor)\n"));
  BOOST_TEST(ends("a@elsewhere.example", "\nResult: accepted\n"));
}

BOOST_AUTO_TEST_CASE(explain_with_a_bad_config) {
  const GivenConfig config("[inbound a]\n");
  const Ran ran = run_explain(config, {"--from", "a@b.example"});
  BOOST_TEST(ran.exit_code == 2);
  BOOST_TEST(ran.out == "");
  BOOST_TEST(ran.err.starts_with(config.path() + ":1: error: "));
}

BOOST_AUTO_TEST_CASE(explain_takes_certificates) {
  const Folder folder;
  const auto leaf = pki::make({.cns = {"mail.contoso.com"}});
  const auto digest = format_digest(leaf.certificate()->sha256);
  const auto key = format_digest(leaf.certificate()->key_sha256);
  folder.write("c.pem", leaf.pem());
  folder.write("f", "[inbound contoso]\nmatch-sender = *\nrequire-certificate = c\n"
                    "[certificate c]\nsha256 = " + digest + "\nkey-sha256 = " + key +
                        "\n[postfix-evidence]\n");
  const auto exit_code = [&](const std::vector<std::string>& options) {
    std::vector<std::string> all = {"explain", "-c", folder / "f", "--from", "a@contoso.com",
                                    "--tls", "1.3"};
    all.insert(all.end(), options.begin(), options.end());
    return run(all).exit_code;
  };
  BOOST_TEST(exit_code({"--cert", folder / "c.pem"}) == 0);
  BOOST_TEST(exit_code({"--cert-sha256", digest}) == 0);
  BOOST_TEST(exit_code({"--key-sha256", key}) == 0);
  BOOST_TEST(exit_code({"--key-sha256", key, "--mta", "sendmail"}) == 1);
  BOOST_TEST(exit_code({"--cert-sha256", digest, "--mta", "postfix"}) == 0);
  BOOST_TEST(exit_code({"--cert-sha256", key, "--key-sha256", digest}) == 1);
  BOOST_TEST(exit_code({"--cert", folder / "c.pem", "--key-sha256", key}) == 2);
}

BOOST_AUTO_TEST_CASE(explain_as_json) {
  const GivenConfig config(kConfig);
  const Ran ran = run_explain(config, {"--from", "a@contoso.com", "--json"});
  BOOST_TEST(ran.exit_code == 1);
  BOOST_TEST(ran.out.starts_with("{\n  \"time\": \"2026-12-01T08:00:00Z\",\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
