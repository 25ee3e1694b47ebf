// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/stream_door.h"

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
#include <exception>
#include <thread>
#include <utility>

#include "service/counted_warning.h"

namespace forcetls {

namespace asio = boost::asio;
using Protocol = asio::generic::stream_protocol;
using Error = boost::system::error_code;
using Clock = std::chrono::steady_clock;

class StreamDoor::Server {
 public:
  Server(ListeningSocket socket, DoorProtocol protocol, Log& log, StreamDoorLimits limits)
      : socket_(std::move(socket)),
        protocol_(std::move(protocol)),
        limits_(limits),
        accept_failed_(log, protocol_.section + ": cannot accept a connection: "),
        turned_away_(log,
                     fmt::format("{}: {} connections are open, one more was closed at once",
                                 protocol_.section, limits.connections)),
        malformed_(log, fmt::format("{}: something else than {} came, its connection was closed",
                                    protocol_.section, protocol_.request)),
        failed_(log, protocol_.section + ": internal error: "),
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

  ListeningSocket socket_;  // for its file
  const DoorProtocol protocol_;
  const StreamDoorLimits limits_;
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
class StreamDoor::Server::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Server& server, Protocol::socket client)
      : server_(server),
        client_(std::move(client)),
        timer_(server.context_),
        dialogue_(server.protocol_.open()) {
    ++server_.connections_;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { --server_.connections_; }

  void start() {
    client_.non_blocking(true);
    limit_ = Clock::now() + server_.limits_.idle;
    wait_for_limit();
    read();
  }

 private:
  void read();
  void take();
  void answer();
  void go_on();
  void limit_to(Clock::duration time);
  void wait_for_limit();
  void close();

  Server& server_;
  Protocol::socket client_;
  asio::steady_timer timer_;
  Clock::time_point limit_;  // when it is closed; `timer_` looks then, or earlier
  const std::unique_ptr<Dialogue> dialogue_;
  std::array<char, 4096> bytes_;
  std::string_view rest_;  // of them, not taken yet
  std::string answers_;
};

void StreamDoor::Server::Connection::read() {
  client_.async_read_some(asio::buffer(bytes_),
                          [self = shared_from_this()](const Error& error, std::size_t size) {
                            if (error) return self->close();
                            self->rest_ = {self->bytes_.data(), size};
                            self->take();
                          });
}

void StreamDoor::Server::Connection::take() {
  const bool was_within_request = dialogue_->is_within_request();
  try {
    answers_ = dialogue_->take(rest_);
  } catch (const std::exception& error) {
    server_.failed_.note(error.what());
    return close();
  }
  if (dialogue_->failed()) server_.malformed_.note();
  if (!answers_.empty()) return answer();
  if (dialogue_->failed()) return close();
  if (!was_within_request) limit_to(server_.limits_.request);
  read();
}

// Nearly always the kernel takes them all at once, and then nothing has to wait.
void StreamDoor::Server::Connection::answer() {
  Error error;
  const std::size_t sent = client_.write_some(asio::buffer(answers_), error);
  if (error && error != asio::error::would_block) return close();
  const bool all = sent == answers_.size();
  if (!all || dialogue_->is_within_request()) limit_to(server_.limits_.request);
  if (all) return go_on();
  asio::async_write(client_, asio::buffer(answers_) + sent,
                    [self = shared_from_this()](const Error& failure, std::size_t) {
                      if (failure) return self->close();
                      self->go_on();
                    });
}

void StreamDoor::Server::Connection::go_on() {
  if (dialogue_->failed()) return close();
  answers_ = {};  // a silent client holds no memory of what it asked
  if (!rest_.empty()) return take();
  if (!dialogue_->is_within_request()) limit_to(server_.limits_.idle);
  read();
}

// A later limit costs nothing: the timer finds it when it looks.
void StreamDoor::Server::Connection::limit_to(Clock::duration time) {
  limit_ = Clock::now() + time;
  if (limit_ < timer_.expiry()) wait_for_limit();
}

void StreamDoor::Server::Connection::wait_for_limit() {
  timer_.expires_at(limit_);
  timer_.async_wait([self = shared_from_this()](const Error& error) {
    if (error || !self->client_.is_open()) return;
    if (Clock::now() < self->limit_) return self->wait_for_limit();
    self->close();
  });
}

void StreamDoor::Server::Connection::close() {
  Error ignored;
  client_.close(ignored);
  timer_.cancel();
}

void StreamDoor::Server::run() {
  pthread_setname_np(pthread_self(), protocol_.thread);
  while (!context_.stopped()) {
    try {
      context_.run();
    } catch (const std::exception& error) {
      failed_.note(error.what());
    }
  }
}

void StreamDoor::Server::accept() {
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
void StreamDoor::Server::accept_later() {
  pause_.expires_after(limits_.pause);
  pause_.async_wait([this](const Error& error) {
    if (!error) accept();
  });
}

void StreamDoor::Server::serve(Protocol::socket client) {
  if (connections_ >= limits_.connections) return turned_away_.note();
  std::make_shared<Connection>(*this, std::move(client))->start();
}

StreamDoor::StreamDoor(ListeningSocket socket, DoorProtocol protocol, Log& log,
                       StreamDoorLimits limits)
    : server_(std::make_unique<Server>(std::move(socket), std::move(protocol), log, limits)) {}

StreamDoor::~StreamDoor() = default;

}  // namespace forcetls
