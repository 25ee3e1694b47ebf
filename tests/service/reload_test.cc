// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/reload.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace forcetls {
namespace {

std::string restart_keys(const MilterSettings& loaded) {
  std::string text;
  for (const auto key : find_restart_keys(MilterSettings{}, loaded)) text += std::string(key) + ' ';
  return text;
}

BOOST_AUTO_TEST_SUITE(reload_settings)

BOOST_AUTO_TEST_CASE(what_a_reload_can_change_needs_no_restart) {
  MilterSettings loaded;
  BOOST_TEST(restart_keys(loaded) == "");
  loaded.log_level = LogLevel::Debug;
  loaded.syslog_facility = "local0";
  loaded.add_header = AddHeader::All;
  loaded.authserv_id = "mx.example.org";
  loaded.mta = Mta::Sendmail;
  loaded.on_error = Action::Reject;
  BOOST_TEST(restart_keys(loaded) == "");
}

BOOST_AUTO_TEST_CASE(what_it_cannot_change_is_named) {
  MilterSettings loaded;
  loaded.socket.port = 8899;
  BOOST_TEST(restart_keys(loaded) == "socket ");
  loaded.socket_mode = 0600;
  loaded.socket_group = "mail";
  loaded.user = "other";
  loaded.state_directory = "/elsewhere";
  BOOST_TEST(restart_keys(loaded) == "socket socket-mode socket-group user state-directory ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
