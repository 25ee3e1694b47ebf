// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/evidence_store.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>
#include <vector>

namespace forcetls {
namespace {

using std::chrono::seconds;

const EvidenceStore::Clock::time_point kStart{seconds(1000)};

EvidenceKey key_of(unsigned port) {
  return *make_evidence_key("192.0.2.1", std::to_string(port), "192.0.2.2", "25");
}

Evidence named(const std::string& name) { return {.subject_cn = name}; }

std::string take(EvidenceStore& store, unsigned port, EvidenceStore::Clock::time_point now) {
  const auto evidence = store.take(key_of(port), now);
  return evidence ? evidence->subject_cn : "none";
}

BOOST_AUTO_TEST_SUITE(evidence_store)

BOOST_AUTO_TEST_CASE(gives_each_evidence_once) {
  EvidenceStore store;
  store.put(key_of(1), named("a"), kStart);
  store.put(key_of(2), named("b"), kStart);
  BOOST_TEST(take(store, 3, kStart) == "none");
  BOOST_TEST(take(store, 1, kStart) == "a");
  BOOST_TEST(take(store, 1, kStart) == "none");
  BOOST_TEST(take(store, 2, kStart) == "b");
  BOOST_TEST(store.size() == 0U);
}

BOOST_AUTO_TEST_CASE(replaces) {
  EvidenceStore store;
  store.put(key_of(1), named("a"), kStart);
  store.put(key_of(1), named("b"), kStart);
  BOOST_TEST(store.size() == 1U);
  BOOST_TEST(take(store, 1, kStart) == "b");
}

BOOST_AUTO_TEST_CASE(a_connection_finds_nothing_of_an_older_one) {
  EvidenceStore store;
  store.put(key_of(1), named("a"), kStart);
  store.put(key_of(2), named("b"), kStart);
  store.open(key_of(1));
  store.open(key_of(3));
  BOOST_TEST(take(store, 1, kStart) == "none");
  BOOST_TEST(take(store, 2, kStart) == "b");
}

BOOST_AUTO_TEST_CASE(a_connection_leaves_nothing_behind) {
  EvidenceStore store;
  const auto number = store.open(key_of(1));
  store.put(key_of(1), named("a"), kStart);
  store.close(key_of(1), number);
  BOOST_TEST(store.size() == 0U);
}

BOOST_AUTO_TEST_CASE(an_end_that_is_seen_late_takes_nothing_from_a_newer_connection) {
  EvidenceStore store;
  const auto older = store.open(key_of(1));
  const auto newer = store.open(key_of(1));
  store.put(key_of(1), named("b"), kStart);
  store.close(key_of(1), older);
  BOOST_TEST(take(store, 1, kStart) == "b");
  store.put(key_of(1), named("c"), kStart);
  store.close(key_of(1), newer);
  store.close(key_of(1), newer);
  BOOST_TEST(take(store, 1, kStart) == "none");
}

BOOST_AUTO_TEST_CASE(the_oldest_makes_room) {
  EvidenceStore store(2);
  store.put(key_of(1), named("a"), kStart);
  store.put(key_of(2), named("b"), kStart);
  store.put(key_of(1), named("c"), kStart);  // now the younger one
  store.put(key_of(3), named("d"), kStart);
  BOOST_TEST(store.size() == 2U);
  BOOST_TEST(take(store, 2, kStart) == "none");
  BOOST_TEST(take(store, 1, kStart) == "c");
  BOOST_TEST(take(store, 3, kStart) == "d");
}

BOOST_AUTO_TEST_CASE(what_is_too_old_is_not_given) {
  EvidenceStore store(10, seconds(300));
  store.put(key_of(1), named("a"), kStart);
  store.put(key_of(2), named("b"), kStart);
  BOOST_TEST(take(store, 1, kStart + seconds(300)) == "a");
  BOOST_TEST(take(store, 2, kStart + seconds(301)) == "none");
  BOOST_TEST(store.size() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_too_old_goes_when_more_comes) {
  EvidenceStore store(10, seconds(300));
  store.put(key_of(1), named("a"), kStart);
  store.put(key_of(2), named("b"), kStart + seconds(1));
  store.put(key_of(3), named("c"), kStart + seconds(301));
  BOOST_TEST(store.size() == 2U);
  store.put(key_of(3), named("d"), kStart + seconds(400));
  BOOST_TEST(store.size() == 1U);
  BOOST_TEST(take(store, 3, kStart + seconds(400)) == "d");
}

BOOST_AUTO_TEST_CASE(holds_no_more_than_it_may_with_many_threads) {
  EvidenceStore store(50);
  std::vector<std::thread> threads;
  for (unsigned first = 1; first <= 4; ++first) {
    threads.emplace_back([&store, first] {
      for (unsigned i = 0; i < 2000; ++i) {
        const unsigned port = 1 + (first * 500 + i) % 1000;
        store.put(key_of(port), named(std::to_string(port)), kStart);
        const auto evidence = store.take(key_of(1 + i % 1000), kStart);
        if (evidence && evidence->subject_cn != std::to_string(1 + i % 1000)) std::abort();
        if (i % 7 == 0) store.close(key_of(port), store.open(key_of(port)));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(store.size() <= 50U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
