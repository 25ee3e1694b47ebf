// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/evidence_door.h"

#include <fmt/format.h>
#include <pthread.h>

#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "service/rate_limit.h"
#include "wire/policy_request.h"

namespace forcetls {
namespace {

namespace asio = boost::asio;
using Protocol = asio::generic::stream_protocol;
using Error = boost::system::error_code;
using Clock = std::chrono::steady_clock;

/// A warning that peers could otherwise repeat without end: one a minute, with the number of all.
class CountedWarning {
 public:
  CountedWarning(Log& log, std::string text) : log_(log), text_(std::move(text)) {}

  void note(std::string_view detail = "") {
    ++times_;
    if (!limit_.allows(Clock::now())) return;
    const auto count = times_ == 1 ? "" : fmt::format(" ({} times since start)", times_);
    log_.warning(fmt::format("[postfix-evidence]: {}{}{}", text_, detail, count));
  }

 private:
  Log& log_;
  const std::string text_;
  RateLimit limit_{std::chrono::minutes(1)};
  std::size_t times_ = 0;
};

}  // namespace

class EvidenceDoor::Server {
 public:
  Server(ListeningSocket socket, EvidenceStore& store, Log& log, EvidenceDoorLimits limits)
      : socket_(std::move(socket)),
        store_(store),
        limits_(limits),
        accept_failed_(log, "cannot accept a connection: "),
        turned_away_(log, fmt::format("{} connections are open, one more was closed at once",
                                      limits.connections)),
        malformed_(log, "something else than a policy request came, its connection was closed"),
        failed_(log, "internal error: "),
        acceptor_(context_),
        pause_(context_) {
    acceptor_.assign(Protocol(socket_.family(), 0), socket_.descriptor());
    socket_.release();
    accept();
    thread_ = std::thread([this] { run(); });
  }

  ~Server() {
    context_.stop();
    thread_.join();
  }

 private:
  class Connection;

  void run();
  void accept();
  void accept_later();
  void serve(Protocol::socket client);
  void take(PolicyRequest request);

  ListeningSocket socket_;  // for its file
  EvidenceStore& store_;
  const EvidenceDoorLimits limits_;
  std::size_t connections_ = 0;
  CountedWarning accept_failed_, turned_away_, malformed_, failed_;
  // Behind all that its handlers use when it ends.
  asio::io_context context_{1};
  asio::basic_socket_acceptor<Protocol> acceptor_;
  asio::steady_timer pause_;
  std::thread thread_;
};

/// Lives as long as a handler of it is pending. Reads nothing more before all that was read is
/// answered, so that neither bytes nor answers pile up.
class EvidenceDoor::Server::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Server& server, Protocol::socket client)
      : server_(server), client_(std::move(client)), limit_(server.context_) {
    ++server_.connections_;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { --server_.connections_; }

  void start() {
    limit_to(server_.limits_.idle);
    read();
  }

 private:
  void read();
  void take(std::string_view bytes);
  void answer();
  void limit_to(Clock::duration time);
  void close();

  Server& server_;
  Protocol::socket client_;
  asio::steady_timer limit_;
  PolicyRequestParser parser_;
  std::array<char, 4096> bytes_;
  std::string answers_;
};

void EvidenceDoor::Server::Connection::read() {
  client_.async_read_some(asio::buffer(bytes_),
                          [self = shared_from_this()](const Error& error, std::size_t size) {
                            if (error) return self->close();
                            self->take({self->bytes_.data(), size});
                          });
}

void EvidenceDoor::Server::Connection::take(std::string_view bytes) {
  const bool was_within_request = parser_.is_within_request();
  while (auto request = parser_.feed(bytes)) {
    server_.take(*std::move(request));
    answers_ += policy_answer();
  }
  if (parser_.failed()) server_.malformed_.note();
  if (!answers_.empty()) {
    limit_to(server_.limits_.request);
    answer();
  } else if (parser_.failed()) {
    close();
  } else {
    if (!was_within_request) limit_to(server_.limits_.request);
    read();
  }
}

void EvidenceDoor::Server::Connection::answer() {
  asio::async_write(client_, asio::buffer(answers_),
                    [self = shared_from_this()](const Error& error, std::size_t) {
                      if (error || self->parser_.failed()) return self->close();
                      self->answers_.clear();
                      if (!self->parser_.is_within_request())
                        self->limit_to(self->server_.limits_.idle);
                      self->read();
                    });
}

void EvidenceDoor::Server::Connection::limit_to(Clock::duration time) {
  limit_.expires_after(time);
  limit_.async_wait([self = shared_from_this()](const Error& error) {
    if (!error) self->close();
  });
}

void EvidenceDoor::Server::Connection::close() {
  Error ignored;
  client_.close(ignored);
  limit_.cancel();
}

void EvidenceDoor::Server::run() {
  pthread_setname_np(pthread_self(), "evidence");
  while (!context_.stopped()) {
    try {
      context_.run();
    } catch (const std::exception& error) {
      failed_.note(error.what());
    }
  }
}

void EvidenceDoor::Server::accept() {
  acceptor_.async_accept([this](const Error& error, Protocol::socket client) {
    if (error == asio::error::operation_aborted) return;
    if (error) {
      accept_failed_.note(error.message());
      return accept_later();
    }
    accept();
    serve(std::move(client));
  });
}

// Out of descriptors: the client that waits would be found again at once, without end.
void EvidenceDoor::Server::accept_later() {
  pause_.expires_after(limits_.pause);
  pause_.async_wait([this](const Error& error) {
    if (!error) accept();
  });
}

void EvidenceDoor::Server::serve(Protocol::socket client) {
  if (connections_ >= limits_.connections) return turned_away_.note();
  std::make_shared<Connection>(*this, std::move(client))->start();
}

// Before the answer: Postfix asks the milter next.
void EvidenceDoor::Server::take(PolicyRequest request) {
  const bool counts = request.request == "smtpd_access_policy" &&
                      request.protocol_state == "RCPT" && request.key;
  if (counts) store_.put(*request.key, std::move(request.evidence), Clock::now());
}

EvidenceDoor::EvidenceDoor(ListeningSocket socket, EvidenceStore& store, Log& log,
                           EvidenceDoorLimits limits)
    : server_(std::make_unique<Server>(std::move(socket), store, log, limits)) {}

EvidenceDoor::~EvidenceDoor() = default;

}  // namespace forcetls
