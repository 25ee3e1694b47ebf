// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Fuzz target for wire/socketmap.h, wire/next_hop.h and service/outbound_answer.h: how the bytes
/// are cut does not matter, a failure is final, and what is answered is what MTAs take.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/given_outbound.h"
#include "service/outbound_answer.h"

namespace {

using namespace forcetls;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  std::vector<std::pair<std::string, std::string>> queries;
  bool failed = false;

  bool operator==(const Outcome&) const = default;
};

Outcome feed_all(std::string_view bytes, std::size_t size) {
  SocketmapParser parser;
  Outcome outcome;
  while (!bytes.empty()) {
    auto part = bytes.substr(0, size);
    bytes.remove_prefix(part.size());
    while (const auto query = parser.feed(part)) {
      require(!parser.failed() && !parser.is_within_request());
      require(query->map.size() + 1 + query->key.size() <= SocketmapParser::kMaxQuery);
      outcome.queries.emplace_back(query->map, query->key);
    }
    require(parser.failed() || part.empty());
  }
  outcome.failed = parser.failed();
  std::string_view more = "3:m k,";
  if (outcome.failed) require(!parser.feed(more) && parser.failed());
  return outcome;
}

const Policy& policy() {
  static const Policy made = [] {
    std::vector<OutboundConnector> connectors = {
        given::outbound("a", {"contoso.com", "*.partner.contoso.com"}),
        given::outbound("b", {"*.contoso.com"}),
        given::outdated("c", {"old.example"}),
        given::monitor("d", {"com", "*"}),
        given::outbound("e", {"*.example"}),
    };
    connectors[1].smart_host = "[mx.contoso.com]:25";
    return given::outbound_policy(std::move(connectors));
  }();
  return made;
}

bool is_printable(std::string_view text) {
  for (const char byte : text)
    if (byte < ' ' || byte > '~') return false;
  return true;
}

void require_reply(const OutboundAnswer& answer) {
  const std::string reply = format_socketmap_reply(answer.reply);
  NetstringParser parser(100'000);
  std::string_view bytes = reply;
  const auto content = parser.feed(bytes);
  require(content && bytes.empty());
  const auto space = content->find(' ');
  require(space != content->npos);
  const auto verb = content->substr(0, space);
  const auto text = content->substr(space + 1);
  require(verb == "OK" ? !text.empty() : verb == "TEMP" ? is_printable(text) : verb == "NOTFOUND");
}

/// Whom it names is asked for by that name, too.
void require_canonical(const OutboundAnswer& answer, std::string_view map) {
  const OutboundContext context{policy(), given::at(1000), {}};
  if (answer.next_hop.domain.empty()) return;
  const std::string text = answer.next_hop.text;
  require(answer_outbound({map, text}, context).reply == answer.reply);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = feed_all(bytes, bytes.npos);
  for (const std::size_t part : {std::size_t{1}, std::size_t{100}})
    require(feed_all(bytes, part) == whole);
  for (const auto& [map, key] : whole.queries) {
    const OutboundContext context{policy(), given::at(1000), {}};
    const auto answer = answer_outbound({map, key}, context);
    require_reply(answer);
    require_canonical(answer, map);
  }
  return 0;
}
