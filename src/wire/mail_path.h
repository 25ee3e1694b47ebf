// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The domains that the address of an SMTP MAIL or RCPT command may mean, as clients really write
/// it and as Postfix and Sendmail really read it. An ordinary address means one domain; where a
/// sender writes oddly every domain in doubt is named, so that no spelling makes one disappear.
/// Does not unquote local parts for display and knows no ESMTP parameters. Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forcetls {

/// What an SMTP path (RFC 5321 section 4.1.2) says about its domain.
struct MailPath {
  bool null_path = false;            // `<>`, or what an MTA takes for it
  std::vector<std::string> domains;  // canonical, sorted; empty: none (`postmaster`, a literal)
  bool rewritten = false;            // the MTA rewrites this form: domains holds all it may mean
  bool damaged = false;              // not the syntax of a path, or an unreadable domain
};

/// Reads the argument of MAIL or RCPT. The domain is what stands behind the last `@` that is not
/// quoted; source route, comments, quotes, white space, one trailing dot and missing brackets do
/// not matter. Without such a domain `site!user`, `user%site`, `"user@site"`, `user\@site` and the
/// hosts of a source route count, each of them (postfix/src/trivial-rewrite: rewrite.c, resolve.c;
/// sendmail/cf/m4/proto.m4: canonify), likewise before an address literal, which itself is no
/// domain. Of damaged text every domain in it counts. Takes time linear in its size.
MailPath parse_mail_path(std::string_view argument);

/// Reads {mail_addr} or {rcpt_addr}: the MTA's own cleaned form, without brackets; empty for `<>`.
/// Sendmail may leave it without a domain or with `%` and `!`: they are read as in an argument.
MailPath parse_mail_address(std::string_view macro);

/// Both together: all that either says. The MTA's reading takes nothing away from a rewritten
/// argument, so null_path and domains may both be set; no ordinary sender writes such an argument.
MailPath merge_mail_path(const MailPath& argument, const std::optional<MailPath>& macro);

}  // namespace forcetls
