// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// One inbound rule as the administrator wrote it: whose mail (scope), what it must fulfil
/// (requirements) and what happens otherwise (consequence). Plain values; policy.h decides with them.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/ip_address.h"
#include "core/session.h"

namespace forcetls {

/// `d` (exactly d), `*.d` (d and all its subdomains), `*` (any) or `<>` (the null sender).
struct DomainPattern {
  enum class Kind : std::uint8_t { Any, Subtree, Exact, NullSender };

  Kind kind = Kind::Any;
  std::string domain;  // canonical; empty for Any and NullSender

  auto operator<=>(const DomainPattern&) const = default;

  /// Whether a canonical domain is covered; only Any covers "", which is no domain.
  bool matches(std::string_view name) const;
};

/// Whether `name` is `domain` or a subdomain of it; both canonical.
bool is_in_domain(std::string_view name, std::string_view domain);

/// Which address match-sender looks at.
enum class SenderPlace : std::uint8_t { Envelope, Header, Either };

/// A key that was not given is an empty vector and holds for every mail.
struct Scope {
  std::vector<DomainPattern> match_sender;
  std::vector<Network> match_client;
  std::vector<DomainPattern> match_client_name;
  std::vector<DomainPattern> match_recipient;
  SenderPlace match_sender_in = SenderPlace::Envelope;
};

/// A line of the configuration, for messages.
struct SourceLine {
  std::uint32_t file = 0;  // index of config::Config's files
  std::uint32_t line = 0;

  bool operator==(const SourceLine&) const = default;
};

/// What a certificate must be; every key that is not empty must hold, inside one key any value may.
struct CertificateRule {
  std::string section;  // name of the [certificate] section; empty: the short form
  std::vector<DomainPattern> names;
  std::vector<std::string> organizations;
  std::vector<std::string> organizational_units;
  std::vector<std::string> issuers;
  std::vector<std::string> issuer_organizations;
  std::vector<std::string> roots;
  std::optional<unsigned> min_key_bits;
  /// The pins, one list: any may match, and then authenticates alone.
  std::vector<Digest> sha256;
  std::vector<Digest> key_sha256;
  std::optional<Time> valid_from;   // included
  std::optional<Time> valid_until;  // excluded
  SourceLine where;                 // of the section

  bool is_pinned() const { return !sha256.empty() || !key_sha256.empty(); }
  bool counts_at(Time time) const {
    return (!valid_from || *valid_from <= time) && (!valid_until || time < *valid_until);
  }
  bool operator==(const CertificateRule&) const = default;
};

/// In order of gravity: of several outcomes the last holds.
enum class Action : std::uint8_t { Pass, Tag, Quarantine, Discard, Defer, Reject };

constexpr bool is_refusal(Action action) { return action >= Action::Defer; }

enum class Mode : std::uint8_t { Enforce, Monitor };

/// What is demanded of the revocation state of known certificates ([trust]).
enum class Revocation : std::uint8_t { Off, Check, Require };

/// The keys that [defaults] may give for all connectors: what is demanded and what follows. Many
/// connectors share one.
struct Terms {
  /// How the peer's version must compare; Any: TLS of any version.
  enum class TlsDemand : std::uint8_t { No, Any, Tls10, Tls11, Tls12, Tls13 };
  enum class CertificateDemand : std::uint8_t { No, Verified, Rules };

  TlsDemand require_tls = TlsDemand::Tls12;
  std::optional<unsigned> require_cipher_bits;
  bool require_forward_secrecy = false;
  std::vector<std::string> deny_ciphers;  // globs
  CertificateDemand require_certificate = CertificateDemand::No;
  std::vector<CertificateRule> certificate_rules;  // for CertificateDemand::Rules, any one of them
  Revocation revocation = Revocation::Off;         // of [trust], the same for all
  std::vector<Network> require_client;             // empty: not demanded
  std::string require_client_text;                 // the same, for messages
  Action on_violation = Action::Reject;
  Action on_missing_evidence = Action::Defer;
  Mode mode = Mode::Enforce;

  /// Whether mail in the clear violates these terms.
  bool demands_tls() const {
    return require_tls != TlsDemand::No || require_cipher_bits || require_forward_secrecy ||
           !deny_ciphers.empty() || require_certificate != CertificateDemand::No;
  }
};

/// What few connectors have.
struct Particulars {
  std::optional<Time> enforce_from;   // before it: monitor
  std::optional<Time> suspend_until;  // before it: violations let mail through
  std::string reply;                  // own text; empty: generated
  std::string description;

  bool operator==(const Particulars&) const = default;
};

struct Connector {
  std::string name;
  Scope scope;
  std::uint32_t terms = 0;  // index of Policy's terms
  SourceLine where;
  /// nullptr: none. Held apart so that a million connectors without any stay small.
  std::shared_ptr<const Particulars> own_particulars;

  const Particulars& particulars() const;
};

}  // namespace forcetls
