// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/evidence_door.h"

#include <sys/resource.h>

#include <boost/test/unit_test.hpp>
#include <deque>
#include <filesystem>
#include <optional>

#include "service/captured_log.h"
#include "service/socket_client.h"
#include "temporary_folder.h"

namespace forcetls {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

const std::string kDunno = "action=DUNNO\n\n";

std::string request(unsigned port, const std::string& cipher = "TLS_AES_256_GCM_SHA384",
                    const std::string& state = "RCPT",
                    const std::string& kind = "smtpd_access_policy") {
  return "request=" + kind + "\nprotocol_state=" + state +
         "\nclient_address=192.0.2.1\nclient_port=" + std::to_string(port) +
         "\nserver_address=192.0.2.2\nserver_port=25\nsender=a@partner.example\n"
         "ccert_subject=M+C3+BCller\nccert_issuer=A1\nccert_fingerprint=AA:BB\n"
         "ccert_pubkey_fingerprint=CC:DD\nencryption_protocol=TLSv1.3\nencryption_cipher=" +
         cipher + "\nencryption_keysize=256\n\n";
}

struct Fixture {
  explicit Fixture(EvidenceDoorLimits limits = {},
                   SocketAddress address = {.kind = SocketAddress::Kind::Unix}) {
    if (address.path.empty()) address.path = folder / "s";
    ListeningSocket socket({.address = address});
    name = find_socket_name(socket.descriptor(), "test");
    door.emplace(std::move(socket), store, log, limits);
  }

  std::optional<Evidence> take(unsigned port) {
    return store.take(
        *make_evidence_key("192.0.2.1", std::to_string(port), "192.0.2.2", "25"),
        EvidenceStore::Clock::now());
  }
  std::string cipher_of(unsigned port) {
    const auto evidence = take(port);
    return evidence ? evidence->cipher : "none";
  }

