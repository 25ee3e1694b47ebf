// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/sendmail_query.h"

#include <algorithm>
#include <array>
#include <utility>

#include "wire/certificate_macros.h"
#include "wire/domain_name.h"
#include "wire/macros.h"
#include "wire/printable.h"

namespace forcetls {

namespace {

constexpr char kSeparator = '/';
constexpr std::size_t kMaxReason = 200;
/// The fields behind the domain, in order.
constexpr std::array kMacros = {"{verify}",  "{tls_version}", "{cipher}",
                                "{cert_fp}", "{server_name}", "{cn_subject}"};
using Fields = std::array<std::string_view, kMacros.size()>;

std::optional<std::string_view> take_field(std::string_view& text) {
  const auto end = text.find(kSeparator);
  if (end == text.npos) return std::nullopt;
  const auto field = text.substr(0, end);
  text.remove_prefix(end + 1);
  return field;
}

Fact<Tls> read_tls(std::string_view version, std::string_view cipher) {
  if (version.empty() && cipher.empty()) return Absent{};
  return Tls{std::string(version), parse_tls_version(version), std::string(cipher), {}};
}

/// Within quotes, which keep Sendmail from taking it apart.
std::string quote(std::string_view reason) {
  std::string text = clean_text(reason, kMaxReason);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '"' || c == '\\'; }, '?');
  return '"' + text + '"';
}

}  // namespace

std::optional<SendmailQuery> parse_sendmail_query(std::string_view key) {
  const auto domain = take_field(key);
  Fields fields;
  for (std::size_t i = 0; i + 1 < fields.size(); ++i) {
    const auto field = take_field(key);
    if (!field) return std::nullopt;
    fields[i] = *field;
  }
  // A CN may hold the separator itself.
  if (key.ends_with(kSeparator)) fields.back() = key.substr(0, key.size() - 1);

  const MacroLookup macro = [&](std::string_view name) -> std::optional<std::string_view> {
    const auto found = std::find(kMacros.begin(), kMacros.end(), name);
    if (found == kMacros.end()) return std::nullopt;
    return fields[static_cast<std::size_t>(found - kMacros.begin())];
  };
  SendmailQuery query;
  query.domain = parse_domain(*domain).value_or("");
  auto& connection = query.connection;
  connection.verify = fields[0];
  connection.tls = read_tls(fields[1], fields[2]);
  connection.certificate = read_certificate(Mta::Sendmail, macro);
  connection.server = parse_domain(fields[4]).value_or("");
  return query;
}

std::string format_sendmail_ruling(const SendmailRuling& ruling) {
  switch (ruling.kind) {
    case SendmailRuling::Kind::Send: return "send";
    case SendmailRuling::Kind::Wait: return "wait " + quote(ruling.reason);
    case SendmailRuling::Kind::SendIfNamed: break;
  }
  std::string text = "named " + quote(ruling.reason) + " :";
  for (const auto& name : ruling.names) text += name + ":";
  if (text.size() > kMaxSendmailAnswer) return "wait \"there are too many names for Sendmail\"";
  return text;
}

}  // namespace forcetls
