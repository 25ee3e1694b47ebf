// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/socket_address.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <variant>

namespace forcetls {
namespace {

/// The address as it is printed again, or what is wrong.
std::string round_trip(std::string_view text) {
  const auto result = parse_socket_address(text);
  if (const auto* error = std::get_if<std::string>(&result)) return "error: " + *error;
  return format_socket_address(std::get<SocketAddress>(result));
}

const std::string kForms =
    "error: expected inet:PORT@ADDRESS, inet6:PORT@ADDRESS, unix:PATH or fd:NUMBER";
const std::string kPort = "error: expected a port from 1 to 65535 before '@'";
const std::string kNumeric = "error: expected a numeric address after '@'";
const std::string kDescriptor = "error: expected a number from 3 to 1023 after 'fd:'";

BOOST_AUTO_TEST_SUITE(socket_address)

BOOST_AUTO_TEST_CASE(texts) {
  const std::string longest = "unix:/" + std::string(105, 'x');
  const struct {
    std::string text;
    std::string result;
  } cases[] = {
      {"inet:8891@127.0.0.1", "inet:8891@127.0.0.1"},
      {"inet:1@0.0.0.0", "inet:1@0.0.0.0"},
      {"inet6:65535@::1", "inet6:65535@::1"},
      {"inet6:8891@[2001:DB8::1]", "inet6:8891@2001:db8::1"},
      {"unix:/run/forcetls/milter.sock", "unix:/run/forcetls/milter.sock"},
      {longest, longest},
      {"fd:3", "fd:3"},
      // Postfix's spelling; libmilter would listen on port 127 of every address.
      {"inet:127.0.0.1:8891",
       "error: expected inet:PORT@ADDRESS; did you mean 'inet:8891@127.0.0.1'?"},
      {"inet:localhost:8891",
       "error: expected inet:PORT@ADDRESS; did you mean 'inet:8891@127.0.0.1'?"},
      {"inet:[::1]:8891", "error: expected inet:PORT@ADDRESS; did you mean 'inet6:8891@::1'?"},
      {"inet:mx.example:8891", "error: expected inet:PORT@ADDRESS"},
      {"inet:127.0.0.1:smtp", "error: expected inet:PORT@ADDRESS"},
      {"inet:8891", "error: expected inet:PORT@ADDRESS; did you mean 'inet:8891@127.0.0.1'?"},
      {"inet6:8891", "error: expected inet6:PORT@ADDRESS; did you mean 'inet6:8891@::1'?"},
      {"inet:", "error: expected inet:PORT@ADDRESS"},
      {"inet:0@127.0.0.1", kPort},
      {"inet:65536@127.0.0.1", kPort},
      {"inet:99999999999@127.0.0.1", kPort},
      {"inet:+25@127.0.0.1", kPort},
      {"inet:smtp@127.0.0.1", kPort},
      {"inet:@127.0.0.1", kPort},
      {"inet:8891@localhost", kNumeric + "; did you mean 'inet:8891@127.0.0.1'?"},
      {"inet6:8891@localhost", kNumeric + "; did you mean 'inet6:8891@::1'?"},
      {"inet:8891@mx.example", kNumeric},
      {"inet:8891@", kNumeric},
      {"inet:8891@127.0.0.1@", kNumeric},
      {"inet:8891@::1",
       "error: expected an IPv4 address after '@'; did you mean 'inet6:8891@::1'?"},
      {"inet6:8891@127.0.0.1",
       "error: expected an IPv6 address after '@'; did you mean 'inet:8891@127.0.0.1'?"},
      {"inet6:8891@::ffff:127.0.0.1",
       "error: expected an IPv6 address after '@'; did you mean 'inet:8891@127.0.0.1'?"},
      {"unix:milter.sock", "error: expected an absolute path after 'unix:'"},
      {"unix:", "error: expected an absolute path after 'unix:'"},
      {longest + "x", "error: a socket's path has at most 106 bytes"},
      {"fd:2", kDescriptor},
      {"fd:x", kDescriptor},
      {"fd:1024", kDescriptor},
      {"/run/milter.sock", kForms + "; did you mean 'unix:/run/milter.sock'?"},
      {"local:/run/milter.sock", kForms + "; did you mean 'unix:/run/milter.sock'?"},
      {"8891", kForms},
      {"", kForms},
  };
  for (const auto& [text, result] : cases) BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(round_trip(text) == result);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
