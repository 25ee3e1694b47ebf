// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/smtp_dialogue.h"

#include <algorithm>

#include "core/ascii.h"
#include "wire/printable.h"

namespace forcetls {

namespace {

constexpr std::size_t kMostInLine = 2 * 1024;
constexpr std::size_t kMostInAll = 64 * 1024;
constexpr std::size_t kMostShown = 200;

std::string quoted(std::string_view line) { return '"' + clean_text(line, kMostShown) + '"'; }

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

bool is_reply_line(std::string_view line) {
  return line.size() >= 3 && std::all_of(line.begin(), line.begin() + 3, is_digit) &&
         (line.size() == 3 || line[3] == ' ' || line[3] == '-');
}

/// The keyword of an EHLO line, such as `250-STARTTLS`.
std::string_view keyword_of(std::string_view line) {
  line.remove_prefix(std::min<std::size_t>(line.size(), 4));
  return line.substr(0, line.find(' '));
}

}  // namespace

struct SmtpDialogue::Reply {
  std::string last_line;
  bool offers_starttls = false;  // in a line but the first, which is the server's name

  bool has_code(std::string_view code) const { return last_line.starts_with(code); }
};

std::string SmtpDialogue::start_tls(std::string_view helo) {
  std::string problem = wait_for_greeting();
  if (problem.empty()) problem = say_ehlo(helo);
  if (problem.empty()) problem = say_starttls();
  return problem;
}

std::string SmtpDialogue::wait_for_greeting() {
  Reply reply;
  if (auto problem = read_reply(reply); !problem.empty()) return problem;
  return reply.has_code("220") ? "" : quit("greeted with " + quoted(reply.last_line));
}

std::string SmtpDialogue::say_ehlo(std::string_view helo) {
  Reply reply;
  if (auto problem = ask("EHLO", helo, reply); !problem.empty()) return problem;
  if (!reply.has_code("250")) return quit("answered EHLO with " + quoted(reply.last_line));
  return reply.offers_starttls ? "" : quit("does not offer STARTTLS");
}

// What stands behind the answer came in the clear: a man in the middle may have put it there to be
// taken for the server's first words under TLS (RFC 3207 section 6, CVE-2011-0411).
std::string SmtpDialogue::say_starttls() {
  Reply reply;
  if (auto problem = ask("STARTTLS", {}, reply); !problem.empty()) return problem;
  if (!reply.has_code("220")) return quit("answered STARTTLS with " + quoted(reply.last_line));
  return buffer_.empty() ? "" : "sent more in the clear behind its answer to STARTTLS";
}

std::string SmtpDialogue::ask(std::string_view command, std::string_view argument, Reply& reply) {
  asked_ = command;
  std::string line = asked_;
  if (!argument.empty()) line.append(" ").append(argument);
  const auto status = socket_.send(line + "\r\n");
  return status == TimedSocket::Status::Done ? read_reply(reply) : lost(status);
}

std::string SmtpDialogue::read_reply(Reply& reply) {
  for (bool first = true;; first = false) {
    if (auto problem = read_line(reply.last_line); !problem.empty()) return problem;
    const std::string& line = reply.last_line;
    if (!is_reply_line(line)) return "sent what is no SMTP reply: " + quoted(line);
    if (!first && equal_without_case(keyword_of(line), "STARTTLS")) reply.offers_starttls = true;
    if (line.size() == 3 || line[3] == ' ') return {};
  }
}

std::string SmtpDialogue::read_line(std::string& line) {
  auto end = buffer_.find('\n');
  while (end == std::string::npos) {
    if (buffer_.size() > kMostInLine) break;
    if (received_ >= kMostInAll) return "sent more than 64 KiB before TLS";
    const std::size_t before = buffer_.size();
    if (const auto status = socket_.receive(buffer_, kMostInAll - received_);
        status != TimedSocket::Status::Done)
      return lost(status);
    received_ += buffer_.size() - before;
    end = buffer_.find('\n', before);
  }
  if (end == std::string::npos || end > kMostInLine) return "sent a line of more than 2 KiB";
  line.assign(buffer_, 0, end);
  if (line.ends_with('\r')) line.pop_back();
  buffer_.erase(0, end + 1);
  return {};
}

std::string SmtpDialogue::lost(TimedSocket::Status status) const {
  if (status == TimedSocket::Status::TimedOut)
    return "timed out while waiting for the " +
           (asked_.empty() ? std::string("greeting") : "answer to " + asked_);
  return "closed the connection " + (asked_.empty() ? "before its greeting" : "after " + asked_);
}

std::string SmtpDialogue::quit(std::string problem) {
  socket_.send("QUIT\r\n");
  return problem;
}

}  // namespace forcetls
