// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// `forcetls explain`: which connector judges a mail, why, and what comes out; with --outbound, which
/// governs mail that leaves. Reads its
/// options and the configuration; the facts are mail_facts.h's, the decision is the daemon's own, the
/// texts are trace_text.h's and trace_json.h's.
#pragma once

#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/mail_facts.h"

namespace forcetls {

struct ExplainOptions {
  MailOptions mail;
  std::string config_file;
  std::optional<std::string> relay;
  bool outbound = false;
  bool json = false;
};

RunCommand declare_explain(OptionList& list);

/// The trace goes to `out`. Exit code 0: the mail passes, 1: a violation or missing evidence,
/// whatever its consequence, 2: a mistake in the configuration or the options, told on `err`.
/// Outbound: 0: it is known how the mail is sent, 1: it waits.
int run_explain(const ExplainOptions& options, const Surroundings& surroundings);

}  // namespace forcetls
