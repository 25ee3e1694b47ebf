// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Writes what an administrator should know of the answers of [outbound-map]: what connectors that
/// are not in force would have demanded, and mistakes of the MTA's configuration. MTAs ask for each
/// mail: nothing is repeated more often than once a minute. Each answer at debug. For one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "service/counted_warning.h"
#include "service/log.h"
#include "service/outbound_answer.h"
#include "service/rate_limit.h"
#include "wire/socketmap.h"

namespace forcetls {

class OutboundLog {
 public:
  /// `log` outlives it.
  explicit OutboundLog(Log& log);

  /// An answer, within the context that it was made in.
  void note(const SocketmapQuery& query, const OutboundAnswer& answer,
            const OutboundContext& context);
  /// There was none: an exception.
  void note_failure(std::string_view what);

 private:
  struct Shadow {
    RateLimit limit{std::chrono::minutes(1)};
    std::size_t queries = 0;
  };

  void note_would(const OutboundConnector& connector, Standing standing,
                  const OutboundAnswer& answer, const OutboundContext& context);

  Log& log_;
  CountedWarning unknown_map_, hidden_, failed_;
  std::unordered_map<std::string, Shadow> shadows_;  // by connector; as many as were configured
};

}  // namespace forcetls
