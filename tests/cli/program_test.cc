// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// The whole tool as it is called, with its sub-commands check and explain.

#include "cli/program.h"

#include <boost/test/unit_test.hpp>
#include <sstream>
#include <vector>

#include "config/time_text.h"
#include "given_config.h"

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
      {{"probe", "mx.example"}, 64, "forcetls: 'probe' is not supported by this version\n"},
      {{"zzz"}, 64, "forcetls: unknown command 'zzz'\n"},
      {{"help", "chek"}, 64, "forcetls: unknown command 'chek'; did you mean 'check'?\n"},
      {{"check", "--config=x"}, 64, "forcetls check: unknown option '--config'\n"},
      {{"check", "x"}, 64, "forcetls check: unexpected argument 'x'\n"},
      {{"check", "-c"}, 64, "forcetls check: -c: 1 required FILE missing\n"},
      {{"explain", "--form=x"}, 2,
       "forcetls explain: unknown option '--form'; did you mean '--from'?\n"},
      {{"explain", "--bits", "a"}, 2, "forcetls explain: Could not convert: --bits = a\n"},
      {{"explain", "--cert", "x"}, 2,
       "forcetls explain: --cert is not supported by this version\n"},
      {{"explain", "--cert-sha256", "x"}, 2,
       "forcetls explain: --cert-sha256 is not supported by this version\n"},
      {{"explain", "--key-sha256", "x"}, 2,
       "forcetls explain: --key-sha256 is not supported by this version\n"},
      {{"explain", "--outbound"}, 2,
       "forcetls explain: --outbound is not supported by this version\n"},
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
  BOOST_TEST(run({"help", "explain"}).out.find("--cert-sha256") == std::string::npos);
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

BOOST_AUTO_TEST_CASE(explain_as_json) {
  const GivenConfig config(kConfig);
  const Ran ran = run_explain(config, {"--from", "a@contoso.com", "--json"});
  BOOST_TEST(ran.exit_code == 1);
  BOOST_TEST(ran.out.starts_with("{\n  \"time\": \"2026-12-01T08:00:00Z\",\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace forcetls
