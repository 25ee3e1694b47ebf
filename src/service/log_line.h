// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// One mail as a line of `key=value` pairs for the administrator's log, named as in the audit
/// record (DESIGN.md section 8). Pure; writes nothing. All text of the peer is cleaned and cut.
#pragma once

#include <string>
#include <string_view>

#include "core/session.h"
#include "core/transaction.h"

namespace forcetls {

/// `stage=mail client=192.0.2.1 … connector=contoso mode=enforce action=reject
/// violations=tls-absent … reply="530 5.7.0 …"`. Each judgement begins with its `connector=`,
/// those that decide first and the gravest of them first; what a monitor or a suspended connector
/// would have done is `would=`. Equal judgements are named once, at most eight in all; `more=`
/// counts the others. `queue_id` may be empty: a mail refused at MAIL often has none.
std::string format_log_line(const Session& session, const Verdict& verdict,
                            std::string_view queue_id);

}  // namespace forcetls
