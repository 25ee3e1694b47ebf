// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/outbound_log.h"

#include <fmt/format.h>

#include "service/log_pairs.h"
#include "wire/printable.h"

namespace forcetls {
namespace {

constexpr std::size_t kMaxName = 300;
constexpr std::size_t kMaxEntry = 1024;

std::string clean_value(std::string_view text, std::size_t most) {
  return format_log_value(clean_text(text, most));
}

std::string format_reply(const SocketmapReply& reply) {
  switch (reply.kind) {
    case SocketmapReply::Kind::Ok: return "OK " + reply.text;
    case SocketmapReply::Kind::NotFound: return "NOTFOUND";
    case SocketmapReply::Kind::Temp: break;
  }
  return "TEMP " + reply.text;
}

std::string format_answer(const SocketmapQuery& query, const OutboundAnswer& answer) {
  LogPairs line;
  line.add("map", query.map);
  line.add("key", query.key);
  if (const auto* connector = answer.ruling.connector) {
    line.add("connector", connector->name);
    line.add("mode", format_standing(answer.ruling.standing));
  }
  line.add_whole("reply", clean_text(format_reply(answer.reply), kMaxEntry));
  return "outbound " + line.take();
}

}  // namespace

OutboundLog::OutboundLog(Log& log)
    : log_(log),
      unknown_map_(log, "[outbound-map]: the MTA asks for a map that is none, its mail waits: "),
      hidden_(log,
              "[outbound-map]: no connector governs mail through a relay, and those of its "
              "recipients' domains do not come to bear; connectors of partners whose mail takes "
              "that way need smart-host = ",
              std::chrono::hours(1)),
      failed_(log, "[outbound-map]: internal error: ") {}

void OutboundLog::note(const SocketmapQuery& query, const OutboundAnswer& answer,
                       const OutboundContext& context) {
  if (!answer.known_map) return unknown_map_.note(clean_value(query.map, kMaxName));
  const auto& ruling = answer.ruling;
  for (const auto* shadow : ruling.shadows) note_would(*shadow, Standing::Monitor, answer, context);
  if (ruling.standing == Standing::Suspended)
    note_would(*ruling.connector, Standing::Suspended, answer, context);
  if (answer.hides_recipients) hidden_.note(clean_text(answer.next_hop.text, kMaxName));
  if (log_.wants_debug()) log_.debug(format_answer(query, answer));
}

void OutboundLog::note_failure(std::string_view what) { failed_.note(what); }

void OutboundLog::note_would(const OutboundConnector& connector, Standing standing,
                             const OutboundAnswer& answer, const OutboundContext& context) {
  Shadow& shadow = shadows_[connector.name];
  ++shadow.queries;
  if (!shadow.limit.allows(RateLimit::Clock::now())) return;
  LogPairs line;
  line.add("next_hop", answer.next_hop.text);
  line.add("connector", connector.name);
  line.add("mode", format_standing(standing));
  line.add_whole("would", clean_text(format_would(connector, context), kMaxEntry));
  line.add("queries", std::to_string(shadow.queries));
  log_.info("outbound " + line.take());
}

}  // namespace forcetls
