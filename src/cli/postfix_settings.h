// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What `forcetls check --mta postfix` makes of Postfix's own configuration, as postconf(1) tells it
/// (of the instance that the environment's MAIL_CONFIG names): settings beside which an [outbound]
/// section has no effect, or not the one that it should have. Changes nothing.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.h"

namespace forcetls {

/// Parameters by name, with their expanded values.
using PostfixSettings = std::map<std::string, std::string, std::less<>>;

/// A string is what went wrong, one clean line.
std::variant<PostfixSettings, std::string> read_postfix_settings();

/// Warnings about main.cf.
std::vector<Diagnostic> check_postfix_settings(const PostfixSettings& settings,
                                               const Config& config, Time now);

}  // namespace forcetls
