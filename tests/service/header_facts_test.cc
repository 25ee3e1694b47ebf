// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/header_facts.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace forcetls {
namespace {

std::string authors_of(const HeaderFacts& facts) {
  std::string text;
  for (const SenderAddress& author : facts.authors()) text += author.domain + ' ';
  return text;
}

BOOST_AUTO_TEST_SUITE(header_facts)

BOOST_AUTO_TEST_CASE(all_from_fields_count_however_they_are_written) {
  HeaderFacts facts(true, "");
  facts.add("From", "a@one.example, b@two.example");
  facts.add("FROM", " c@ONE.example");
  facts.add("from ", "d@three.example");
  facts.add(" From\t", "e@four.example");
  facts.add("Reply-To", "x@other.example");
  facts.add("Fro", "x@other.example");
  facts.add("From-", "x@other.example");
  facts.add("Sender", "x@other.example");
  facts.add("", "x@other.example");
  BOOST_TEST(authors_of(facts) == "four.example one.example three.example two.example ");
  BOOST_TEST(facts.forged().empty());
  BOOST_TEST(!facts.overflowed());
}

BOOST_AUTO_TEST_CASE(forged_results_are_counted_among_their_name) {
  HeaderFacts facts(false, "mx.example.org");
  facts.add("Authentication-Results", "other.example; x-tls=pass");
  facts.add("Authentication-Results", "mx.example.org; x-tls=pass");
  facts.add("From", "a@one.example");
  facts.add("ARC-Authentication-Results", "mx.example.org; x-tls=pass");
  facts.add("authentication-results", "mx.example.org; spf=pass");
  facts.add("AUTHENTICATION-RESULTS", "MX.example.org; spf=pass; x-tls=fail");
  const std::vector<int> wanted{2, 4};
  BOOST_TEST(facts.forged() == wanted, boost::test_tools::per_element());
  BOOST_TEST(authors_of(facts) == "");
}

BOOST_AUTO_TEST_CASE(nothing_is_looked_at_unasked) {
  HeaderFacts facts;
  facts.add("From", "a@one.example");
  facts.add("Authentication-Results", "mx.example.org; x-tls=pass");
  BOOST_TEST(authors_of(facts) == "");
  BOOST_TEST(facts.forged().empty());
}

BOOST_AUTO_TEST_CASE(limits_hold_and_show) {
  HeaderFacts fields(true, "");
  for (std::size_t i = 0; i < HeaderFacts::kMaxFromFields; ++i) fields.add("From", "a@a.example");
  BOOST_TEST(!fields.overflowed());
  fields.add("From", "a@b.example");
  BOOST_TEST(fields.overflowed());
  BOOST_TEST(authors_of(fields) == "a.example ");

  HeaderFacts authors(true, "");
  std::string value;
  for (std::size_t i = 0; i < HeaderFacts::kMaxAuthors; ++i) {
    value += (value.empty() ? "" : ", ") + ("a@d" + std::to_string(i) + ".example");
  }
  authors.add("From", value);
  BOOST_TEST(!authors.overflowed());
  authors.add("From", "a@d0.example");
  BOOST_TEST(!authors.overflowed());
  authors.add("From", "a@one-more.example");
  BOOST_TEST(authors.overflowed());
  BOOST_TEST(authors.authors().size() == HeaderFacts::kMaxAuthors);

  HeaderFacts forged(false, "mx");
  for (std::size_t i = 0; i < HeaderFacts::kMaxForged; ++i) {
    forged.add("Authentication-Results", "mx; x-tls=pass");
  }
  BOOST_TEST(!forged.overflowed());
  forged.add("Authentication-Results", "mx; x-tls=pass");
  BOOST_TEST(forged.overflowed());
  BOOST_TEST(forged.forged().size() == HeaderFacts::kMaxForged);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
