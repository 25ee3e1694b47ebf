// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/certificate_name.h"

#include <boost/test/unit_test.hpp>

#include "core/given.h"

namespace forcetls {
namespace {

using namespace given;

BOOST_AUTO_TEST_SUITE(certificate_name)

BOOST_AUTO_TEST_CASE(names_meet_by_rfc_9525_and_wildcard_rules) {
  struct Case {
    const char* rule;
    const char* name;
    bool meets;
  };
  const Case cases[] = {
      {"mail.contoso.com", "mail.contoso.com", true},
      {"mail.contoso.com", "*.contoso.com", true},
      {"mail.contoso.com", "*.mail.contoso.com", false},
      {"a.mail.contoso.com", "*.contoso.com", false},
      {"contoso.com", "*.contoso.com", false},
      {"contoso.com", "*.com", true},
      {"mail.contoso.com", "*.com", false},
      {"mail.contoso.com", "mail.contoso.com.evil.example", false},
      {"mail.contoso.com", "*", false},
      {"mail.contoso.com", "*.", false},
      {"com", "*.com", false},
      {"*.contoso.com", "contoso.com", true},
      {"*.contoso.com", "a.b.contoso.com", true},
      {"*.contoso.com", "*.contoso.com", true},
      {"*.contoso.com", "*.b.contoso.com", true},
      {"*.contoso.com", "*.com", false},
      {"*.contoso.com", "evilcontoso.com", false},
  };
  for (const auto& [rule, name, meets] : cases)
    BOOST_TEST(certificate_name_meets(pattern(rule), name) == meets, rule << " against " << name);
}

BOOST_AUTO_TEST_CASE(texts_are_equal_but_for_case_and_runs_of_space) {
  struct Case {
    const char* a;
    const char* b;
    bool same;
  };
  const Case cases[] = {{"Contoso Ltd", "contoso  LTD", true}, {" Contoso\tLtd ", "Contoso Ltd", true},
                        {"Contoso", "Contoso Ltd", false},     {"Contoso Ltd", "ContosoLtd", false},
                        {"", "", true},                        {"", " ", true},
                        {"", "x", false},                      {"Müller", "MÜLLER", false},
                        {"Müller AG", "müller ag", true}};
  for (const auto& [a, b, same] : cases) BOOST_TEST(same_text(a, b) == same, a << " / " << b);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
