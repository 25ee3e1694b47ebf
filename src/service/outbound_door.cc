// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/outbound_door.h"

#include <exception>
#include <memory>
#include <string_view>
#include <utility>

#include "service/clock.h"
#include "wire/socketmap.h"

namespace forcetls {

class OutboundDoor::Client : public Dialogue {
 public:
  explicit Client(OutboundDoor& door) : door_(door) {}

  std::string take(std::string_view& bytes) override {
    std::string answers;
    while (answers.size() < kEnough) {
      const auto query = parser_.feed(bytes);
      if (!query) break;
      answers += door_.reply_to(*query);
    }
    return answers;
  }
  bool failed() const override { return parser_.failed(); }
  bool is_within_request() const override { return parser_.is_within_request(); }

 private:
  OutboundDoor& door_;
  SocketmapParser parser_;
};

OutboundDoor::OutboundDoor(ListeningSocket socket, const CurrentConfig& config, Log& log,
                           StreamDoorLimits limits, Answer answer)
    : config_(config),
      answer_(answer),
      log_(log),
      door_(std::move(socket),
            {.section = "[outbound-map]",
             .request = "a socketmap query",
             .thread = "outbound",
             .open = [this] { return std::make_unique<Client>(*this); }},
            log, limits) {}

std::string OutboundDoor::reply_to(const SocketmapQuery& query) {
  try {
    const std::shared_ptr<const Config> config = config_.get()->config;
    const OutboundContext context{config->policy, now(), config->postfix_version()};
    const OutboundAnswer answer = answer_(query, context);
    log_.note(query, answer, context);
    return format_socketmap_reply(answer.reply);
  } catch (const std::exception& error) {
    log_.note_failure(error.what());
    return format_socketmap_reply({SocketmapReply::Kind::Temp, "internal error"});
  }
}

}  // namespace forcetls
