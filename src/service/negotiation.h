// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Which steps, macros and actions a milter session asks the MTA for. Each step that an MTA sends
/// for nothing costs more than judging the mail, so a session asks for what its configuration
/// needs and for no more. Pure functions over the flags of libmilter's <libmilter/mfdef.h>; sends
/// nothing.
#pragma once

#include <array>
#include <string>

#include "config/config.h"

namespace forcetls {

/// What a configuration needs besides the MAIL command.
struct Needs {
  bool helo = false;
  bool recipients = false;
  bool headers = false;     // From: is judged
  bool marks = false;       // Authentication-Results are added, and forged ones removed
  bool quarantine = false;
  bool evidence = false;    // of Postfix's policy request: CONNECT says whose, RCPT comes after it

  bool operator==(const Needs&) const = default;

  /// Whether a message may be of interest after MAIL.
  bool beyond_mail() const { return recipients || headers || marks || quarantine || evidence; }
};

Needs needs_of(const Config& config);

/// Whether a session that negotiated `had` serves all of `wanted`.
bool covers(const Needs& had, const Needs& wanted);

/// SMFIF_ and SMFIP_ flags as the MTA offers them.
struct Offer {
  unsigned long actions = 0;
  unsigned long steps = 0;
};

/// What is asked for. `macros` is indexed by SMFIM_; nullptr leaves the MTA's own list, and is
/// everywhere where the MTA does not take lists.
struct Agreement {
  unsigned long actions = 0;
  unsigned long steps = 0;
  std::array<const char*, 7> macros{};
  std::string lacking;  // needed but not offered, for the log; empty: nothing

  bool chose_macros() const { return macros[0] != nullptr; }
};

/// `tcp`: the MTA comes over TCP. DATA is then kept and answered where the message's content
/// follows: otherwise the content waits for a delayed ACK (40 ms).
Agreement negotiate(const Needs& needs, const Offer& offer, bool tcp);

}  // namespace forcetls
