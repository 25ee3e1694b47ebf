// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The words of a refusal (DESIGN.md section 4, the table and below). Text is as the SMTP client
/// shall read it: doubling `%` for libmilter is the milter's business.
#pragma once

#include <string>
#include <string_view>

#include "core/session.h"
#include "core/verdict.h"

namespace forcetls {

struct ReplySettings {
  bool reveal_connector = true;
  std::string_view contact;
};

/// The refusal that follows from a judgement whose action is one. Peer-supplied text in it is
/// printable ASCII and at most 80 bytes; the whole text is at most 480 bytes, so that the reply fits
/// an SMTP line (RFC 5321 section 4.5.3.1.5) and, with each `%` doubled, libmilter's 980.
Reply form_reply(const ReplySettings& settings, const Session& session,
                 const Judgement& judgement);

/// The answer to a recipient whose action differs from that of those before it (DESIGN.md section 4,
/// step 6).
Reply separate_recipients_reply();

/// The answer to recipients in more domains than one message is judged for.
Reply too_many_recipients_reply();

/// `530 5.7.0 Must issue …`
std::string format_reply(const Reply& reply);

}  // namespace forcetls
