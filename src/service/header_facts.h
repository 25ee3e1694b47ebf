// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What is kept of one message's header fields as they pass by: the domains of its authors, and
/// which Authentication-Results fields pretend to be ours. Keeps no text of any field, and of
/// hostile messages no more than its limits. Judges nothing.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/session.h"

namespace forcetls {

class HeaderFacts {
 public:
  static constexpr std::size_t kMaxFromFields = 100;
  static constexpr std::size_t kMaxAuthors = 100;
  static constexpr std::size_t kMaxForged = 1000;

  HeaderFacts() = default;  // looks at nothing
  /// `authserv_id`: ours; empty: Authentication-Results are not looked at.
  HeaderFacts(bool wants_authors, std::string authserv_id)
      : wants_authors_(wants_authors), authserv_id_(std::move(authserv_id)) {}

  /// One field as the MTA passes it, in the message's order.
  void add(std::string_view name, std::string_view value);

  /// More than the limits: not all is known, so the message must not pass as judged.
  bool overflowed() const { return overflowed_; }
  /// One entry a domain, of all From fields.
  std::vector<SenderAddress> authors() const;
  /// Forged ones among the fields of that name, in rising order; the first is 1.
  const std::vector<int>& forged() const { return forged_; }

 private:
  void add_from(std::string_view value);
  void add_authentication_results(std::string_view value);

  bool wants_authors_ = false;
  std::string authserv_id_;
  std::set<std::string, std::less<>> domains_;
  std::size_t from_fields_ = 0;
  int results_fields_ = 0;
  std::vector<int> forged_;
  bool overflowed_ = false;
};

}  // namespace forcetls
