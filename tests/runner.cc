// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// The main program of all unit tests: Boost.Test's own runner (see --help), and at its end the line
// that contrib/check sums, counted in test cases: "N passed, N failed[, N skipped]".

#include <iostream>

#include <boost/test/results_collector.hpp>
#include <boost/test/tree/observer.hpp>
#include <boost/test/tree/test_case_counter.hpp>
#include <boost/test/tree/traverse.hpp>
#include <boost/test/unit_test.hpp>

namespace ut = boost::unit_test;

namespace {

class CaseCounter : public ut::test_observer {
 public:
  void test_start(ut::counter_t cases, ut::test_unit_id) override { planned_ = cases; }

  void test_unit_finish(const ut::test_unit& unit, unsigned long) override {
    if (unit.p_type == ut::TUT_CASE && ut::results_collector.results(unit.p_id).passed()) ++passed_;
  }

  void test_unit_skipped(const ut::test_unit& unit, ut::const_string) override {
    ut::test_case_counter cases;
    ut::traverse_test_tree(unit.p_id, cases);
    skipped_ += cases.p_count;
  }

  // A case that never finished, because the run was aborted, has failed.
  void test_finish() override {
    std::cout << passed_ << " passed, " << planned_ - passed_ - skipped_ << " failed";
    if (skipped_ > 0) std::cout << ", " << skipped_ << " skipped";
    std::cout << std::endl;
  }

  // After the results collector, whose verdict on a case is read.
  int priority() override { return 100; }

 private:
  ut::counter_t planned_ = 0;
  ut::counter_t passed_ = 0;
  ut::counter_t skipped_ = 0;
};

CaseCounter case_counter;

bool init_forcetls_tests() {
  ut::framework::master_test_suite().p_name.value = "forcetls";
  ut::framework::register_observer(case_counter);
  return true;
}

}  // namespace

int main(int argc, char* argv[]) { return ut::unit_test_main(init_forcetls_tests, argc, argv); }
