// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The configuration while it is read: sections as written, before [defaults] and references to
/// [certificate] sections, which may stand anywhere, are worked in (resolve.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/config.h"
#include "core/connector.h"

namespace forcetls {

/// What require-certificate or require-certificate-name demands.
struct CertificateDraft {
  Terms::CertificateDemand demand = Terms::CertificateDemand::No;
  std::vector<std::uint32_t>
      sections;                      ///< of require-certificate, as indexes of ConfigDraft::names
  std::vector<DomainPattern> names;  ///< of require-certificate-name
};

/// Terms as one section gives them; a key that it does not give is nullopt.
struct TermsDraft {
  std::optional<Terms::TlsDemand> require_tls;
  std::optional<unsigned> require_cipher_bits;
  std::optional<bool> require_forward_secrecy;
  std::optional<std::vector<std::string>> deny_ciphers;  ///< empty: `none`
  std::optional<CertificateDraft> certificate;
  std::optional<CertificateDraft> certificate_name;
  std::optional<std::vector<Network>> require_client;  ///< empty: `none`
  std::optional<Action> on_violation;
  std::optional<Action> on_missing_evidence;
  std::optional<Mode> mode;
};

/// Words that name [certificate] sections, numbered; equal but for case is equal.
class NameTable {
 public:
  std::uint32_t id_of(std::string_view name);
  const std::string& text(std::uint32_t id) const { return texts_[id]; }
  std::size_t size() const { return texts_.size(); }

 private:
  std::unordered_map<std::string, std::uint32_t> ids_;  // by lower case
  std::vector<std::string> texts_;                      // as first seen
};

/// A path that a key names, as written.
struct NamedFile {
  std::string path;
  SourceLine where;
};

struct CertificateSection {
  std::uint32_t name = 0;  ///< index of ConfigDraft::names
  CertificateRule rule;
  std::vector<NamedFile> files;  ///< whose certificates are pins, too
  bool used_inbound = false;
  bool used_outbound = false;
};

/// A word of require-certificate that names a section.
struct Reference {
  enum class From : std::uint8_t { Defaults, Inbound, Outbound };

  From from;
  std::uint32_t connector;  ///< index of `connectors` or `outbound`; Defaults: nothing
  std::uint32_t name;       ///< index of ConfigDraft::names
  SourceLine where;
};

/// A glob of deny-ciphers.
struct CipherGlob {
  std::string text;
  SourceLine where;
};

/// A word that names a [certificate] section, wherever that stands.
struct NamedSection {
  std::uint32_t name;  ///< index of ConfigDraft::names
  SourceLine where;
};

/// A pattern of [milter] include.
struct Include {
  std::string pattern;
  SourceLine where;
};

/// [postfix-evidence]
struct EvidenceDraft {
  EvidenceSettings settings;
  SourceLine where;
};

/// [outbound-map]
struct OutboundMapDraft {
  OutboundMapSettings settings;
  SourceLine where;
};

/// [trust]
struct TrustDraft {
  SourceLine where;
  std::optional<NamedFile> ca_file;
  std::optional<NamedFile> known_certificates;
  Revocation revocation = Revocation::Off;
};

/// What a section's mistakes leave known of its connector. What is not known is not compared with
/// anything: a second message would follow from the first mistake.
struct ConnectorState {
  bool enabled = true;            ///< false also if a mistake leaves it open
  bool scope_known = true;        ///< its header and match-* keys are right
  bool action_known = true;       ///< all that check_actions looks at is right
  bool certificate_known = true;  ///< require-certificate is right
  bool terms_known = true;        ///< all that an OutboundDraft's terms are made of is right
};

/// [outbound NAME]; what is missing in its terms is worked in by outbound.h.
struct OutboundDraft {
  OutboundConnector connector;
  ConnectorState state;
  std::vector<NamedSection> certificates;  ///< of require-certificate
  std::vector<CipherGlob> denied_ciphers;
  SourceLine names_at;  ///< require-certificate-name
  SourceLine smart_host_at;
};

struct ConfigDraft {
  MilterSettings milter;
  PolicySettings policy;
  std::optional<EvidenceDraft> evidence;
  std::optional<OutboundMapDraft> outbound_map;
  std::optional<TrustDraft> trust;
  std::vector<Include> includes;
  TermsDraft defaults;
  std::vector<Connector>
      connectors;  ///< with disabled ones; Connector::terms is an index of `terms`
  std::vector<ConnectorState> states;  ///< of each connector
  std::vector<OutboundDraft> outbound;
  std::vector<TermsDraft> terms;  ///< without two that are written alike
  std::vector<CertificateSection> certificates;
  NameTable names;  ///< of [certificate] sections and of references
  std::vector<Reference> references;
};

}  // namespace forcetls
