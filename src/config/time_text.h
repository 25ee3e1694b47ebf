// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Points in time as the configuration and command lines write them, always UTC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/session.h"

namespace forcetls {

/// What a date without a time of day stands for.
enum class DateMeans { ItsBeginning, ItsEnd };

/// `2026-12-01T08:00:00Z`, or a date: 00:00:00Z of that day (ItsBeginning) or of the next
/// (ItsEnd). Nothing else, no leap seconds.
std::optional<Time> parse_time(std::string_view text, DateMeans date);

/// `2026-12-01T08:00:00Z`
std::string format_time(Time time);

}  // namespace forcetls
