// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What is done to a message that is let in: which of its header fields go, which one is added, and
/// whether it is held. Planned as a value, carried out by milter.cc at the end of the message.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "core/transaction.h"

namespace forcetls {

struct MessageEdits {
  /// Authentication-Results fields to remove, counted among the fields of that name from 1, the
  /// last first: an MTA counts anew after each removal (postfix/src/cleanup/cleanup_milter.c).
  std::vector<int> removals;
  std::string results;     // value of the Authentication-Results field to put on top; empty: none
  std::string quarantine;  // the reason; empty: not held
};

/// `forged` in rising order. `authserv_id` is a valid one.
MessageEdits plan_edits(const Verdict& verdict, AddHeader add_header, std::string_view authserv_id,
                        const std::vector<int>& forged);

/// `configured`, or else `mta_name` (the MTA's {j}) where it can be an authserv-id, or else this
/// host's name.
std::string choose_authserv_id(std::string_view configured, std::string_view mta_name);

}  // namespace forcetls
