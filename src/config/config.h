// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The whole configuration, as the daemon and the administrator's tool use it. Immutable once
/// loaded, so it may be shared between threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/diagnostic.h"
#include "config/socket_address.h"
#include "core/policy.h"
#include "core/session.h"
#include "core/tls_policy.h"
#include "x509/known_certificates.h"

namespace forcetls {

enum class AddHeader : std::uint8_t { No, Judged, All };
enum class LogLevel : std::uint8_t { Error, Warning, Info, Debug };

/// [milter], but for what decisions depend on, which is in PolicySettings.
struct MilterSettings {
  SocketAddress socket{.host = "127.0.0.1", .port = 8891};
  unsigned socket_mode = 0660;
  std::string socket_group;         ///< empty: unchanged
  std::string user;                 ///< empty: unchanged
  std::optional<Mta> mta;           ///< nullopt: found out for each session
  Action on_error = Action::Defer;  ///< Defer, Reject or Pass
  std::string authserv_id;          ///< empty: the MTA's name
  AddHeader add_header = AddHeader::No;
  std::string state_directory = "/var/lib/forcetls";
  LogLevel log_level = LogLevel::Info;
  std::string syslog_facility = "mail";
};

/// [postfix-evidence]
struct EvidenceSettings {
  SocketAddress socket{.kind = SocketAddress::Kind::Unix,
                       .path = "/var/spool/postfix/private/forcetls-evidence"};
  unsigned socket_mode = 0660;
  std::string socket_group;  ///< empty: unchanged

  bool operator==(const EvidenceSettings&) const = default;
};

/// [outbound-map]
struct OutboundMapSettings {
  SocketAddress socket{.host = "127.0.0.1", .port = 8892};
  unsigned socket_mode = 0660;
  std::string socket_group;        ///< empty: unchanged
  PostfixVersion postfix_version;  ///< whose words to use
  std::string anchor_directory;    ///< of AnchorFile; empty: below the state directory

  bool operator==(const OutboundMapSettings&) const = default;
};

/// A trust anchor that a TLS policy names by `tafile=`; it must be there before the policy is given.
struct AnchorFile {
  std::string path;
  CertificatePtr anchor;
};

/// [trust]; paths are absolute, or relative to where the program was started.
struct TrustSettings {
  std::string ca_file;             ///< empty: the system's store
  std::string known_certificates;  ///< empty: no [trust]
  Revocation revocation = Revocation::Off;
};

struct Config {
  MilterSettings milter;
  std::optional<EvidenceSettings> evidence;
  std::optional<OutboundMapSettings> outbound_map;
  TrustSettings trust;
  Policy policy;
  std::vector<CertificateRule> certificate_rules;  ///< the [certificate] sections
  std::shared_ptr<const KnownCertificates> known;  ///< never nullptr
  std::vector<AnchorFile> anchor_files;            ///< what [outbound] sections need of them
  std::vector<std::string> files;  ///< SourceLine::file is an index of these
  std::vector<Diagnostic> warnings;

  PostfixVersion postfix_version() const {
    return outbound_map ? outbound_map->postfix_version : PostfixVersion{};
  }
};

}  // namespace forcetls
