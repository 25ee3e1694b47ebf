// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What a run of `forcetls refresh` has met with: one line for each source as it comes, and the
/// sums.
#pragma once

#include <fmt/format.h>

#include <ostream>
#include <string_view>

#include "wire/printable.h"

namespace forcetls {

struct RefreshReport {
  std::ostream& out;
  bool dry_run = false;
  unsigned failures = 0;
  bool changed = false;  // anything on disk

  /// `crl http://crl.example/a.crl (mail.contoso.com): OK, until …`. What others wrote is cleaned.
  void tell(std::string_view kind, std::string_view source, std::string_view whom,
            std::string_view result) {
    out << fmt::format("{} {}{}: {}\n", kind, clean_text(source, 300),
                       whom.empty() ? "" : " (" + clean_text(whom, 120) + ")",
                       clean_text(result, 500));
    out.flush();
  }
  void fail(std::string_view kind, std::string_view source, std::string_view whom,
            std::string_view result) {
    ++failures;
    tell(kind, source, whom, result);
  }
};

}  // namespace forcetls
