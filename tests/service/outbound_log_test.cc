// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/outbound_log.h"

#include <boost/test/unit_test.hpp>

#include "service/captured_log.h"
#include "service/given_outbound.h"

namespace forcetls {
namespace {

using given::at;

MilterSettings with(LogLevel level) {
  MilterSettings settings;
  settings.log_level = level;
  return settings;
}

struct Fixture {
  explicit Fixture(std::vector<OutboundConnector> connectors, LogLevel level = LogLevel::Info)
      : policy(given::outbound_policy(std::move(connectors))),
        log(LogTarget::Stderr, with(level)) {}

  void ask(std::string_view key, std::string_view map = "postfix-tls") {
    const SocketmapQuery query{map, key};
    const OutboundContext context{policy, at(1000), {}};
    outbound.note(query, answer_outbound(query, context), context);
  }

  const Policy policy;
  CapturedLog lines;
  Log log;
  OutboundLog outbound{log};
};

const std::string kWould = "would=\"secure match=nexthop:dot-nexthop protocols=>=TLSv1.2\"";

BOOST_AUTO_TEST_SUITE(outbound_log)

BOOST_AUTO_TEST_CASE(what_would_be_demanded_once_a_connector) {
  auto paused = given::outbound("pause", {"pause.example"});
  paused.particulars.suspend_until = at(2000);
  Fixture given({given::monitor("trial", {"*.trial.example"}), std::move(paused),
                 given::outbound("other", {"b.trial.example", "contoso.com"})});
  given.ask("A.trial.example");
  given.ask("b.trial.example");
  given.ask("pause.example");
  given.ask("pause.example");
  given.ask("contoso.com");
  BOOST_TEST(given.lines.next_line() ==
             "info: outbound next_hop=a.trial.example connector=trial mode=monitor " + kWould +
                 " queries=1\n");
  BOOST_TEST(given.lines.next_line() ==
             "info: outbound next_hop=pause.example connector=pause mode=suspended " + kWould +
                 " queries=1\n");
  BOOST_TEST(given.lines.is_empty());
}

BOOST_AUTO_TEST_CASE(a_trial_that_would_stop_mail) {
  auto connector = given::outdated("old", {"*"});
  connector.mode = Mode::Monitor;
  Fixture given({std::move(connector)});
  given.ask(std::string(500, '\n'));
  BOOST_TEST(given.lines.next_line() == "info: outbound next_hop=" + std::string(253, '?') +
                                            "... connector=old mode=monitor would=defer "
                                            "queries=1\n");
}

BOOST_AUTO_TEST_CASE(mistakes_of_the_mta) {
  Fixture given({given::outbound("contoso", {"contoso.com"})});
  given.ask("contoso.com", "postfix tsl\n");
  given.ask("contoso.com", "another");
  given.ask("[relay.example]:25");
  given.ask("[other.example]:25");
  BOOST_TEST(given.lines.next_line() ==
             "warning: [outbound-map]: the MTA asks for a map that is none, its mail waits: "
             "\"postfix tsl?\"\n");
  BOOST_TEST(given.lines.next_line() ==
             "warning: [outbound-map]: no connector governs mail through a relay, and those of its "
             "recipients' domains do not come to bear; connectors of partners whose mail takes "
             "that way need smart-host = [relay.example]:25\n");
  BOOST_TEST(given.lines.is_empty());
}

BOOST_AUTO_TEST_CASE(failures) {
  Fixture given({});
  given.outbound.note_failure("one");
  given.outbound.note_failure("two");
  BOOST_TEST(given.lines.next_line() == "warning: [outbound-map]: internal error: one\n");
  BOOST_TEST(given.lines.is_empty());
}

BOOST_AUTO_TEST_CASE(each_answer_for_who_debugs) {
  auto relayed = given::outbound("relayed", {"relayed.example"});
  relayed.smart_host = "[mx.relayed.example]";
  Fixture given({given::outbound("contoso", {"contoso.com"}),
                 given::outdated("old", {"old.example"}), std::move(relayed)},
                LogLevel::Debug);
  given.ask("Contoso.com");
  given.ask("old.example");
  given.ask("other.example\n");
  given.ask("relayed.example", "postfix-transport");
  BOOST_TEST(given.lines.next_line() ==
             "debug: outbound map=postfix-tls key=Contoso.com connector=contoso mode=enforce "
             "reply=\"OK secure match=nexthop:dot-nexthop protocols=>=TLSv1.2\"\n");
  BOOST_TEST(given.lines.next_line() ==
             "debug: outbound map=postfix-tls key=old.example connector=old mode=enforce "
             "reply=\"TEMP none of the [certificate] sections of [outbound old] counts at this "
             "time\"\n");
  BOOST_TEST(given.lines.next_line() ==
             "debug: outbound map=postfix-tls key=other.example? reply=NOTFOUND\n");
  BOOST_TEST(given.lines.next_line() ==
             "debug: outbound map=postfix-transport key=relayed.example "
             "reply=\"OK smtp:[mx.relayed.example]\"\n");
  BOOST_TEST(given.lines.is_empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
