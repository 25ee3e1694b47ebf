// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/outbound_door.h"

#include <boost/test/unit_test.hpp>
#include <deque>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include "service/captured_log.h"
#include "service/given_outbound.h"
#include "service/socket_client.h"
#include "temporary_folder.h"

namespace forcetls {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

const std::string kSecure = "OK secure match=nexthop:dot-nexthop protocols=>=TLSv1.2";
const std::string kNotFound = "NOTFOUND ";

std::string query(const std::string& key, const std::string& map = "postfix-tls") {
  return format_netstring(map + " " + key);
}

struct Fixture {
  explicit Fixture(StreamDoorLimits limits = kOutboundDoorLimits,
                   OutboundDoor::Answer answer = answer_outbound,
                   SocketAddress address = {.kind = SocketAddress::Kind::Unix}) {
    if (address.path.empty()) address.path = folder / "s";
    ListeningSocket socket({.address = address});
    name = find_socket_name(socket.descriptor(), "test");
    door.emplace(std::move(socket), config, log, limits, answer);
  }

  const TemporaryFolder folder;
  CapturedLog lines;
  Log log{LogTarget::Stderr, {}};
  CurrentConfig config{given::outbound_config({given::outbound("contoso", {"contoso.com"})})};
  SocketName name;
  std::optional<OutboundDoor> door;
};

/// What the next reply holds; empty: the door has closed.
std::string next_reply(SocketClient& client) {
  std::string reply;
  NetstringParser parser(100'000);
  while (true) {
    const std::string byte = client.receive(1);
    std::string_view bytes = byte;
    if (bytes.empty()) return "";
    if (const auto content = parser.feed(bytes)) return std::string(*content);
    BOOST_REQUIRE(!parser.failed());
  }
}

std::string ask(SocketClient& client, const std::string& key,
                const std::string& map = "postfix-tls") {
  return client.send(query(key, map)) ? next_reply(client) : "";
}

BOOST_AUTO_TEST_SUITE(outbound_door)

// Of a burst, no more answers are made at once than are sent.
BOOST_AUTO_TEST_CASE(long_answers_to_many_queries_at_once) {
  Fixture given;
  auto connector = given::outbound("long", {"long.example"});
  for (int i = 0; i < 2000; ++i)
    connector.terms.names.push_back(given::pattern("mx" + std::to_string(i) + ".long.example"));
  given.config.set(given::outbound_config({connector}));
  SocketClient client(given.name);
  constexpr int kQueries = 100;
  std::string burst;
  for (int i = 0; i < kQueries; ++i) burst += query(i % 2 ? "none.example" : "long.example");
  client.send(burst);
  for (int i = 0; i < kQueries; ++i) {
    const auto reply = next_reply(client);
    BOOST_REQUIRE(i % 2 ? reply == kNotFound : reply.size() > 30'000);
  }
  BOOST_TEST(ask(client, "none.example") == kNotFound);
}

BOOST_AUTO_TEST_CASE(answers_one_query_after_another) {
  Fixture given;
  SocketClient client(given.name);
  BOOST_TEST(ask(client, "Contoso.com") == kSecure);
  BOOST_TEST(ask(client, "other.example") == kNotFound);
  BOOST_TEST(ask(client, "") == kNotFound);
  BOOST_TEST(ask(client, "contoso.com", "postfix-transport") == kNotFound);
  BOOST_TEST(ask(client, "contoso.com") == kSecure);
  BOOST_TEST(given.lines.is_empty());
}

BOOST_AUTO_TEST_CASE(queries_come_as_they_like) {
  Fixture given;
  SocketClient client(given.name);
  for (const char byte : query("contoso.com")) client.send({&byte, 1});
  BOOST_TEST(next_reply(client) == kSecure);

  const std::string last = query("contoso.com");
  client.send(query("contoso.com") + query("x") + query("contoso.com") + last.substr(0, 9));
  for (const auto& reply : {kSecure, kNotFound, kSecure}) BOOST_TEST(next_reply(client) == reply);
  client.send(last.substr(9));
  client.end_sending();
  BOOST_TEST(next_reply(client) == kSecure);
  BOOST_TEST(client.receive() == "");
}

BOOST_AUTO_TEST_CASE(far_more_than_one_read) {
  Fixture given;
  SocketClient client(given.name);
  std::string queries;
  for (int i = 0; i < 1000; ++i) queries += query(i % 2 == 0 ? "contoso.com" : "x");
  client.send(queries);
  for (int i = 0; i < 1000; ++i)
    BOOST_TEST(next_reply(client) == (i % 2 == 0 ? kSecure : kNotFound));
  const std::string longest(SocketmapParser::kMaxQuery - sizeof "postfix-tls", 'x');
  BOOST_TEST(ask(client, longest) == kNotFound);
}

BOOST_AUTO_TEST_CASE(unknown_maps_make_mail_wait) {
  Fixture given;
  SocketClient client(given.name);
  for (const auto& map : {"postfix-tsl", ""})
    BOOST_TEST(ask(client, "contoso.com", map) ==
               "TEMP no such map; there are: postfix-tls, postfix-transport, sendmail_tls");
  BOOST_TEST(ask(client, "contoso.com") == kSecure);
  BOOST_TEST(given.lines.next_line() ==
             "warning: [outbound-map]: the MTA asks for a map that is none, its mail waits: "
             "postfix-tsl\n");
  BOOST_TEST(given.lines.is_empty());
}

BOOST_AUTO_TEST_CASE(garbage_closes_its_connection_and_is_logged_once) {
  Fixture given;
  SocketClient good(given.name);
  for (const auto& bytes : {std::string("GET / HTTP/1.0\r\n\r\n"), std::string("03:a b,"),
                            std::string("3:a bc"), std::string("3:a-b,"),
                            std::to_string(SocketmapParser::kMaxQuery + 1) + ":"}) {
    SocketClient client(given.name);
    client.send(bytes);
    BOOST_TEST(client.receive() == "");
  }
  SocketClient client(given.name);
  client.send(query("contoso.com") + "garbage" + query("contoso.com"));
  BOOST_TEST(next_reply(client) == kSecure);
  BOOST_TEST(client.receive() == "");
  BOOST_TEST(ask(good, "contoso.com") == kSecure);
  BOOST_TEST(given.lines.next_line() ==
             "warning: [outbound-map]: something else than a socketmap query came, its connection "
             "was closed\n");
  BOOST_TEST(given.lines.is_empty());
}

BOOST_AUTO_TEST_CASE(a_reload_holds_from_the_next_query) {
  Fixture given;
  SocketClient client(given.name);
  BOOST_TEST(ask(client, "contoso.com") == kSecure);
  given.config.set(given::outbound_config({given::outbound("contoso", {"contoso.com"})}, {3, 5}));
  BOOST_TEST(ask(client, "contoso.com") ==
             "OK secure match=nexthop:dot-nexthop protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1");
  given.config.set(given::outbound_config({given::outdated("contoso", {"contoso.com"})}));
  BOOST_TEST(ask(client, "contoso.com") ==
             "TEMP none of the [certificate] sections of [outbound contoso] counts at this time");
  given.config.set(given::outbound_config({}));
  BOOST_TEST(ask(client, "contoso.com") == kNotFound);
  // Nobody holds on to what was in force before.
  const std::weak_ptr<const Config> old = given.config.get()->config;
  given.config.set(given::outbound_config({}));
  BOOST_TEST(old.expired());
}

BOOST_AUTO_TEST_CASE(trials_are_logged) {
  Fixture given;
  given.config.set(given::outbound_config({given::monitor("trial", {"contoso.com"})}));
  SocketClient client(given.name);
  for (int i = 0; i < 3; ++i) BOOST_TEST(ask(client, "contoso.com") == kNotFound);
  BOOST_TEST(given.lines.next_line() ==
             "info: outbound next_hop=contoso.com connector=trial mode=monitor would=\"secure "
             "match=nexthop:dot-nexthop protocols=>=TLSv1.2\" queries=1\n");
  BOOST_TEST(given.lines.is_empty());
}

OutboundAnswer fail_at_bad(const SocketmapQuery& query, const OutboundContext& context) {
  if (query.key == "bad") throw std::runtime_error("no luck");
  return answer_outbound(query, context);
}

BOOST_AUTO_TEST_CASE(an_internal_error_makes_mail_wait) {
  Fixture given(kOutboundDoorLimits, fail_at_bad);
  SocketClient client(given.name);
  client.send(query("bad") + query("contoso.com") + query("bad"));
  for (const std::string reply : {"TEMP internal error", kSecure.c_str(), "TEMP internal error"})
    BOOST_TEST(next_reply(client) == reply);
  BOOST_TEST(given.lines.next_line() == "warning: [outbound-map]: internal error: no luck\n");
  BOOST_TEST(given.lines.is_empty());
}

BOOST_AUTO_TEST_CASE(five_hundred_at_once) {
  Fixture given;
  std::deque<SocketClient> clients;
  for (int i = 0; i < 500; ++i) clients.emplace_back(given.name).send(query("contoso.com"));
  for (auto& client : clients) BOOST_TEST(next_reply(client) == kSecure);
  for (auto& client : clients) client.send(query("x") + query("contoso.com"));
  for (auto& client : clients) {
    BOOST_TEST(next_reply(client) == kNotFound);
    BOOST_TEST(next_reply(client) == kSecure);
  }
  BOOST_TEST(given.lines.is_empty());
}

BOOST_AUTO_TEST_CASE(idle_clients_are_closed_and_busy_ones_are_not) {
  Fixture given({.idle = milliseconds(1000), .request = hours(1)});
  SocketClient busy(given.name);
  SocketClient silent(given.name);
  SocketClient served(given.name);
  BOOST_TEST(ask(served, "contoso.com") == kSecure);
  while (!silent.has_something(0)) BOOST_TEST(ask(busy, "contoso.com") == kSecure);
  BOOST_TEST(silent.receive() == "");
  BOOST_TEST(served.receive() == "");
  BOOST_TEST(ask(busy, "contoso.com") == kSecure);
  BOOST_TEST(busy.receive() == "");
}

BOOST_AUTO_TEST_CASE(unfinished_queries_are_closed) {
  Fixture given({.idle = hours(1), .request = milliseconds(50)});
  SocketClient finished(given.name);
  BOOST_TEST(ask(finished, "contoso.com") == kSecure);
  SocketClient unfinished(given.name);
  unfinished.send(query("contoso.com") + "23:postfix-tls");
  BOOST_TEST(next_reply(unfinished) == kSecure);
  BOOST_TEST(unfinished.receive() == "");
  // More bytes give no more time.
  SocketClient slow(given.name);
  slow.send("10000:");
  while (slow.send("x") && !slow.has_something(1)) {
  }
  BOOST_TEST(slow.receive() == "");
  BOOST_TEST(ask(finished, "contoso.com") == kSecure);
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_closed) {
  Fixture given({.idle = hours(1), .request = milliseconds(50)});
  SocketClient client(given.name);
  const std::string queries = query("contoso.com") + query("contoso.com");
  while (client.send(queries)) {
  }
  SocketClient other(given.name);
  BOOST_TEST(ask(other, "contoso.com") == kSecure);
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_late_gets_all) {
  Fixture given;
  SocketClient client(given.name);
  std::size_t queries = 0;
  // Until neither side takes more.
  while (client.can_send(50)) queries += client.send(query("contoso.com"), MSG_DONTWAIT);
  SocketClient other(given.name);
  BOOST_TEST(ask(other, "contoso.com") == kSecure);
  for (std::size_t i = 0; i < queries; ++i) BOOST_REQUIRE(next_reply(client) == kSecure);
}

BOOST_AUTO_TEST_CASE(stops_while_clients_are_connected) {
  Fixture given;
  SocketClient silent(given.name);
  SocketClient within(given.name);
  SocketClient served(given.name);
  within.send("23:postfix");
  BOOST_TEST(ask(served, "contoso.com") == kSecure);
  given.door.reset();
  for (auto* client : {&silent, &within, &served}) BOOST_TEST(client->receive() == "");
  BOOST_TEST(!std::filesystem::exists(given.folder / "s"));
}

BOOST_AUTO_TEST_CASE(tcp) {
  Fixture given(kOutboundDoorLimits, answer_outbound, {.host = "127.0.0.1"});
  SocketClient client(given.name);
  BOOST_TEST(ask(client, "contoso.com") == kSecure);
  BOOST_TEST(ask(client, "contoso.com") == kSecure);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
