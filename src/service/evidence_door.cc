// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/evidence_door.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "wire/policy_request.h"

namespace forcetls {
namespace {

class EvidenceDialogue : public Dialogue {
 public:
  explicit EvidenceDialogue(EvidenceStore& store) : store_(store) {}

  // Evidence is there before the answer: Postfix asks the milter next.
  std::string take(std::string_view& bytes) override {
    std::string answers;
    while (auto request = parser_.feed(bytes)) {
      put(*std::move(request));
      answers += policy_answer();
    }
    return answers;
  }
  bool failed() const override { return parser_.failed(); }
  bool is_within_request() const override { return parser_.is_within_request(); }

 private:
  void put(PolicyRequest request) {
    const bool counts = request.request == "smtpd_access_policy" &&
                        request.protocol_state == "RCPT" && request.key;
    if (counts)
      store_.put(*request.key, std::move(request.evidence), EvidenceStore::Clock::now());
  }

  EvidenceStore& store_;
  PolicyRequestParser parser_;
};

}  // namespace

EvidenceDoor::EvidenceDoor(ListeningSocket socket, EvidenceStore& store, Log& log,
                           EvidenceDoorLimits limits)
    : door_(std::move(socket),
            {.section = "[postfix-evidence]",
             .request = "a policy request",
             .thread = "evidence",
             .open = [&store] { return std::make_unique<EvidenceDialogue>(store); }},
            log, limits) {}

}  // namespace forcetls
