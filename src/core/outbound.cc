// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/outbound.h"

#include <algorithm>
#include <utility>

namespace forcetls {

namespace {

bool is_before(Time time, const std::optional<Time>& limit) { return limit && time < *limit; }

bool is_enforcing(const OutboundConnector& connector, Time time) {
  return connector.mode == Mode::Enforce && !is_before(time, connector.particulars.enforce_from);
}

bool is_suspended(const OutboundConnector& connector, Time time) {
  return is_before(time, connector.particulars.suspend_until);
}

}  // namespace

OutboundIndex::OutboundIndex(std::vector<OutboundConnector> connectors)
    : connectors_(std::move(connectors)) {
  for (Id id = 0; id < connectors_.size(); ++id) {
    const OutboundConnector& connector = connectors_[id];
    if (!connector.smart_host.empty()) by_smart_host_.emplace(connector.smart_host, id);
    for (const auto& pattern : connector.match_recipient) {
      switch (pattern.kind) {
        case DomainPattern::Kind::Exact: exact_.emplace(pattern.domain, id); break;
        case DomainPattern::Kind::Subtree: subtree_.emplace(pattern.domain, id); break;
        case DomainPattern::Kind::Any: any_ = id; break;
        case DomainPattern::Kind::NullSender: break;
      }
    }
  }
}

const OutboundConnector* OutboundIndex::find_in(const ByDomain& map,
                                                std::string_view domain) const {
  const auto found = map.find(domain);
  return found == map.end() ? nullptr : &connectors_[found->second];
}

/// Those whose match-recipient covers the next hop, most specific first, until `visit` gives true.
template <typename Visit>
void OutboundIndex::visit_covering(const NextHop& next_hop, Visit visit) const {
  std::string_view domain = next_hop.domain;
  if (!domain.empty()) {
    if (const auto* found = next_hop.parent ? nullptr : find_in(exact_, domain))
      if (visit(*found)) return;
    while (true) {
      if (const auto* found = find_in(subtree_, domain))
        if (visit(*found)) return;
      const auto dot = domain.find('.');
      if (dot == std::string_view::npos) break;
      domain.remove_prefix(dot + 1);
    }
  }
  if (any_ && !next_hop.parent) visit(*any());
}

OutboundRuling OutboundIndex::find(const NextHop& next_hop, Time time) const {
  OutboundRuling ruling;
  auto& shadows = ruling.shadows;
  const auto choose = [&](const OutboundConnector& connector) {
    ruling.connector = &connector;
    ruling.standing = is_suspended(connector, time) ? Standing::Suspended : Standing::Deciding;
    return true;
  };
  // Of several behind one smart host a single one in force is enough: the host cannot tell whose
  // mail comes.
  const auto [first, last] = by_smart_host_.equal_range(next_hop.text);
  const OutboundConnector* suspended = nullptr;
  for (auto entry = first; entry != last; ++entry) {
    const OutboundConnector& connector = connectors_[entry->second];
    if (!is_enforcing(connector, time)) {
      shadows.push_back(&connector);
    } else if (is_suspended(connector, time)) {
      suspended = &connector;
    } else {
      choose(connector);
      return ruling;
    }
  }
  visit_covering(next_hop, [&](const OutboundConnector& connector) {
    // A suspended one does not suspend what is demanded of mail to the same domain.
    if (suspended && (&connector == any() || is_suspended(connector, time))) return false;
    if (is_enforcing(connector, time)) return choose(connector);
    // By another of its patterns, or by its smart host.
    if (std::find(shadows.begin(), shadows.end(), &connector) == shadows.end())
      shadows.push_back(&connector);
    return false;
  });
  if (suspended && !ruling.connector) choose(*suspended);
  return ruling;
}

std::optional<std::string> OutboundIndex::find_route(const NextHop& next_hop, Time time) const {
  if (next_hop.domain.empty()) return std::nullopt;
  std::optional<std::string> route;
  visit_covering(next_hop, [&](const OutboundConnector& connector) {
    if (!is_enforcing(connector, time)) return false;
    if (&connector != any() && !connector.smart_host.empty() && !is_suspended(connector, time))
      route = "smtp:" + connector.smart_host;
    return true;
  });
  return route;
}

}  // namespace forcetls
