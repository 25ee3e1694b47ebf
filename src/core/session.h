// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The facts of one mail transaction, in no MTA's dialect: what decisions are made from. Texts that a
/// peer chose are as received; domains are canonical (wire/domain_name.h). Holds no opinion.
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "core/digest.h"
#include "core/fact.h"
#include "core/ip_address.h"

namespace forcetls {

/// Times are UTC, as `valid-from` and the MAIL command's time.
using Time = std::chrono::sys_seconds;

enum class Mta { Unknown, Postfix, Sendmail };

enum class TlsVersion { Ssl, Tls10, Tls11, Tls12, Tls13 };

/// The session's encryption, as the MTA negotiated it.
struct Tls {
  std::string version_text;           // the MTA's own word: TLSv1.2
  std::optional<TlsVersion> version;  // nullopt: a word nobody knows
  std::string cipher;                 // OpenSSL or IANA spelling; empty: unknown
  std::optional<unsigned> bits;       // used key bits; nullopt: unknown
};

/// What is known of the client's certificate, from the MTA or from the known certificates.
struct Certificate {
  enum class State {
    Absent,
    Silent,     // Postfix says nothing: there is none, or one that it does not trust
    Untrusted,
    Expired,    // trusted, but for the dates of it or of its chain
    Verified,
    Unknown,
  };

  State state = State::Absent;
  Fact<std::string> subject_cn;  // present and empty: trusted, but no usable CN
  std::string cn_dns_name;       // the CN as canonical DNS name, perhaps `*.d`; empty: it is none
  Fact<std::string> issuer_cn;
  Fact<std::vector<std::string>> dns_names = Unknown{};  // of the SANs, canonical, perhaps `*.d`
  Fact<std::vector<std::string>> organizations;
  Fact<std::vector<std::string>> organizational_units;
  Fact<std::vector<std::string>> issuer_organizations;
  Fact<std::vector<std::string>> root_cns = Unknown{};  // of every trust anchor that it chains to
  Fact<unsigned> key_bits = Unknown{};  // RSA bits, or the equivalent strength of a curve
  Fact<Digest> sha256 = Unknown{};
  Fact<Digest> key_sha256 = Unknown{};  // of the SubjectPublicKeyInfo
  Fact<bool> revoked = Unknown{};

  std::string known_as;  // the file that told; empty: all is from the MTA
  std::string problem;   // Untrusted or Expired: why, for the administrator; may be empty
  unsigned foreign_digest_bits = 0;  // the MTA gave digests of this size, which do not count

  bool operator==(const Certificate&) const = default;
};

/// The sender of an envelope, or the author of a header: what `match-sender` looks at.
struct SenderAddress {
  std::string domain;  // empty: an address without a domain, or, if null, the null sender
  bool null_sender = false;

  auto operator<=>(const SenderAddress&) const = default;
};

struct Recipient {
  std::vector<std::string> domains;  // every domain the argument may mean
  std::string text;                  // as received
};

/// Everything one mail's verdict rests on. Facts arrive in stages: all but `recipient` and `authors`
/// are there at MAIL.
struct Session {
  Time time{};
  Mta mta = Mta::Unknown;

  Fact<IpAddress> client_address = Unknown{};
  std::string client_text;              // the address in its usual spelling; empty if unknown
  std::optional<unsigned> client_port;  // 0: local submission; nullopt: not told
  Fact<std::string> client_name;        // the verified host name, canonical
  std::string helo;                     // as received
  std::string helo_domain;              // canonical; empty: none (address literal, nothing)
  Fact<std::string> auth_user;

  Fact<Tls> tls;
  Certificate certificate;
  bool evidence_pending = false;  // more of the certificate may come with the first recipient

  std::string sender;                          // MAIL's argument as received
  std::vector<SenderAddress> sender_addresses;  // what it may mean; never empty at MAIL
  std::vector<SenderAddress> authors;           // every address of every From: field
};

}  // namespace forcetls
