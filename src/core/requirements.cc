// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/requirements.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/certificate_check.h"
#include "core/cipher_suite.h"

namespace forcetls {

namespace {

using TlsDemand = Terms::TlsDemand;
using CertificateDemand = Terms::CertificateDemand;

TlsVersion least_version(TlsDemand demand) {
  switch (demand) {
    case TlsDemand::Tls11: return TlsVersion::Tls11;
    case TlsDemand::Tls12: return TlsVersion::Tls12;
    case TlsDemand::Tls13: return TlsVersion::Tls13;
    case TlsDemand::No:
    case TlsDemand::Any:
    case TlsDemand::Tls10: break;
  }
  return TlsVersion::Tls10;
}

Finding passed(std::string seen) {
  Finding finding;
  finding.seen = std::move(seen);
  return finding;
}

Finding failed(Violation violation, std::string seen) {
  Finding finding = passed(std::move(seen));
  finding.outcome = Outcome::Failed;
  finding.violation = violation;
  finding.public_seen = finding.seen;
  return finding;
}

Finding missing(std::string seen, std::string what) {
  Finding finding = passed(std::move(seen));
  finding.outcome = Outcome::Missing;
  finding.violation = Violation::EvidenceMissing;
  finding.public_seen = std::move(what);
  return finding;
}

Finding check_version(const Terms& terms, const Session& session) {
  const Tls& tls = *session.tls;
  if (!tls.version)
    return missing(tls.version_text.empty() ? "unknown" : tls.version_text, "the TLS version");
  if (*tls.version < least_version(terms.require_tls))
    return failed(Violation::TlsVersion, tls.version_text);
  return passed(tls.version_text);
}

Finding check_denied(const Terms& terms, const Session& session) {
  const std::string& cipher = session.tls->cipher;
  const CipherSuite* suite = find_cipher_suite(cipher);
  const auto denied = [&](const std::string& glob) { return glob_matches(glob, *suite); };
  Finding finding =
      !suite ? missing(cipher.empty() ? "unknown" : cipher, "the cipher")
      : std::any_of(terms.deny_ciphers.begin(), terms.deny_ciphers.end(), denied)
          ? failed(Violation::Cipher, cipher)
          : passed(cipher);
  finding.wanted = "none of";
  for (const auto& glob : terms.deny_ciphers) finding.wanted += " " + glob;
  return finding;
}

Finding check_bits(const Terms& terms, const Session& session) {
  const auto& bits = session.tls->bits;
  if (!bits) return missing("unknown", "the strength of the cipher");
  auto seen = std::to_string(*bits) + " bits";
  return *bits < *terms.require_cipher_bits ? failed(Violation::CipherBits, std::move(seen))
                                            : passed(std::move(seen));
}

Finding check_forward_secrecy(const Terms&, const Session& session) {
  const std::string& cipher = session.tls->cipher;
  const CipherSuite* suite = find_cipher_suite(cipher);
  if (!suite) return missing(cipher.empty() ? "unknown" : cipher, "the cipher");
  return suite->forward_secrecy ? passed(cipher) : failed(Violation::ForwardSecrecy, cipher);
}

Finding check_client(const Terms& terms, const Session& session) {
  const auto holds = [&](const Network& network) {
    return network.contains(*session.client_address);
  };
  Finding finding =
      !session.client_address.is_present() ? missing("unknown", "the client's address")
      : std::any_of(terms.require_client.begin(), terms.require_client.end(), holds)
          ? passed(session.client_text)
          : failed(Violation::ClientAddress, session.client_text);
  finding.wanted = "an address in " + terms.require_client_text;
  return finding;
}

using Findings = std::vector<Finding>;

/// Those that need TLS fail without it before `check` is asked. `wanted` may be told to the peer, and
/// is what the administrator is told too where `check` does not say more.
struct Requirement {
  std::string_view key;
  bool needs_tls;
  bool (*demanded)(const Terms&);
  std::string (*wanted)(const Terms&);
  Findings (*check)(const Terms&, const Session&);
};

template <Finding (*check)(const Terms&, const Session&)>
Findings one(const Terms& terms, const Session& session) {
  return {check(terms, session)};
}

// In the order in which faults are named.
constexpr Requirement kRequirements[] = {
    {"require-tls", true, [](const Terms& terms) { return terms.require_tls != TlsDemand::No; },
     [](const Terms& terms) { return std::string(format_tls_demand(terms.require_tls)); },
     one<check_version>},
    {"deny-ciphers", true, [](const Terms& terms) { return !terms.deny_ciphers.empty(); },
     [](const Terms&) -> std::string { return "another cipher"; }, one<check_denied>},
    {"require-cipher-bits", true,
     [](const Terms& terms) { return terms.require_cipher_bits.has_value(); },
     [](const Terms& terms) { return std::to_string(*terms.require_cipher_bits) + " bits"; },
     one<check_bits>},
    {"require-forward-secrecy", true,
     [](const Terms& terms) { return terms.require_forward_secrecy; },
     [](const Terms&) -> std::string { return "forward secrecy"; }, one<check_forward_secrecy>},
    {"require-certificate", true,
     [](const Terms& terms) { return terms.require_certificate != CertificateDemand::No; },
     [](const Terms&) -> std::string { return "a verified certificate"; }, check_certificate},
    {"require-client", false, [](const Terms& terms) { return !terms.require_client.empty(); },
     [](const Terms&) -> std::string { return "another client address"; }, one<check_client>},
};

/// The finding of any requirement on a session without TLS, or of which that is not known.
Finding without_tls(const Session& session) {
  if (session.tls.is_unknown()) return missing("unknown", "the session's encryption");
  return failed(Violation::TlsAbsent,
                session.tls.is_present() ? session.tls->cipher + " (no encryption)" : "no TLS");
}

}  // namespace

std::string_view format_tls_demand(Terms::TlsDemand demand) {
  switch (demand) {
    case TlsDemand::Tls10: return "TLS 1.0 or newer";
    case TlsDemand::Tls11: return "TLS 1.1 or newer";
    case TlsDemand::Tls12: return "TLS 1.2 or newer";
    case TlsDemand::Tls13: return "TLS 1.3 or newer";
    case TlsDemand::Any:
    case TlsDemand::No: break;
  }
  return "TLS";
}

bool is_encrypted(const Tls& tls) {
  if (tls.bits == 0U) return false;
  const CipherSuite* suite = find_cipher_suite(tls.cipher);
  return !suite || (suite->encrypts && suite->authenticated);
}

Outcome overall_outcome(const std::vector<Finding>& findings) {
  Outcome overall = Outcome::Passed;
  for (const auto& finding : findings) {
    if (finding.outcome == Outcome::Failed) return Outcome::Failed;
    if (finding.outcome == Outcome::Missing) overall = Outcome::Missing;
  }
  return overall;
}

std::vector<Finding> check_requirements(const Terms& terms, const Session& session) {
  const bool encrypted = session.tls.is_present() && is_encrypted(*session.tls);
  Findings all;
  for (const auto& requirement : kRequirements) {
    if (!requirement.demanded(terms)) continue;
    Findings findings = requirement.needs_tls && !encrypted ? Findings{without_tls(session)}
                                                            : requirement.check(terms, session);
    for (auto& finding : findings) {
      finding.requirement = requirement.key;
      if (finding.wanted.empty()) finding.wanted = requirement.wanted(terms);
      if (finding.outcome == Outcome::Failed && finding.public_wanted.empty())
        finding.public_wanted = requirement.wanted(terms);
      all.push_back(std::move(finding));
    }
  }
  return all;
}

}  // namespace forcetls
