// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Requests of Postfix's policy delegation protocol (SMTPD_POLICY_README): lines `name=value`,
/// ended by an empty one. A parser for one connection, fed with bytes as they come. Bounded; judges
/// nothing.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "wire/evidence.h"

namespace forcetls {

/// The attributes that evidence is made of; all others are passed over. Of an attribute that comes
/// twice the first counts.
struct PolicyRequest {
  std::string request;         // smtpd_access_policy, else it is none of ours
  std::string protocol_state;  // RCPT, …
  std::optional<EvidenceKey> key;
  Evidence evidence;
};

/// What to answer, always: `action=DUNNO` and an empty line.
std::string_view policy_answer();

class PolicyRequestParser {
 public:
  static constexpr std::size_t kMaxRequest = 64 * 1024;
  static constexpr std::size_t kMaxLine = 8 * 1024;
  static constexpr std::size_t kMaxValue = 1024;  // of an attribute that evidence is made of

  /// Takes bytes up to the end of one request; `bytes` is left with the rest. nullopt: more is
  /// needed, or failed().
  std::optional<PolicyRequest> feed(std::string_view& bytes);

  /// Too long, a line without `=`, a NUL: the connection is to be closed. Stays so.
  bool failed() const { return failed_; }

  /// Whether the first bytes of a request are there that lacks its last.
  bool is_within_request() const { return size_ > 0; }

 private:
  bool take_line(std::string_view line);
  PolicyRequest take_request();
  std::string take(std::string_view name);

  std::string line_;      // its first bytes
  std::size_t size_ = 0;  // of this request
  bool failed_ = false;
  std::map<std::string, std::string, std::less<>> values_;  // of the attributes that count
};

}  // namespace forcetls
