// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// What no MTA does, and what fails inside. All else is tested over the protocol (tests/miltertest).

#include "service/milter_session.h"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <utility>

#include "config/loader.h"

namespace forcetls {
namespace {

struct Given {
  explicit Given(const std::string& text, Agreement agreement = {})
      : loaded(load_config_text("test", text, Time{}).config),
        log(LogTarget::Stderr, quiet()),
        messages(log),
        current(loaded),
        session(current.get(), std::move(agreement), nullptr, messages) {}

  static MilterSettings quiet() {
    MilterSettings settings;
    settings.log_level = LogLevel::Error;
    return settings;
  }

  Answer mail(std::string_view sender) { return session.mail(current, no_macros, sender, Time{}); }

  const MacroLookup no_macros = [](const char*) { return std::optional<std::string_view>(); };
  std::shared_ptr<const Config> loaded;
  Log log;
  MessageLog messages;
  CurrentConfig current;
  MilterSession session;
};

const std::string kConnector =
    "[inbound a]\nmatch-sender = a.example\nmatch-recipient = b.example\n";

void check_error(const Answer& answer) {
  BOOST_TEST((answer.kind == Answer::Kind::Refuse));
  BOOST_TEST(answer.reply.code == "451");
  BOOST_TEST(answer.reply.enhanced == "4.3.0");
}

BOOST_AUTO_TEST_SUITE(milter_session)

BOOST_AUTO_TEST_CASE(on_error_is_as_configured) {
  check_error(answer_error(Action::Defer));
  BOOST_TEST((answer_error(Action::Pass).kind == Answer::Kind::Accept));
  const Answer reject = answer_error(Action::Reject);
  BOOST_TEST((reject.kind == Answer::Kind::Refuse));
  BOOST_TEST(reject.reply.code == "550");
}

void edit_nothing(MessageEdits&) { BOOST_ERROR("there is nothing to edit"); }

BOOST_AUTO_TEST_CASE(events_without_a_message_are_errors) {
  Given given(kConnector);
  check_error(given.session.rcpt(given.no_macros, "<u@b.example>"));
  check_error(given.session.data(given.no_macros));
  check_error(given.session.end_of_headers(given.no_macros));
  check_error(given.session.end_of_message(given.no_macros, edit_nothing));
  given.session.header("From", "a@a.example");
  given.session.abort();
}

BOOST_AUTO_TEST_CASE(after_a_failure_nothing_passes_as_judged) {
  Given given(kConnector);
  BOOST_TEST((given.mail("<x@a.example>").kind == Answer::Kind::Continue));
  given.session.fail();
  check_error(given.session.rcpt(given.no_macros, "<u@elsewhere.example>"));
  check_error(given.session.end_of_message(given.no_macros, edit_nothing));
  check_error(given.mail("<x@elsewhere.example>"));
}

BOOST_AUTO_TEST_CASE(what_was_not_offered_is_not_promised) {
  Agreement agreement;
  agreement.lacking = "quarantine";
  Given given("[milter]\non-error = reject\n" + kConnector, agreement);
  const Answer answer = given.mail("<x@elsewhere.example>");
  BOOST_TEST(answer.reply.code == "550");
}

BOOST_AUTO_TEST_CASE(a_message_keeps_the_configuration_it_began_with) {
  Given given(kConnector + "on-violation = reject\n");
  BOOST_TEST((given.mail("<x@a.example>").kind == Answer::Kind::Continue));
  given.current.set(load_config_text("test", "", Time{}).config);
  given.loaded.reset();
  const Answer answer = given.session.rcpt(given.no_macros, "<u@b.example>");
  BOOST_TEST(answer.reply.code == "530");
  BOOST_TEST((given.mail("<x@a.example>").kind == Answer::Kind::Accept));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
