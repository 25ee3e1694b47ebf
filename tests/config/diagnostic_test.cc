// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/diagnostic.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace forcetls {
namespace {

BOOST_AUTO_TEST_SUITE(diagnostic)

BOOST_AUTO_TEST_CASE(texts) {
  BOOST_TEST(format_diagnostic({Diagnostic::Severity::Error, "a.conf", 12, "x"}) ==
             "a.conf:12: error: x");
  BOOST_TEST(format_diagnostic({Diagnostic::Severity::Warning, "a.conf", 0, "x"}) ==
             "a.conf: warning: x");
}

BOOST_AUTO_TEST_CASE(order_is_that_of_files_then_lines_then_time) {
  DiagnosticList list;
  const auto z = list.add_file("z");
  const auto a = list.add_file("a");
  list.error({a, 1}, "4");
  list.warning({z, 9}, "3");
  list.error({z, 0}, "1");
  list.error({z, 2}, "2");
  list.error({a, 1}, "5");
  std::string order;
  for (const auto& diagnostic : list.sorted()) order += diagnostic.file + diagnostic.text;
  BOOST_TEST(order == "z1z2z3a4a5");
  BOOST_TEST(list.place({a, 7}) == "a:7");
}

BOOST_AUTO_TEST_CASE(keeps_so_many_and_counts_the_rest) {
  DiagnosticList list;
  list.add_file("f");
  for (std::uint32_t line = 1; line <= DiagnosticList::kMost + 3; ++line)
    list.error({0, line}, "x");
  for (std::uint32_t line = 1; line <= DiagnosticList::kMost; ++line) list.warning({0, line}, "x");
  const auto sorted = list.sorted();
  BOOST_TEST(sorted.size() == 2 * DiagnosticList::kMost + 1);
  BOOST_TEST(format_diagnostic(sorted.back()) == "f: error: 3 more errors");
  BOOST_TEST(list.errors() == DiagnosticList::kMost + 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
