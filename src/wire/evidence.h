// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What Postfix tells a policy service of a client's TLS session, and how it is joined to the
/// milter session of the same connection (DESIGN.md section 5). Keeps nothing:
/// service/evidence_store.h. Pure and thread-safe.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/fact.h"
#include "core/ip_address.h"
#include "core/session.h"
#include "wire/macros.h"

namespace forcetls {

/// One TCP connection to the MTA, as both the milter and the policy service see it.
struct EvidenceKey {
  IpAddress client;
  std::uint16_t client_port = 0;
  IpAddress server;
  std::uint16_t server_port = 0;

  auto operator<=>(const EvidenceKey&) const = default;
};

/// As the MTA's words; names are decoded from xtext.
struct Evidence {
  std::string tls_version{};  // empty: no TLS
  std::string cipher{};
  std::string bits{};             // empty or `0`: no TLS
  std::string fingerprint{};      // of the certificate, trusted or not; empty: none was presented
  std::string key_fingerprint{};  // of its public key
  std::string subject_cn{};       // of a trusted certificate only
  std::string issuer_cn{};

  bool operator==(const Evidence&) const = default;
};

/// nullopt where an address or port is unknown or 0: then there is no evidence.
std::optional<EvidenceKey> make_evidence_key(std::string_view client_address,
                                             std::string_view client_port,
                                             std::string_view server_address,
                                             std::string_view server_port);

/// From the milter's {client_addr}, {client_port}, {daemon_addr}, {daemon_port}.
std::optional<EvidenceKey> read_evidence_key(const MacroLookup& macro);

/// Whether the evidence is about the TLS session and the trusted names that the macros show;
/// `session` is as read_mail_facts() gave it. A certificate that the macros show as trusted has a
/// digest, and one that they do not show has no name.
bool agrees_with(const Evidence& evidence, const Session& session);

/// `certificate` as Postfix's macros tell it, with the digests of `evidence`: silence becomes
/// Absent (no digest) or Untrusted (also where only a raw public key was presented). Digests of
/// another size than 32 octets leave the fact unknown and are noted in foreign_digest_bits.
Certificate merge_evidence(Certificate certificate, const Evidence& evidence);

/// Postfix's and Sendmail's digest macro or attribute: `AA:BB:…`. Empty: absent.
struct DigestText {
  Fact<Digest> digest;
  unsigned foreign_bits = 0;  // the size of a digest that is not SHA-256; 0: it is, or is none
};
DigestText read_digest(std::string_view text);

}  // namespace forcetls
