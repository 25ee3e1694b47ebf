// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Short ways to write sessions, connectors and policies in the tests of core. No config text and no
/// parsing: what the loader makes of an INI file is tested elsewhere.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/policy.h"

namespace forcetls::given {

inline IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return {{a, b, c, d}, true};
}

inline Time at(long seconds) { return Time(std::chrono::seconds(seconds)); }

/// `d`, `*.d`, `*` or `<>`.
inline DomainPattern pattern(std::string_view text) {
  if (text == "*") return {DomainPattern::Kind::Any, ""};
  if (text == "<>") return {DomainPattern::Kind::NullSender, ""};
  if (text.starts_with("*.")) return {DomainPattern::Kind::Subtree, std::string(text.substr(2))};
  return {DomainPattern::Kind::Exact, std::string(text)};
}

inline std::vector<DomainPattern> patterns(std::initializer_list<std::string_view> texts) {
  std::vector<DomainPattern> result;
  for (const auto text : texts) result.push_back(pattern(text));
  return result;
}

inline Scope from_sender(std::initializer_list<std::string_view> senders) {
  Scope scope;
  scope.match_sender = patterns(senders);
  return scope;
}

inline SenderAddress address(std::string domain) { return {std::move(domain), false}; }
inline SenderAddress null_sender() { return {"", true}; }
inline Recipient recipient(std::string domain) { return {{domain}, "<u@" + domain + ">"}; }

inline Tls tls13() { return {"TLSv1.3", TlsVersion::Tls13, "TLS_AES_256_GCM_SHA384", 256}; }
inline Tls tls11() { return {"TLSv1.1", TlsVersion::Tls11, "ECDHE-RSA-AES256-SHA", 256}; }

/// Mail from `domain`, client 192.0.2.1 without a verified name, no TLS.
inline Session plain_mail(std::string domain) {
  Session session;
  session.client_address = v4(192, 0, 2, 1);
  session.client_text = "192.0.2.1";
  session.client_port = 40000;
  session.helo = session.helo_domain = "client.example";
  session.sender_addresses = {address(std::move(domain))};
  return session;
}

inline Session tls_mail(std::string domain) {
  Session session = plain_mail(std::move(domain));
  session.tls = tls13();
  return session;
}

/// Collects connectors; each has terms of its own.
class PolicyOf {
 public:
  void add(std::string name, Scope scope, Terms terms = {}) {
    Connector& connector = connectors_.emplace_back();
    connector.name = std::move(name);
    connector.scope = std::move(scope);
    connector.terms = static_cast<std::uint32_t>(terms_.size());
    terms_.push_back(std::move(terms));
  }
  /// With dates; the connector added last.
  void with(std::optional<Time> enforce_from, std::optional<Time> suspend_until) {
    Particulars particulars;
    particulars.enforce_from = enforce_from;
    particulars.suspend_until = suspend_until;
    connectors_.back().own_particulars = std::make_shared<const Particulars>(particulars);
  }
  PolicySettings& settings() { return settings_; }
  Policy make() const { return {settings_, terms_, connectors_}; }

 private:
  PolicySettings settings_;
  std::vector<Terms> terms_;
  std::vector<Connector> connectors_;
};

}  // namespace forcetls::given
