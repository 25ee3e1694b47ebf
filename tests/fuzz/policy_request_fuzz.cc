// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Fuzz target for wire/policy_request.h and wire/evidence.h: how the bytes are cut does not
/// matter, a failure is final, and nothing grows beyond its bound.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/certificate_macros.h"
#include "wire/policy_request.h"

namespace {

using namespace forcetls;

void require(bool holds) {
  if (!holds) std::abort();
}

void require_bounded(const PolicyRequest& request) {
  const auto& evidence = request.evidence;
  for (const auto* text : {&request.request, &request.protocol_state, &evidence.tls_version,
                           &evidence.cipher, &evidence.bits, &evidence.fingerprint,
                           &evidence.key_fingerprint, &evidence.subject_cn, &evidence.issuer_cn})
    require(text->size() <= PolicyRequestParser::kMaxValue);
  require(!request.key || (request.key->client_port != 0 && request.key->server_port != 0));
}

// What is merged is of the evidence, or is nothing.
void require_facts(const Evidence& evidence) {
  auto silent = unknown_certificate();
  silent.state = Certificate::State::Silent;
  const auto merged = merge_evidence(silent, evidence);
  const bool none = evidence.fingerprint.empty() && evidence.key_fingerprint.empty();
  require((merged.state == Certificate::State::Absent) == none);
  require(!merged.sha256.is_present() || parse_digest(evidence.fingerprint) == *merged.sha256);
  require(merged.sha256.is_absent() == evidence.fingerprint.empty());

  Session session;
  session.tls = Tls{.version_text = evidence.tls_version, .version = {}, .cipher = evidence.cipher,
                    .bits = 256};
  session.certificate = silent;
  const bool has_names = !evidence.subject_cn.empty() || !evidence.issuer_cn.empty();
  require(!agrees_with(evidence, session) || !has_names);
}

struct Outcome {
  std::vector<PolicyRequest> requests;
  bool failed = false;
};

Outcome feed_all(std::string_view bytes, std::size_t size) {
  PolicyRequestParser parser;
  Outcome outcome;
  while (!bytes.empty()) {
    auto part = bytes.substr(0, size);
    bytes.remove_prefix(part.size());
    while (auto request = parser.feed(part)) {
      require(!parser.failed());
      outcome.requests.push_back(*std::move(request));
    }
    require(parser.failed() || part.empty());
  }
  outcome.failed = parser.failed();
  std::string_view more = "\n\nrequest=x\n\n";
  if (outcome.failed) require(!parser.feed(more) && parser.failed());
  return outcome;
}

bool is_equal(const PolicyRequest& a, const PolicyRequest& b) {
  return a.request == b.request && a.protocol_state == b.protocol_state && a.key == b.key &&
         a.evidence == b.evidence;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = feed_all(bytes, bytes.npos);
  for (const std::size_t part : {std::size_t{1}, std::size_t{100}}) {
    const auto cut = feed_all(bytes, part);
    require(cut.failed == whole.failed);
    require(std::equal(cut.requests.begin(), cut.requests.end(), whole.requests.begin(),
                       whole.requests.end(), is_equal));
  }
  for (const auto& request : whole.requests) {
    require_bounded(request);
    require_facts(request.evidence);
  }
  return 0;
}
