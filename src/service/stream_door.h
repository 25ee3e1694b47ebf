// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What the side doors share: a server of stream sockets that takes requests and sends answers. It
/// has a thread of its own, in which nothing waits for a peer: whoever is slow or silent holds up
/// nobody else. Knows no protocol; what is asked and answered is a Dialogue's business.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "service/listening_socket.h"
#include "service/log.h"

namespace forcetls {

/// The protocol, with one client. Used in the door's thread only.
class Dialogue {
 public:
  Dialogue() = default;
  Dialogue(const Dialogue&) = delete;
  Dialogue& operator=(const Dialogue&) = delete;
  virtual ~Dialogue() = default;

  /// Takes bytes as they came; the answers to the requests that end in them, in order. Once these
  /// are kEnough, it leaves the rest of `bytes`, and is given that again when they are sent. What it
  /// throws is logged, and closes the connection.
  virtual std::string take(std::string_view& bytes) = 0;
  static constexpr std::size_t kEnough = 64 * 1024;

  /// Whether something else than a request came: once the answers are sent, it is closed.
  virtual bool failed() const = 0;

  /// Whether the first bytes of a request are there that lacks its last.
  virtual bool is_within_request() const = 0;
};

struct DoorProtocol {
  std::string section;  // of the configuration, which its log lines begin with: [postfix-evidence]
  std::string request;  // what it takes, for the log: a policy request
  const char* thread;   // the thread's name, of 15 bytes at most
  std::function<std::unique_ptr<Dialogue>()> open;  // for each client; used in the door's thread
};

struct StreamDoorLimits {
  std::size_t connections = 1000;  // one more is closed at once
  // Postfix keeps a policy service's for 1000 s at most (smtpd_policy_service_max_ttl).
  std::chrono::milliseconds idle{1'100'000};
  std::chrono::milliseconds request{10'000};  // from its first byte to its answer's last
  std::chrono::milliseconds pause{1'000};     // before the next accept() where one failed
};

class StreamDoor {
 public:
  /// Takes the socket over and begins to serve. `log` and what the dialogues use outlive it. The
  /// signals that are blocked now are blocked in its thread. Throws std::system_error.
  StreamDoor(ListeningSocket socket, DoorProtocol protocol, Log& log, StreamDoorLimits limits);
  StreamDoor(const StreamDoor&) = delete;
  StreamDoor& operator=(const StreamDoor&) = delete;
  /// Closes all connections and waits for the thread.
  ~StreamDoor();

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace forcetls
