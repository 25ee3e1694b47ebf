// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What an outbound connector demands, in Postfix's words: the value of an entry in
/// smtp_tls_policy_maps (postconf(5); postfix/src/smtp/smtp_tls_policy.c). Pure and thread-safe.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "core/outbound.h"

namespace forcetls {

/// Whose words: an attribute that a release does not know makes it defer all mail to that partner.
struct PostfixVersion {
  unsigned major = 3;
  unsigned minor = 7;

  auto operator<=>(const PostfixVersion&) const = default;
};

/// Older ones do not know `servername=`.
inline constexpr PostfixVersion kOldestPostfix{3, 4};
/// Older ones do not know `protocols=>=TLSv1.2`.
inline constexpr PostfixVersion kFirstWithRanges{3, 6};

/// `3.7`, perhaps with more behind it, as in `3.7.11` and `3.12-20260821`. nullopt: anything else.
std::optional<PostfixVersion> parse_postfix_version(std::string_view text);

/// `secure match=mail.contoso.com protocols=>=TLSv1.2`. Rules that do not count at `time` are left
/// out; nullopt: none is left, mail must wait. Before Postfix 3.6 there are no ranges of protocols:
/// the older ones are excluded one by one.
std::optional<std::string> format_tls_policy(const OutboundTerms& terms, Time time,
                                             PostfixVersion version);

/// What of a name Postfix's `match=` takes: `*.d` is d itself and `.d`, all below it.
std::string format_match(const std::vector<DomainPattern>& names);

}  // namespace forcetls
