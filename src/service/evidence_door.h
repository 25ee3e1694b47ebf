// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The policy service of [postfix-evidence]: takes what Postfix tells of TLS sessions into the
/// store and answers DUNNO to everything, at once. Decides nothing. Serves in a thread of its own,
/// in which nothing waits for a peer: whoever is slow or silent holds up nobody else.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "service/evidence_store.h"
#include "service/listening_socket.h"
#include "service/log.h"

namespace forcetls {

struct EvidenceDoorLimits {
  std::size_t connections = 1000;  // one more is closed at once
  // Postfix keeps one for 1000 s at most (smtpd_policy_service_max_ttl).
  std::chrono::milliseconds idle{1'100'000};
  std::chrono::milliseconds request{10'000};  // from its first byte to its answer's last
  std::chrono::milliseconds pause{1'000};     // before the next accept() where one failed
};

class EvidenceDoor {
 public:
  /// Takes the socket over and begins to serve. `store` and `log` outlive it. The signals that are
  /// blocked now are blocked in its thread. Throws std::system_error.
  EvidenceDoor(ListeningSocket socket, EvidenceStore& store, Log& log,
               EvidenceDoorLimits limits = {});
  EvidenceDoor(const EvidenceDoor&) = delete;
  EvidenceDoor& operator=(const EvidenceDoor&) = delete;
  /// Closes all connections and waits for the thread.
  ~EvidenceDoor();

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace forcetls
