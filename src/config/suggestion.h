// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// "did you mean": the known word that a mistyped one is nearest to.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace forcetls {

/// The candidate fewest edits (insert, delete, replace, swap neighbours; letters without case) away
/// from `word`; empty if none is near. A candidate that equals `word` but for case counts.
std::string_view suggest(std::string_view word, std::span<const std::string_view> candidates);

/// `; did you mean 'require-tls'?`, or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace forcetls
