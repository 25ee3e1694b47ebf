// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What a client says to a mail server before TLS: waits for the greeting, says EHLO and STARTTLS
/// (RFC 5321, RFC 3207). Reads at most 2 KiB a line and 64 KiB in all. Does no TLS.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cli/timed_socket.h"

namespace forcetls {

class SmtpDialogue {
 public:
  /// `socket` is connected, and outlives this.
  explicit SmtpDialogue(TimedSocket& socket) : socket_(socket) {}

  /// Says `helo`, one clean word. Empty: the server waits for the handshake. Else what went wrong,
  /// one clean line, and where the server still listens QUIT has been said.
  std::string start_tls(std::string_view helo);

 private:
  struct Reply;

  std::string wait_for_greeting();
  std::string say_ehlo(std::string_view helo);
  std::string say_starttls();
  std::string read_reply(Reply& reply);
  std::string read_line(std::string& line);
  std::string lost(TimedSocket::Status status) const;
  std::string ask(std::string_view command, std::string_view argument, Reply& reply);
  std::string quit(std::string problem);

  TimedSocket& socket_;
  std::string buffer_;  // received and not yet read
  std::size_t received_ = 0;
  std::string asked_;   // the last command; empty: none yet
};

}  // namespace forcetls
