// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/policy_request.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "wire/xtext.h"

namespace forcetls {
namespace {

constexpr std::string_view kAttributes[] = {
    "request",           "protocol_state",          "client_address", "client_port",
    "server_address",    "server_port",             "ccert_subject",  "ccert_issuer",
    "ccert_fingerprint", "ccert_pubkey_fingerprint", "encryption_protocol",
    "encryption_cipher", "encryption_keysize",
};

bool counts(std::string_view name) {
  return std::find(std::begin(kAttributes), std::end(kAttributes), name) != std::end(kAttributes);
}

// What is not xtext stays as it is, and then agrees with no macro.
std::string decode(std::string text) {
  auto decoded = parse_xtext(text);
  return decoded ? *std::move(decoded) : std::move(text);
}

}  // namespace

std::string_view policy_answer() { return "action=DUNNO\n\n"; }

std::optional<PolicyRequest> PolicyRequestParser::feed(std::string_view& bytes) {
  while (!bytes.empty() && !failed_) {
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end);
    bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
    size_ += part.size() + (end != bytes.npos);
    failed_ = size_ > kMaxRequest || line_.size() + part.size() > kMaxLine ||
              part.find('\0') != part.npos;
    if (failed_) break;
    line_ += part;
    if (end == bytes.npos) break;
    const std::string line = std::exchange(line_, {});
    if (line.empty()) return take_request();
    failed_ = !take_line(line);
  }
  return std::nullopt;
}

bool PolicyRequestParser::take_line(std::string_view line) {
  const auto equals = line.find('=');
  if (equals == line.npos) return false;
  const auto name = line.substr(0, equals);
  const auto value = line.substr(equals + 1);
  if (!counts(name)) return true;
  if (value.size() > kMaxValue) return false;
  values_.emplace(name, value);
  return true;
}

std::string PolicyRequestParser::take(std::string_view name) {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string() : std::move(found->second);
}

PolicyRequest PolicyRequestParser::take_request() {
  PolicyRequest request{
      .request = take("request"),
      .protocol_state = take("protocol_state"),
      .key = make_evidence_key(take("client_address"), take("client_port"),
                               take("server_address"), take("server_port")),
      .evidence = {.tls_version = take("encryption_protocol"),
                   .cipher = take("encryption_cipher"),
                   .bits = take("encryption_keysize"),
                   .fingerprint = take("ccert_fingerprint"),
                   .key_fingerprint = take("ccert_pubkey_fingerprint"),
                   .subject_cn = decode(take("ccert_subject")),
                   .issuer_cn = decode(take("ccert_issuer"))},
  };
  values_.clear();
  size_ = 0;
  return request;
}

}  // namespace forcetls
