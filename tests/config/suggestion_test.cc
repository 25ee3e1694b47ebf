// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/suggestion.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace forcetls {
namespace {

BOOST_AUTO_TEST_SUITE(suggestion)

BOOST_AUTO_TEST_CASE(nearest_word) {
  constexpr std::string_view kWords[] = {"require-tls", "require-client", "mode", "no", "1.2",
                                         "1.3"};
  const struct {
    std::string word;
    std::string nearest;
  } cases[] = {
      {"requrie-tls", "require-tls"},
      {"REQUIRE-TLS", "require-tls"},
      {"requiretls", "require-tls"},
      {"require_tls", "require-tls"},
      {"require-clients", "require-client"},
      {"moed", "mode"},
      {"Mode", "mode"},
      {"NO", "no"},
      // A guess might be the opposite.
      {"on", ""},
      {"nno", ""},
      {"1.4", ""},
      {"1.20", "1.2"},
      // Two are equally near.
      {"v1.4", ""},
      {"xyz", ""},
      {"socket", ""},
      {"", ""},
      {"x", ""},
      {std::string(65, 'x'), ""},
  };
  for (const auto& [word, nearest] : cases) BOOST_TEST_CONTEXT(word) {
      BOOST_TEST(suggest(word, kWords) == nearest);
    }
}

BOOST_AUTO_TEST_CASE(texts) {
  constexpr std::string_view kWords[] = {"reject", "defer"};
  BOOST_TEST(did_you_mean("rejct", kWords) == "; did you mean 'reject'?");
  BOOST_TEST(did_you_mean("accept", kWords) == "");
  BOOST_TEST(did_you_mean("reject", {}) == "");
  constexpr std::string_view kTwice[] = {"contoso", "fabrikam", "contoso"};
  BOOST_TEST(did_you_mean("contosso", kTwice) == "; did you mean 'contoso'?");
  constexpr std::string_view kNearer[] = {"local1", "local2", "local"};
  BOOST_TEST(did_you_mean("loca", kNearer) == "; did you mean 'local'?");
  BOOST_TEST(did_you_mean("local3", kNearer) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
