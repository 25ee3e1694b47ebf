// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/verdict.h"

namespace forcetls {

std::string_view format_violation(Violation violation) {
  switch (violation) {
    case Violation::None: break;
    case Violation::TlsAbsent: return "tls-absent";
    case Violation::TlsVersion: return "tls-version";
    case Violation::Cipher: return "cipher";
    case Violation::CipherBits: return "cipher-bits";
    case Violation::ForwardSecrecy: return "forward-secrecy";
    case Violation::CertificateAbsent: return "certificate-absent";
    case Violation::CertificateUntrusted: return "certificate-untrusted";
    case Violation::CertificateExpired: return "certificate-expired";
    case Violation::CertificateRevoked: return "certificate-revoked";
    case Violation::CertificateKey: return "certificate-key";
    case Violation::CertificateName: return "certificate-name";
    case Violation::CertificateSubject: return "certificate-subject";
    case Violation::CertificateIssuer: return "certificate-issuer";
    case Violation::CertificatePin: return "certificate-pin";
    case Violation::CertificateRuleDates: return "certificate-rule-dates";
    case Violation::ClientAddress: return "client-address";
    case Violation::EvidenceMissing: return "evidence-missing";
  }
  return "none";
}

std::string_view format_outcome(Outcome outcome) {
  switch (outcome) {
    case Outcome::Passed: break;
    case Outcome::Failed: return "failed";
    case Outcome::Missing: return "missing";
  }
  return "passed";
}

std::string_view format_action(Action action) {
  switch (action) {
    case Action::Pass: break;
    case Action::Tag: return "tag";
    case Action::Quarantine: return "quarantine";
    case Action::Discard: return "discard";
    case Action::Defer: return "defer";
    case Action::Reject: return "reject";
  }
  return "pass";
}

std::string_view format_standing(Standing standing) {
  switch (standing) {
    case Standing::Deciding: break;
    case Standing::Suspended: return "suspended";
    case Standing::Monitor: return "monitor";
  }
  return "enforce";
}

std::string_view format_exemption(Exemption exemption) {
  switch (exemption) {
    case Exemption::None: break;
    case Exemption::Client: return "client";
    case Exemption::Authenticated: return "authenticated";
    case Exemption::LocalSubmission: return "local-submission";
  }
  return "none";
}

std::string_view format_tls_result(TlsResult result) {
  switch (result) {
    case TlsResult::None: break;
    case TlsResult::Pass: return "pass";
    case TlsResult::Fail: return "fail";
    case TlsResult::FailMonitor: return "fail (monitor)";
  }
  return "none";
}

std::string_view format_certificate_state(Certificate::State state) {
  switch (state) {
    case Certificate::State::Absent: return "absent";
    case Certificate::State::Silent: return "silent";
    case Certificate::State::Untrusted: return "untrusted";
    case Certificate::State::Expired: return "expired";
    case Certificate::State::Verified: return "verified";
    case Certificate::State::Unknown: break;
  }
  return "unknown";
}

std::string_view format_stage(Stage stage) {
  switch (stage) {
    case Stage::Mail: break;
    case Stage::Rcpt: return "rcpt";
    case Stage::EndOfHeaders: return "eoh";
  }
  return "mail";
}

}  // namespace forcetls
