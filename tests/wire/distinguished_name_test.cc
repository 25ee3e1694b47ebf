// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/distinguished_name.h"

#include <string>

#include <boost/test/unit_test.hpp>

using namespace forcetls;

namespace {

std::string show(std::string_view xtext) {
  const auto name = parse_oneline_dn(xtext);
  if (!name) return "refused";
  std::string text;
  for (const auto& [type, value] : name->attributes) text += "[" + type + "|" + value + "]";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(distinguished_name)

BOOST_AUTO_TEST_CASE(reads) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"/C=US/O=Partner+20Corporation/CN=mail.partner.example",
       "[C|US][O|Partner Corporation][CN|mail.partner.example]"},
      {"/CN=first.example/CN=second.example", "[CN|first.example][CN|second.example]"},
      {"/O=Partner/CN=", "[O|Partner][CN|]"},
      {"/CN=CN=G,O=Partner+20Corporation", "[CN|CN=G,O=Partner Corporation]"},
      {"/CN=m+5CxC3+5CxA4il", "[CN|m\xC3\xA4il]"},
      {"/CN=m+5CxE4il", "[CN|m\xE4il]"},
      {"/CN=a+5Cx0Ab", "[CN|a\nb]"},
      {"/CN=+5Cx7Fb", "[CN|\x7f" "b]"},
      {"/1.3.6.1.4.1.311.60.2.1.3=DE/CN=x", "[1.3.6.1.4.1.311.60.2.1.3|DE][CN|x]"},
      {"/CN=x/emailAddress=a@b.example", "[CN|x][emailAddress|a@b.example]"},
      {"/CN=mail+22prot'ection+3C+3E+28+29", "[CN|mail\"prot'ection<>()]"},
  };
  for (const auto& [xtext, attributes] : kCases) {
    BOOST_TEST_CONTEXT(xtext) BOOST_TEST(show(xtext) == attributes);
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_could_be_read_in_two_ways) {
  for (const std::string_view xtext : {
           "",
           "/",
           "CN=x",
           "x/CN=x",
           "//CN=x",
           "/CN=x/",
           "/CN",
           "/=x",
           "/C N=x",
           "/CN=a b",
           "/CN=a+2",
           "/O=x+5C/O=Contoso+20Ltd/CN=x",       // OpenSSL 3 on the value `x/O=Contoso Ltd`
           "/O=x+5C+5C/O=Contoso",               // on the value `x\/O=Contoso`
           "/O=x+5C/CN=G",                       // or on two attributes, of which the first is `x\`
           "/CN=mail+5C+2Bprotection",           // `mail+protection`
           "/OU=mail+2BCN=G",                    // a relative name of two attributes
           "/O=Contoso+5Cx20Ltd",                // a printable byte is never escaped by OpenSSL
           "/O=x+5Cx2FO=Contoso",
           "/O=a+5Cxe4",
           "/O=a+5CX41",
           "/O=a+5Cx",
           "/O=a+5CxC",
           "/O=a+5C",
           "/O=a+5Cd",
           "/O=a+E4",                            // OpenSSL would have escaped it
       }) {
    BOOST_TEST_CONTEXT(xtext) BOOST_TEST(show(xtext) == "refused");
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_name_that_fills_the_buffer) {
  const auto name_of = [](std::size_t size) { return "/CN=" + std::string(size - 4, 'a'); };
  BOOST_TEST(parse_oneline_dn(name_of(254)).has_value());
  BOOST_TEST(!parse_oneline_dn(name_of(255)));
  BOOST_TEST(!parse_oneline_dn(name_of(100000)));
}

BOOST_AUTO_TEST_CASE(finds_values_by_type) {
  const auto name = parse_oneline_dn("/O=a/OU=b/O=c/CN=O").value();
  const std::vector<std::string> both{"a", "c"};
  BOOST_TEST(name.values_of("O") == both, boost::test_tools::per_element());
  BOOST_TEST(name.values_of("o").empty());
  BOOST_TEST(name.values_of("C").empty());
}

BOOST_AUTO_TEST_SUITE_END()
