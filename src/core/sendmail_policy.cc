// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/sendmail_policy.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "core/certificate_name.h"
#include "core/requirements.h"

namespace forcetls {

namespace {

using Kind = SendmailRuling::Kind;
using TlsDemand = Terms::TlsDemand;

SendmailRuling wait(std::string reason) { return {Kind::Wait, std::move(reason), {}}; }

/// What is wrong with a connection that is not under TLS (sendmail/deliver.c, sendmail/tls.c); ""
/// if it is.
std::string find_why_no_tls(const SendmailConnection& connection) {
  // FAIL: a certificate that is not trusted; its session is encrypted nonetheless.
  constexpr std::string_view kWithTls[] = {"OK", "TRUSTED", "FAIL", "NO", "NOT"};
  constexpr std::pair<std::string_view, std::string_view> kReasons[] = {
      {"NONE", "the server has no STARTTLS"},
      {"CLEAR", "STARTTLS is not used with this server"},
      {"TEMP", "the server answers STARTTLS with an error"},
      {"PROTOCOL", "the server answers STARTTLS with an error"},
      {"SOFTWARE", "the TLS handshake failed"},
      {"CONFIG", "tls_clt_features are wrong"},
      {"DANE_FAIL", "DANE failed"},
  };
  const auto& verify = connection.verify;
  if (std::find(std::begin(kWithTls), std::end(kWithTls), verify) != std::end(kWithTls))
    return connection.tls.is_present() ? "" : "nothing is known of the TLS session";
  for (const auto& [word, reason] : kReasons)
    if (verify == word) return std::string(reason);
  return "the connection is not encrypted";
}

std::optional<TlsVersion> least_version(TlsDemand demand) {
  switch (demand) {
    case TlsDemand::Tls10: return TlsVersion::Tls10;
    case TlsDemand::Tls11: return TlsVersion::Tls11;
    case TlsDemand::Tls12: return TlsVersion::Tls12;
    case TlsDemand::Tls13: return TlsVersion::Tls13;
    case TlsDemand::No:
    case TlsDemand::Any: break;
  }
  return std::nullopt;
}

/// "" if nothing is wrong.
std::string find_weakness(const OutboundTerms& terms, const Tls& tls) {
  if (!is_encrypted(tls)) return "cipher " + tls.cipher + " protects nothing";
  if (const auto least = least_version(terms.require_tls); least && tls.version < least)
    return tls.version_text + (tls.version ? " is too old" : " is no known version of TLS");
  const auto& excluded = terms.excluded;
  if (std::find(excluded.begin(), excluded.end(), tls.cipher) != excluded.end())
    return "cipher " + tls.cipher + " is denied";
  return {};
}

/// Each once.
void add_name(std::vector<std::string>& names, std::string name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

/// The names by which a certificate may meet the pattern and that can be guessed.
void add_candidates(const DomainPattern& pattern, std::string_view server,
                    std::vector<std::string>& names) {
  for (const std::string_view host : {std::string_view(pattern.domain), server}) {
    const auto dot = host.find('.');
    for (const auto& name :
         {std::string(host), "*." + std::string(host),
          dot == host.npos ? std::string() : "*" + std::string(host.substr(dot))})
      if (certificate_name_meets(pattern, name)) add_name(names, name);
  }
}

std::string list_patterns(const std::vector<DomainPattern>& patterns) {
  std::string text;
  for (const auto& pattern : patterns)
    text.append(text.empty() ? "" : ", ")
        .append(pattern.kind == DomainPattern::Kind::Subtree ? "*." : "")
        .append(pattern.domain);
  return text;
}

/// A certificate that Sendmail trusts and that bears one of these names.
SendmailRuling check_names(const std::vector<DomainPattern>& patterns,
                           const SendmailConnection& connection) {
  const auto& certificate = connection.certificate;
  if (certificate.state == Certificate::State::Absent) return wait("the server has no certificate");
  if (certificate.state != Certificate::State::Verified)
    return wait("the certificate is not trusted");
  SendmailRuling ruling{Kind::SendIfNamed, "the certificate has another name than ", {}};
  for (const auto& pattern : patterns) {
    if (certificate_name_meets(pattern, certificate.cn_dns_name)) return {};
    add_candidates(pattern, connection.server, ruling.names);
  }
  ruling.reason += list_patterns(patterns);
  return ruling;
}

SendmailRuling check_pins(const std::vector<Digest>& pins, const Certificate& certificate) {
  if (certificate.state == Certificate::State::Absent) return wait("the server has no certificate");
  if (pins.empty()) return wait("Sendmail cannot tell 'key-sha256'");
  if (!certificate.sha256.is_present())
    return wait("CertFingerprintAlgorithm is not sha256: no pin can be checked");
  if (std::find(pins.begin(), pins.end(), *certificate.sha256) == pins.end())
    return wait("the certificate is none of those pinned");
  return {};
}

SendmailRuling check_rules(const OutboundTerms& terms, const DomainPattern& own,
                           const SendmailConnection& connection, Time time) {
  std::vector<DomainPattern> patterns;
  std::vector<Digest> pins;
  bool counts = false, pinned = false;
  for (const auto& [rule, _] : terms.rules) {
    if (!rule.counts_at(time)) continue;
    counts = true;
    pinned |= rule.is_pinned();
    pins.insert(pins.end(), rule.sha256.begin(), rule.sha256.end());
    if (rule.is_pinned() || !rule.roots.empty()) continue;
    if (rule.names.empty()) patterns.push_back(own);
    patterns.insert(patterns.end(), rule.names.begin(), rule.names.end());
  }
  if (!counts) return wait("none of the [certificate] sections counts at this time");
  if (pinned) return check_pins(pins, connection.certificate);
  if (patterns.empty()) return wait("Sendmail cannot tell 'root'");
  return check_names(patterns, connection);
}

}  // namespace

SendmailRuling judge_for_sendmail(const OutboundTerms& terms, std::string_view domain,
                                  const SendmailConnection& connection, Time time) {
  if (auto reason = find_why_no_tls(connection); !reason.empty()) return wait(std::move(reason));
  if (auto reason = find_weakness(terms, *connection.tls); !reason.empty())
    return wait(std::move(reason));

  const DomainPattern own{DomainPattern::Kind::Subtree, std::string(domain)};
  switch (terms.certificate) {
    case OutboundTerms::Certificate::No: return {};
    case OutboundTerms::Certificate::Dane:
      return connection.verify == "TRUSTED" ? SendmailRuling()
                                            : wait("the server is not verified by DANE");
    case OutboundTerms::Certificate::Rules: return check_rules(terms, own, connection, time);
    case OutboundTerms::Certificate::Verified: break;
  }
  return check_names(terms.names.empty() ? std::vector{own} : terms.names, connection);
}

}  // namespace forcetls
