// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The policy service of [postfix-evidence]: takes what Postfix tells of TLS sessions into the
/// store and answers DUNNO to everything, at once. Decides nothing.
#pragma once

#include "service/evidence_store.h"
#include "service/listening_socket.h"
#include "service/log.h"
#include "service/stream_door.h"

namespace forcetls {

using EvidenceDoorLimits = StreamDoorLimits;

class EvidenceDoor {
 public:
  /// Takes the socket over and begins to serve, as StreamDoor does. `store` and `log` outlive it.
  EvidenceDoor(ListeningSocket socket, EvidenceStore& store, Log& log,
               EvidenceDoorLimits limits = {});

 private:
  StreamDoor door_;
};

}  // namespace forcetls
