// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/scope_conflicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "config/domain_pattern.h"
#include "config/index_table.h"
#include "wire/ip_text.h"

namespace forcetls {

namespace {

/// One element of each key; nullptr: the connector has no such key.
struct Combination {
  const DomainPattern* sender = nullptr;
  const Network* client = nullptr;
  const DomainPattern* client_name = nullptr;
  const DomainPattern* recipient = nullptr;
};

std::uint64_t hash_of(const DomainPattern* pattern) {
  if (!pattern) return 0;
  return std::hash<std::string_view>{}(pattern->domain) + static_cast<unsigned>(pattern->kind) + 1;
}

std::uint64_t hash_of(const Network* network) {
  if (!network) return 0;
  const auto& bytes = network->base.bytes;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return std::hash<std::string_view>{}(text) + network->prefix * 2U + (network->base.is_v4 ? 2 : 1);
}

std::uint64_t hash_of(const Combination& combination, SenderPlace place) {
  std::uint64_t hash = static_cast<std::uint64_t>(place);
  for (const auto part : {hash_of(combination.sender), hash_of(combination.client),
                          hash_of(combination.client_name), hash_of(combination.recipient)})
    hash = (hash ^ part) * 0x9e3779b97f4a7c15ULL + (hash >> 29U);
  return hash;
}

template <typename T>
bool has(const std::vector<T>& key, const T* element) {
  if (!element || key.empty()) return !element && key.empty();
  return std::find(key.begin(), key.end(), *element) != key.end();
}

/// Whether the connector has this combination, too, for mail with the sender at `place`.
bool has(const Scope& scope, const Combination& combination, SenderPlace place) {
  const bool looks_there = scope.match_sender.empty() ||
                           scope.match_sender_in == SenderPlace::Either ||
                           scope.match_sender_in == place;
  return looks_there && has(scope.match_sender, combination.sender) &&
         has(scope.match_client, combination.client) &&
         has(scope.match_client_name, combination.client_name) &&
         has(scope.match_recipient, combination.recipient);
}

/// Calls `visit` with each element, or once with nullptr for a key without any, until it gives
/// true.
template <typename T, typename Visit>
bool any_element(const std::vector<T>& key, Visit visit) {
  if (key.empty()) return visit(static_cast<const T*>(nullptr));
  return std::any_of(key.begin(), key.end(), [&](const T& element) { return visit(&element); });
}

template <typename Visit>
bool any_combination(const Scope& scope, Visit visit) {
  return any_element(scope.match_sender, [&](const DomainPattern* sender) {
    return any_element(scope.match_client, [&](const Network* client) {
      return any_element(scope.match_client_name, [&](const DomainPattern* name) {
        return any_element(scope.match_recipient, [&](const DomainPattern* recipient) {
          return visit(Combination{sender, client, name, recipient});
        });
      });
    });
  });
}

std::vector<SenderPlace> places_of(const Scope& scope) {
  if (scope.match_sender.empty()) return {SenderPlace::Envelope};
  if (scope.match_sender_in == SenderPlace::Either)
    return {SenderPlace::Envelope, SenderPlace::Header};
  return {scope.match_sender_in};
}

std::string format(const Combination& combination) {
  std::string text;
  const auto add = [&](std::string_view key, const std::string& element) {
    text.append(text.empty() ? "" : ", ").append(key).append(" ").append(element);
  };
  if (combination.sender) add("match-sender", format_domain_pattern(*combination.sender));
  if (combination.client) add("match-client", format_network(*combination.client));
  if (combination.client_name)
    add("match-client-name", format_domain_pattern(*combination.client_name));
  if (combination.recipient) add("match-recipient", format_domain_pattern(*combination.recipient));
  return text;
}

/// No overflow: each factor is bounded before it is multiplied in.
bool has_too_many(const Scope& scope) {
  std::size_t count = 1;
  for (const auto size : {scope.match_sender.size(), scope.match_client.size(),
                          scope.match_client_name.size(), scope.match_recipient.size()}) {
    if (size > kMaxCombinations) return true;
    count *= std::max<std::size_t>(size, 1);
    if (count > kMaxCombinations) return true;
  }
  return false;
}

}  // namespace

void check_scopes(const ConfigDraft& config, DiagnosticList& diagnostics) {
  const auto& connectors = config.connectors;
  IndexTable table;
  for (std::uint32_t index = 0; index < connectors.size(); ++index) {
    if (!config.states[index].scope_known) continue;
    const Connector& connector = connectors[index];
    if (has_too_many(connector.scope)) {
      diagnostics.error(
          connector.where,
          fmt::format("[inbound {}] has more than {} combinations of its 'match-' values; "
                      "divide it",
                      connector.name, kMaxCombinations));
      continue;
    }
    const auto places = places_of(connector.scope);
    any_combination(connector.scope, [&](const Combination& combination) {
      return std::any_of(places.begin(), places.end(), [&](SenderPlace place) {
        const auto other = table.find_or_insert(
            hash_of(combination, place), index,
            [&](std::uint32_t i) { return has(connectors[i].scope, combination, place); });
        if (!other || *other == index) return false;
        const Connector& first = connectors[*other];
        diagnostics.error(connector.where,
                          fmt::format("[inbound {}] and [inbound {}] at {} have the same scope: {}",
                                      connector.name, first.name, diagnostics.place(first.where),
                                      format(combination)));
        return true;
      });
    });
  }
}

}  // namespace forcetls
