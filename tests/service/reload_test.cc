// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/reload.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "config/loader.h"

namespace forcetls {
namespace {

StartSettings settings_of(const std::string& text) {
  const LoadResult loaded = load_config_text("test", text, Time{});
  BOOST_REQUIRE_MESSAGE(loaded.config, text);
  return StartSettings(*loaded.config);
}

std::string restart_keys(const StartSettings& started, const StartSettings& loaded) {
  std::string text;
  for (const auto key : find_restart_keys(started, loaded)) text += std::string(key) + ' ';
  return text;
}

BOOST_AUTO_TEST_SUITE(reload_settings)

BOOST_AUTO_TEST_CASE(what_a_reload_can_change_needs_no_restart) {
  const StartSettings started = settings_of("");
  BOOST_TEST(restart_keys(started, settings_of("")) == "");
  StartSettings loaded = started;
  loaded.milter.log_level = LogLevel::Debug;
  loaded.milter.syslog_facility = "local0";
  loaded.milter.add_header = AddHeader::All;
  loaded.milter.authserv_id = "mx.example.org";
  loaded.milter.mta = Mta::Sendmail;
  loaded.milter.on_error = Action::Reject;
  BOOST_TEST(restart_keys(started, loaded) == "");
}

BOOST_AUTO_TEST_CASE(what_it_cannot_change_is_named) {
  const StartSettings started = settings_of("");
  StartSettings loaded = started;
  loaded.milter.socket.port = 8899;
  BOOST_TEST(restart_keys(started, loaded) == "socket ");
  loaded.milter.socket_mode = 0600;
  loaded.milter.socket_group = "mail";
  loaded.milter.user = "other";
  loaded.milter.state_directory = "/elsewhere";
  BOOST_TEST(restart_keys(started, loaded) ==
             "socket socket-mode socket-group user state-directory ");
}

BOOST_AUTO_TEST_CASE(the_evidence_door_stays_as_it_was) {
  const StartSettings without = settings_of("");
  const StartSettings with = settings_of("[postfix-evidence]\n");
  const StartSettings elsewhere = settings_of("[postfix-evidence]\nsocket = unix:/run/x.sock\n");
  BOOST_TEST(restart_keys(without, with) == "[postfix-evidence] ");
  BOOST_TEST(restart_keys(with, without) == "[postfix-evidence] ");
  BOOST_TEST(restart_keys(with, elsewhere) == "[postfix-evidence] ");
  BOOST_TEST(restart_keys(with, with) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
