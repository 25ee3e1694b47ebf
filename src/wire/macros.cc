// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/macros.h"

#include <charconv>
#include <system_error>
#include <utility>
#include <vector>

#include "wire/certificate_macros.h"
#include "wire/domain_name.h"
#include "wire/ip_text.h"
#include "wire/mail_path.h"

namespace forcetls {

const char* const kMailMacros =
    "i j v {client_addr} {client_port} {client_name} {client_resolve} {daemon_addr} {daemon_port} "
    "{tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer} {verify} {cn_subject} "
    "{cn_issuer} {cert_fp} {cert_md5} {auth_authen} {mail_addr}";
const char* const kConnectMacros = "{client_addr} {client_port} {daemon_addr} {daemon_port}";
const char* const kRcptMacros = "i {rcpt_addr}";
const char* const kNoMacros = "{forcetls_none}";

namespace {

using Value = std::optional<std::string_view>;

std::optional<unsigned> parse_number(Value text) {
  unsigned number = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

Mta find_mta(const MailEvent& event) {
  if (event.mta) return *event.mta;
  const auto version = event.macro("v").value_or("");
  if (version.starts_with("Postfix")) return Mta::Postfix;
  if (!version.empty() && version.front() >= '0' && version.front() <= '9') return Mta::Sendmail;
  return event.macro("{verify}") ? Mta::Sendmail : Mta::Unknown;
}

Fact<Tls> read_tls(const MacroLookup& macro) {
  Tls tls;
  tls.version_text = macro("{tls_version}").value_or("");
  tls.cipher = macro("{cipher}").value_or("");
  if (tls.version_text.empty() && tls.cipher.empty()) return Absent{};
  tls.version = parse_tls_version(tls.version_text);
  tls.bits = parse_number(macro("{cipher_bits}"));
  return tls;
}

// For a client on a unix socket Postfix's smtpd makes up 127.0.0.1 and port 0 (smtpd_peer.c:
// smtpd_peer_not_inet). Local submission shows them too, but never {client_resolve}: it comes from
// cleanup (cleanup_milter.c).
bool is_made_up(const MailEvent& event, const IpAddress& address) {
  return address.is_loopback() && event.macro("{client_port}") == "0" &&
         event.macro("{client_resolve}") && find_mta(event) == Mta::Postfix;
}

// Both sources name the same address: after XCLIENT Postfix opens a new milter session. If they
// differ nonetheless, neither is believed.
Fact<IpAddress> read_client_address(const MailEvent& event) {
  const auto told = event.macro("{client_addr}");
  const auto address = told ? parse_ip_address(*told) : std::nullopt;
  const auto& connected = event.connect_address;
  if (address && connected && *address != *connected) return Unknown{};
  if (address && is_made_up(event, *address)) return Unknown{};
  if (address) return *address;
  if (connected) return *connected;
  return Unknown{};
}

std::optional<unsigned> read_client_port(const MacroLookup& macro) {
  const auto port = parse_number(macro("{client_port}"));
  return port && *port <= 65535 ? port : std::nullopt;
}

// Only a name that resolves back to the address is one. A name that does and cannot be read, and a
// failure of DNS, must not let a client slip out of match-client-name.
Fact<std::string> read_client_name(const MacroLookup& macro) {
  const auto resolve = macro("{client_resolve}").value_or("");
  if (resolve == "FAIL" || resolve == "FORGED") return Absent{};
  if (resolve != "OK") return Unknown{};
  auto name = parse_domain(macro("{client_name}").value_or(""));
  if (!name) return Unknown{};
  return std::move(*name);
}

Fact<std::string> read_auth_user(const MacroLookup& macro) {
  const auto user = macro("{auth_authen}").value_or("");
  if (user.empty()) return Absent{};
  return std::string(user);
}

MailPath read_path(std::string_view argument, Value address) {
  std::optional<MailPath> cleaned;
  if (address) cleaned = parse_mail_address(*address);
  return merge_mail_path(parse_mail_path(argument), cleaned);
}

std::vector<SenderAddress> read_senders(std::string_view argument, Value address) {
  auto path = read_path(argument, address);
  std::vector<SenderAddress> senders;
  if (path.null_path) senders.push_back({.domain = "", .null_sender = true});
  for (auto& domain : path.domains) senders.push_back({.domain = std::move(domain)});
  if (senders.empty()) senders.emplace_back();
  return senders;
}

}  // namespace

std::optional<TlsVersion> parse_tls_version(std::string_view word) {
  constexpr std::pair<std::string_view, TlsVersion> kWords[] = {
      {"TLSv1.3", TlsVersion::Tls13}, {"TLSv1.2", TlsVersion::Tls12},
      {"TLSv1.1", TlsVersion::Tls11}, {"TLSv1", TlsVersion::Tls10},
      {"SSLv3", TlsVersion::Ssl},     {"SSLv2", TlsVersion::Ssl},
  };
  for (const auto& [name, version] : kWords) {
    if (name == word) return version;
  }
  return std::nullopt;
}

Session read_mail_facts(const MailEvent& event) {
  Session session;
  session.time = event.time;
  session.mta = find_mta(event);
  session.client_address = read_client_address(event);
  if (session.client_address.is_present())
    session.client_text = format_ip_address(*session.client_address);
  session.client_port = read_client_port(event.macro);
  session.client_name = read_client_name(event.macro);
  session.helo = event.helo;
  session.helo_domain = parse_domain(event.helo).value_or("");
  session.auth_user = read_auth_user(event.macro);
  session.tls = read_tls(event.macro);
  if (session.tls.is_present()) {
    session.certificate = read_certificate(session.mta, event.macro);
  } else {
    session.certificate = no_certificate();
  }
  session.sender = event.argument;
  session.sender_addresses = read_senders(event.argument, event.macro("{mail_addr}"));
  return session;
}

Recipient read_recipient(const MacroLookup& macro, std::string_view argument) {
  return {.domains = read_path(argument, macro("{rcpt_addr}")).domains,
          .text = std::string(argument)};
}

}  // namespace forcetls
