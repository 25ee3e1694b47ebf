// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The outbound rules, and the choice among them: which connector governs mail to a next hop
/// (DESIGN.md section 7). What a connector demands is turned into an MTA's words elsewhere
/// (tls_policy.h, sendmail_policy.h). Immutable after construction; any number of threads may ask.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/connector.h"
#include "core/verdict.h"

namespace forcetls {

/// What an MTA asks for: the next hop of a mail (wire/next_hop.h reads it).
struct NextHop {
  std::string text;     // canonical spelling of the whole: a domain, `[host]:port`, `.parent`
  std::string domain;   // canonical; empty: the text names a host (`[host]`), not a domain
  bool parent = false;  // `.d`: what covers d's subdomains
};

/// What a server's certificate must be, and where Postfix finds the trust anchors that it names.
struct OutboundRule {
  CertificateRule rule;
  std::vector<std::string> anchor_files;  // of its roots

  bool operator==(const OutboundRule&) const = default;
};

/// What mail to a partner is sent with.
struct OutboundTerms {
  enum class Certificate : std::uint8_t { No, Verified, Dane, Rules };

  Terms::TlsDemand require_tls = Terms::TlsDemand::Tls12;  // never No
  Certificate certificate = Certificate::No;
  std::vector<DomainPattern> names;   // Verified: one of these; empty: the next hop's own
  std::vector<OutboundRule> rules;    // Rules, any one of them: all have pins, or none has
  std::vector<std::string> excluded;  // cipher suites up to TLS 1.2, in OpenSSL's spelling
  std::string server_name;            // to ask for (SNI); empty: none

  bool operator==(const OutboundTerms&) const = default;
};

struct OutboundConnector {
  std::string name;
  std::vector<DomainPattern> match_recipient;
  std::string smart_host;  // NextHop::text; empty: none
  OutboundTerms terms;
  Mode mode = Mode::Enforce;
  Particulars particulars;
  SourceLine where;
};

/// What the policy says of one next hop.
struct OutboundRuling {
  const OutboundConnector* connector = nullptr;  // nullptr: none, the MTA's own default holds
  Standing standing = Standing::Deciding;        // or Suspended: it chose itself, and demands nothing
  std::vector<const OutboundConnector*> shadows;  // monitor connectors ahead of it

  /// The connector whose terms hold, or nullptr.
  const OutboundConnector* demanding() const {
    return standing == Standing::Deciding ? connector : nullptr;
  }
};

class OutboundIndex {
 public:
  OutboundIndex() = default;
  /// No two have a pattern in common, and those of one smart host have the same terms: the loader
  /// refuses others.
  explicit OutboundIndex(std::vector<OutboundConnector> connectors);

  const std::vector<OutboundConnector>& connectors() const { return connectors_; }

  /// The most specific connector in force, and what stands ahead of it: first those of that smart
  /// host, then the exact domain, the longest `*.`, `*`. `.parent` is met by `*.` only.
  OutboundRuling find(const NextHop& next_hop, Time time) const;

  /// Where mail to this domain goes, as a Postfix transport (transport(5)): `smtp:[host]:port` if the
  /// most specific connector in force has a smart host. nullopt: the usual way. A `*` routes nothing:
  /// Postfix would send mail for its own domains there, too.
  std::optional<std::string> find_route(const NextHop& next_hop, Time time) const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Id = std::uint32_t;
  using ByDomain = std::unordered_map<std::string, Id, Hash, std::equal_to<>>;

  template <typename Visit>
  void visit_covering(const NextHop& next_hop, Visit visit) const;
  const OutboundConnector* find_in(const ByDomain& map, std::string_view domain) const;
  const OutboundConnector* any() const { return any_ ? &connectors_[*any_] : nullptr; }

  std::vector<OutboundConnector> connectors_;
  std::unordered_multimap<std::string, Id, Hash, std::equal_to<>> by_smart_host_;
  ByDomain exact_;
  ByDomain subtree_;
  std::optional<Id> any_;
};

}  // namespace forcetls
