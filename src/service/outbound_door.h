// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The socketmap server of [outbound-map]: MTAs ask it how to send a mail (outbound_answer.h). Each
/// query is answered by the configuration that is in force when it comes.
#pragma once

#include <string>

#include "service/current_config.h"
#include "service/listening_socket.h"
#include "service/log.h"
#include "service/outbound_answer.h"
#include "service/outbound_log.h"
#include "service/stream_door.h"

namespace forcetls {

/// Each of Postfix's smtp(8) has a connection of its own, and its mail waits where that is refused.
/// It lets go of an idle one itself. Sendmail does not: the next mail of a process whose connection
/// was closed waits.
inline constexpr StreamDoorLimits kOutboundDoorLimits{.connections = 5000,
                                                      .idle = std::chrono::hours(2)};

class OutboundDoor {
 public:
  using Answer = OutboundAnswer (*)(const SocketmapQuery& query, const OutboundContext& context);

  /// Takes the socket over and begins to serve, as StreamDoor does. `config` and `log` outlive it.
  OutboundDoor(ListeningSocket socket, const CurrentConfig& config, Log& log,
               StreamDoorLimits limits = kOutboundDoorLimits, Answer answer = answer_outbound);

 private:
  class Client;

  std::string reply_to(const SocketmapQuery& query);

  const CurrentConfig& config_;
  const Answer answer_;
  OutboundLog log_;
  StreamDoor door_;  // behind all that its thread uses
};

}  // namespace forcetls