  const TemporaryFolder folder;
  CapturedLog lines;
  Log log{LogTarget::Stderr, {}};
  EvidenceStore store;
  SocketName name;
  std::optional<EvidenceDoor> door;
};

/// What `client` is told of one more request; empty: it was closed.
std::string ask(SocketClient& client, unsigned port) {
  return client.send(request(port)) ? client.receive(kDunno.size()) : "";
}

BOOST_AUTO_TEST_SUITE(evidence_door)

BOOST_AUTO_TEST_CASE(evidence_is_there_when_the_answer_is) {
  Fixture given;
  SocketClient client(given.name);
  BOOST_TEST(ask(client, 40001) == kDunno);
  BOOST_TEST((given.take(40001) == Evidence{.tls_version = "TLSv1.3",
                                            .cipher = "TLS_AES_256_GCM_SHA384",
                                            .bits = "256",
                                            .fingerprint = "AA:BB",
                                            .key_fingerprint = "CC:DD",
                                            .subject_cn = "M\xC3\xBCller",
                                            .issuer_cn = "A1"}));
  BOOST_TEST(ask(client, 40002) == kDunno);
  BOOST_TEST(given.cipher_of(40002) == "TLS_AES_256_GCM_SHA384");
  BOOST_TEST(given.lines.is_empty());
}

BOOST_AUTO_TEST_CASE(each_request_replaces) {
  Fixture given;
  SocketClient first(given.name);
  SocketClient second(given.name);
  first.send(request(40001, "a"));
  BOOST_TEST(first.receive(kDunno.size()) == kDunno);
  second.send(request(40001, "b"));
  BOOST_TEST(second.receive(kDunno.size()) == kDunno);
  BOOST_TEST(given.store.size() == 1U);
  BOOST_TEST(given.cipher_of(40001) == "b");
}

BOOST_AUTO_TEST_CASE(what_does_not_count_is_answered_all_the_same) {
  Fixture given;
  SocketClient client(given.name);
  const std::string kRequests[] = {
      request(40001, "a", "DATA"), request(40001, "a", "rcpt"),
      request(40001, "a", ""),     request(40001, "a", "RCPT", "smtpd_access"),
      request(0),                  request(65536),
      "\n",                        "request=smtpd_access_policy\nprotocol_state=RCPT\n\n",
  };
  for (const auto& text : kRequests) {
    client.send(text);
    BOOST_TEST(client.receive(kDunno.size()) == kDunno);
  }
  BOOST_TEST(given.store.size() == 0U);
}

BOOST_AUTO_TEST_CASE(bytes_come_as_they_like) {
  Fixture given;
  SocketClient client(given.name);
  const std::string text = request(40001, "a");
  for (const char byte : text) client.send({&byte, 1});
  BOOST_TEST(client.receive(kDunno.size()) == kDunno);
  BOOST_TEST(given.cipher_of(40001) == "a");

  const std::string pipelined = request(1, "a") + request(1, "b") + request(2, "c");
  const std::string last = request(3, "d");
  client.send(pipelined + last.substr(0, 50));
  BOOST_TEST(client.receive(3 * kDunno.size()) == kDunno + kDunno + kDunno);
  BOOST_TEST(given.cipher_of(1) == "b");
  BOOST_TEST(given.cipher_of(2) == "c");
  BOOST_TEST(given.cipher_of(3) == "none");
  client.send(last.substr(50));
  client.end_sending();
  BOOST_TEST(client.receive() == kDunno);
  BOOST_TEST(given.cipher_of(3) == "d");
}

BOOST_AUTO_TEST_CASE(far_more_than_one_read) {
  Fixture given;
  SocketClient client(given.name);
  std::string requests;
  for (unsigned port = 1; port <= 100; ++port) requests += request(port);
  client.send(requests);
  BOOST_TEST(client.receive(100 * kDunno.size()).size() == 100 * kDunno.size());
  BOOST_TEST(given.store.size() == 100U);
}

BOOST_AUTO_TEST_CASE(idle_and_slow_clients_keep_nobody) {
  Fixture given;
  std::deque<SocketClient> idle;
  for (int i = 0; i < 300; ++i) {
    idle.emplace_back(given.name);
    if (i % 3 == 1) idle.back().send("request=");
    if (i % 3 == 2) BOOST_TEST(ask(idle.back(), 7) == kDunno);
  }
  SocketClient client(given.name);
  BOOST_TEST(ask(client, 40001) == kDunno);
  BOOST_TEST(ask(idle.front(), 40002) == kDunno);
}

BOOST_AUTO_TEST_CASE(garbage_closes_its_connection_and_is_logged_once) {
  Fixture given;
  SocketClient good(given.name);
  const std::string kGarbage[] = {"GET / HTTP/1.0\r\n\r\n", std::string("\x16\x03\x01\x00\n", 5),
                                  "\r\n", std::string(20'000, 'x')};
  for (const auto& bytes : kGarbage) {
    SocketClient client(given.name);
    client.send(bytes);
    BOOST_TEST(client.receive() == "");
  }
  SocketClient client(given.name);
  client.send(request(40001) + "garbage\n" + request(40002));
  BOOST_TEST(client.receive() == kDunno);
  BOOST_TEST(given.cipher_of(40002) == "none");
  BOOST_TEST(ask(good, 40003) == kDunno);
  BOOST_TEST(given.lines.next_line() ==
             "warning: [postfix-evidence]: something else than a policy request came, its "
             "connection was closed\n");
  BOOST_TEST(given.lines.is_empty());
}

BOOST_AUTO_TEST_CASE(idle_clients_are_closed) {
  Fixture given({.idle = milliseconds(300), .request = hours(1)});
  SocketClient silent(given.name);
  SocketClient served(given.name);
  BOOST_TEST(served.send(request(40001) + request(40002)));
  BOOST_TEST(silent.receive() == "");
  BOOST_TEST(served.receive() == kDunno + kDunno);
}

BOOST_AUTO_TEST_CASE(unfinished_requests_are_closed) {
  Fixture given({.idle = hours(1), .request = milliseconds(50)});
  SocketClient finished(given.name);
  BOOST_TEST(ask(finished, 40001) == kDunno);
  SocketClient unfinished(given.name);
  unfinished.send(request(40001) + "request=");
  BOOST_TEST(unfinished.receive() == kDunno);
  // More bytes give no more time.
  SocketClient slow(given.name);
  while (slow.send("x") && !slow.has_something(1)) {
  }
  BOOST_TEST(slow.receive() == "");
  // Between requests there is no such limit.
  BOOST_TEST(ask(finished, 40001) == kDunno);
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_closed) {
  Fixture given({.idle = hours(1), .request = milliseconds(50)});
  SocketClient client(given.name);
  while (client.send(std::string(4096, '\n'))) {
  }
  SocketClient other(given.name);
  BOOST_TEST(ask(other, 40001) == kDunno);
}

BOOST_AUTO_TEST_CASE(one_connection_too_many) {
  Fixture given({.connections = 2});
  SocketClient first(given.name);
  SocketClient second(given.name);
  BOOST_TEST(ask(first, 1) == kDunno);
  BOOST_TEST(ask(second, 2) == kDunno);
  for (int i = 0; i < 3; ++i) BOOST_TEST(SocketClient(given.name).receive() == "");
  BOOST_TEST(given.lines.next_line() ==
             "warning: [postfix-evidence]: 2 connections are open, one more was closed at once\n");
  BOOST_TEST(given.lines.is_empty());
  BOOST_TEST(ask(first, 3) == kDunno);

  first.end_sending();
  BOOST_TEST(first.receive() == "");
  // The door may need another moment to let go of the first.
  std::string answer;
  while (answer.empty()) {
    SocketClient third(given.name);
    answer = ask(third, 4);
  }
  BOOST_TEST(answer == kDunno);
}

BOOST_AUTO_TEST_CASE(out_of_descriptors) {
  Fixture given({.pause = milliseconds(10)});
  SocketClient client(given.name.family());
  SocketClient served(given.name);
  BOOST_TEST(ask(served, 1) == kDunno);
  rlimit old{};
  getrlimit(RLIMIT_NOFILE, &old);
  const int lowest = dup(STDERR_FILENO);
  close(lowest);
  const rlimit none{.rlim_cur = static_cast<rlim_t>(lowest), .rlim_max = old.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  client.connect(given.name);
  const auto line = given.lines.next_line();
  const auto answer = ask(served, 2);
  setrlimit(RLIMIT_NOFILE, &old);
  BOOST_TEST(line ==
             "warning: [postfix-evidence]: cannot accept a connection: Too many open files\n");
  BOOST_TEST(answer == kDunno);
  BOOST_TEST(ask(client, 3) == kDunno);
  BOOST_TEST(given.lines.is_empty());
}

BOOST_AUTO_TEST_CASE(stops_while_clients_are_connected) {
  Fixture given;
  SocketClient silent(given.name);
  SocketClient within(given.name);
  SocketClient served(given.name);
  within.send("request=");
  BOOST_TEST(ask(served, 40001) == kDunno);
  given.door.reset();
  for (auto* client : {&silent, &within, &served}) BOOST_TEST(client->receive() == "");
  BOOST_TEST(!std::filesystem::exists(given.folder / "s"));
  BOOST_TEST(given.store.size() == 1U);
}

BOOST_AUTO_TEST_CASE(tcp) {
  Fixture given({}, {.host = "127.0.0.1"});
  SocketClient client(given.name);
  BOOST_TEST(ask(client, 40001) == kDunno);
  BOOST_TEST(ask(client, 40002) == kDunno);
  BOOST_TEST(given.store.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
