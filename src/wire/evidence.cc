// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/evidence.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "wire/certificate_macros.h"
#include "wire/ip_text.h"

namespace forcetls {
namespace {

using State = Certificate::State;

std::optional<unsigned> parse_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Postfix has `unknown` or 0 where it does not know.
std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto number = parse_number(text);
  if (!number || *number == 0 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

bool has_digests(const Evidence& evidence) {
  return !evidence.fingerprint.empty() || !evidence.key_fingerprint.empty();
}

bool has_names(const Evidence& evidence) {
  return !evidence.subject_cn.empty() || !evidence.issuer_cn.empty();
}

bool is_plaintext(const Evidence& evidence) {
  return evidence.tls_version.empty() && evidence.cipher.empty() &&
         parse_number(evidence.bits).value_or(0) == 0;
}

bool agrees_with(const Evidence& evidence, const Tls& tls) {
  return evidence.tls_version == tls.version_text && evidence.cipher == tls.cipher && tls.bits &&
         parse_number(evidence.bits) == tls.bits;
}

bool has_name(const Fact<std::string>& name, std::string_view wanted) {
  return !name.is_present() || *name == wanted;
}

// Of a certificate that Postfix does not trust neither door shows a name.
bool agrees_with(const Evidence& evidence, const Certificate& certificate) {
  if (certificate.state != State::Verified) return !has_names(evidence);
  return !evidence.fingerprint.empty() && has_name(certificate.subject_cn, evidence.subject_cn) &&
         has_name(certificate.issuer_cn, evidence.issuer_cn);
}

}  // namespace

std::optional<EvidenceKey> make_evidence_key(std::string_view client_address,
                                             std::string_view client_port,
                                             std::string_view server_address,
                                             std::string_view server_port) {
  const auto client = parse_ip_address(client_address);
  const auto server = parse_ip_address(server_address);
  const auto from = parse_port(client_port);
  const auto to = parse_port(server_port);
  if (!client || !server || !from || !to) return std::nullopt;
  return EvidenceKey{*client, *from, *server, *to};
}

std::optional<EvidenceKey> read_evidence_key(const MacroLookup& macro) {
  return make_evidence_key(
      macro("{client_addr}").value_or(""), macro("{client_port}").value_or(""),
      macro("{daemon_addr}").value_or(""), macro("{daemon_port}").value_or(""));
}

bool agrees_with(const Evidence& evidence, const Session& session) {
  if (!session.tls.is_present())
    return is_plaintext(evidence) && !has_digests(evidence) && !has_names(evidence);
  return agrees_with(evidence, *session.tls) && agrees_with(evidence, session.certificate);
}

Certificate merge_evidence(Certificate certificate, const Evidence& evidence) {
  const auto whole = read_digest(evidence.fingerprint);
  const auto key = read_digest(evidence.key_fingerprint);
  if (certificate.state == State::Silent) {
    certificate = has_digests(evidence) ? unknown_certificate() : no_certificate();
    certificate.state = has_digests(evidence) ? State::Untrusted : State::Absent;
  }
  certificate.sha256 = whole.digest;
  certificate.key_sha256 = key.digest;
  certificate.foreign_digest_bits = std::max(whole.foreign_bits, key.foreign_bits);
  return certificate;
}

DigestText read_digest(std::string_view text) {
  if (text.empty()) return {.digest = Absent{}};
  if (const auto digest = parse_digest(text)) return {.digest = *digest};
  const unsigned bits = digest_bits(text);
  return {.digest = Unknown{}, .foreign_bits = bits == 256 ? 0 : bits};
}

}  // namespace forcetls
