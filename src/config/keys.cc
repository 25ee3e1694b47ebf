// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/keys.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <variant>

#include "wire/domain_name.h"
#include "wire/ip_text.h"
#include "wire/next_hop.h"

namespace forcetls {

namespace {

constexpr unsigned kTerms = kDefaults | kInbound;
// A reply of 512 bytes (RFC 5321 section 4.5.3.1.5) less codes, the connector's name and line end.
constexpr std::size_t kMaxReply = 320;
constexpr std::size_t kMaxContact = 130;
// Nobody measures a cipher or a key in more.
constexpr unsigned kMaxCipherBits = 512;
constexpr unsigned kMaxKeyBits = 16384;
constexpr unsigned kWorldWritable = 0002;
constexpr bool kSynonym = true;

constexpr Choice<std::optional<Mta>> kMtas[] = {
    {"auto", std::nullopt}, {"postfix", Mta::Postfix}, {"sendmail", Mta::Sendmail}};
constexpr Choice<bool> kNullSenders[] = {{"helo", true}, {"none", false}};
constexpr Choice<Action> kOnErrors[] = {
    {"defer", Action::Defer}, {"reject", Action::Reject}, {"accept", Action::Pass}};
constexpr Choice<AddHeader> kAddHeaders[] = {
    {"no", AddHeader::No}, {"judged", AddHeader::Judged}, {"all", AddHeader::All}};
constexpr Choice<LogLevel> kLogLevels[] = {{"error", LogLevel::Error},
                                           {"warning", LogLevel::Warning},
                                           {"info", LogLevel::Info},
                                           {"debug", LogLevel::Debug}};
constexpr Choice<std::string_view> kFacilities[] = {
    {"auth", "auth"},     {"authpriv", "authpriv"}, {"cron", "cron"},     {"daemon", "daemon"},
    {"ftp", "ftp"},       {"kern", "kern"},         {"lpr", "lpr"},       {"mail", "mail"},
    {"news", "news"},     {"syslog", "syslog"},     {"user", "user"},     {"uucp", "uucp"},
    {"local0", "local0"}, {"local1", "local1"},     {"local2", "local2"}, {"local3", "local3"},
    {"local4", "local4"}, {"local5", "local5"},     {"local6", "local6"}, {"local7", "local7"}};
constexpr Choice<Terms::TlsDemand> kTlsDemands[] = {{"no", Terms::TlsDemand::No},
                                                    {"yes", Terms::TlsDemand::Any},
                                                    {"1.0", Terms::TlsDemand::Tls10},
                                                    {"1.1", Terms::TlsDemand::Tls11},
                                                    {"1.2", Terms::TlsDemand::Tls12},
                                                    {"1.3", Terms::TlsDemand::Tls13},
                                                    {"true", Terms::TlsDemand::Any, kSynonym},
                                                    {"on", Terms::TlsDemand::Any, kSynonym},
                                                    {"false", Terms::TlsDemand::No, kSynonym},
                                                    {"off", Terms::TlsDemand::No, kSynonym}};
constexpr Choice<Terms::TlsDemand> kOutboundTlsDemands[] = {
    {"yes", Terms::TlsDemand::Any},         {"1.0", Terms::TlsDemand::Tls10},
    {"1.1", Terms::TlsDemand::Tls11},       {"1.2", Terms::TlsDemand::Tls12},
    {"1.3", Terms::TlsDemand::Tls13},       {"true", Terms::TlsDemand::Any, kSynonym},
    {"on", Terms::TlsDemand::Any, kSynonym}};
constexpr Choice<Action> kOnViolations[] = {{"reject", Action::Reject},
                                            {"defer", Action::Defer},
                                            {"quarantine", Action::Quarantine},
                                            {"tag", Action::Tag},
                                            {"discard", Action::Discard}};
constexpr Choice<Action> kOnMissing[] = {{"defer", Action::Defer},
                                         {"reject", Action::Reject},
                                         {"quarantine", Action::Quarantine},
                                         {"tag", Action::Tag}};
constexpr Choice<Mode> kModes[] = {{"enforce", Mode::Enforce}, {"monitor", Mode::Monitor}};
constexpr Choice<SenderPlace> kSenderPlaces[] = {{"envelope", SenderPlace::Envelope},
                                                 {"header", SenderPlace::Header},
                                                 {"either", SenderPlace::Either}};
constexpr Choice<Revocation> kRevocations[] = {
    {"off", Revocation::Off}, {"check", Revocation::Check}, {"require", Revocation::Require}};
constexpr std::string_view kPlaceholders[] = {"domain", "wanted", "seen"};

/// Assigns what was read, if anything was; what was not has been reported.
template <typename Target, typename Source>
void set(Target& target, std::optional<Source> source) {
  if (source) target = std::move(*source);
}

void read_socket(const Value& value, SocketAddress& socket) {
  const auto word = value.word();
  if (!word) return;
  auto address = parse_socket_address(word->text);
  if (auto* parsed = std::get_if<SocketAddress>(&address))
    socket = std::move(*parsed);
  else
    value.bad(*word, std::get<std::string>(address));
}

void read_socket_mode(const Value& value, unsigned& mode) {
  set(mode, value.file_mode());
  if (mode & kWorldWritable)
    value.warning(value.where(), "'socket-mode' lets every local user talk to the daemon");
}

void read_file_name(const Value& value, std::optional<NamedFile>& file) {
  if (const auto word = value.word()) file = {std::string(word->text), word->where};
}

void read_includes(const Value& value, ConfigDraft& config) {
  for (const auto& word : value.words())
    config.includes.push_back({std::string(word.text), word.where});
}

/// Each name once: a second one says nothing new.
void refer(SectionDraft& section, std::uint32_t name, SourceLine where) {
  auto& references = section.references;
  if (std::none_of(references.begin(), references.end(),
                   [&](const NamedSection& other) { return other.name == name; }))
    references.push_back({name, where});
}

void read_certificate_sections(const Value& value, SectionDraft& section, ConfigDraft& config) {
  CertificateDraft& draft = section.terms.certificate.emplace();
  if (value.is_none()) return;
  const auto words = value.words();
  draft.demand = Terms::CertificateDemand::Rules;
  for (const auto& word : words) {
    if (Value::same_word(word.text, "dane")) {
      value.bad(word, "'dane' is for [outbound]");
    } else if (Value::same_word(word.text, "verified") && words.size() == 1) {
      draft.demand = Terms::CertificateDemand::Verified;
    } else if (Value::same_word(word.text, "verified") || Value::same_word(word.text, "none") ||
               Value::same_word(word.text, "no")) {
      value.bad(word, "expected to stand alone");
    } else {
      const auto name = config.names.id_of(word.text);
      draft.sections.push_back(name);
      refer(section, name, word.where);
    }
  }
}

void read_certificate_name(const Value& value, SectionDraft& section) {
  CertificateDraft& draft = section.terms.certificate_name.emplace();
  if (value.is_none()) return;
  draft.demand = Terms::CertificateDemand::Rules;
  draft.names = value.patterns(PatternForms::Named);
}

void read_outbound_certificate(const Value& value, SectionDraft& section, ConfigDraft& config) {
  using Certificate = OutboundTerms::Certificate;
  constexpr Choice<Certificate> kAlone[] = {{"verified", Certificate::Verified},
                                            {"dane", Certificate::Dane},
                                            {"none", Certificate::No},
                                            {"no", Certificate::No}};
  OutboundTerms& terms = section.outbound.connector.terms;
  const auto words = value.words();
  for (const auto& word : words) {
    const auto* alone = std::find_if(std::begin(kAlone), std::end(kAlone), [&](const auto& choice) {
      return Value::same_word(word.text, choice.word);
    });
    if (alone != std::end(kAlone) && words.size() > 1) {
      value.bad(word, "expected to stand alone");
    } else if (alone != std::end(kAlone)) {
      terms.certificate = alone->value;
    } else {
      terms.certificate = Certificate::Rules;
      refer(section, config.names.id_of(word.text), word.where);
    }
  }
}

/// What the text was probably meant to be: an address without brackets, or a transport.
std::string smart_host_hint(std::string_view text) {
  const auto colon = text.find(':');
  const bool has_port = colon == text.rfind(':') && colon != std::string_view::npos;
  const auto host = has_port ? text.substr(0, colon) : text;
  const auto transport = text.substr(0, colon);
  std::string meant;
  if (parse_ip_address(host))
    meant = fmt::format("[{}]{}", host, text.substr(host.size()));
  else if (Value::same_word(transport, "smtp") || Value::same_word(transport, "relay"))
    meant = text.substr(colon + 1);
  return parse_smart_host(meant) ? fmt::format("; did you mean '{}'?", meant) : std::string();
}

void read_smart_host(const Value& value, OutboundDraft& outbound) {
  const auto word = value.word();
  if (!word) return;
  outbound.smart_host_at = word->where;
  if (auto smart_host = parse_smart_host(word->text))
    outbound.connector.smart_host = std::move(*smart_host);
  else
    value.bad(*word,
              "expected [HOST], [HOST]:PORT, DOMAIN or DOMAIN:PORT" + smart_host_hint(word->text));
}

/// With a dot: `hostname` and `nexthop` have a meaning of their own to Postfix.
void read_server_name(const Value& value, OutboundTerms& terms) {
  const auto word = value.word();
  if (!word) return;
  auto name = parse_domain(word->text);
  if (name && is_host_name(*name) && name->find('.') != std::string::npos)
    terms.server_name = std::move(*name);
  else
    value.bad(*word, "expected a host name with its domain");
}

/// `3.7`, or the whole of what Postfix calls itself: `3.7.11`.
void read_postfix_version(const Value& value, PostfixVersion& version) {
  const auto word = value.word();
  if (!word) return;
  const auto read = parse_postfix_version(word->text);
  if (read && *read >= kOldestPostfix)
    version = *read;
  else
    value.bad(*word, "expected a version as 3.7, from 3.4 on");
}

/// Every `%{` must begin a placeholder.
void read_reply(const Value& value, Particulars& particulars) {
  particulars.reply = value.reply_text(kMaxReply);
  const std::string_view text = particulars.reply;
  for (auto at = text.find("%{"); at != std::string_view::npos; at = text.find("%{", at + 2)) {
    const auto word = text.substr(at + 2, text.find('}', at) - at - 2);
    const bool closed = text.find('}', at) != std::string_view::npos;
    if (closed && std::find(std::begin(kPlaceholders), std::end(kPlaceholders), word) !=
                      std::end(kPlaceholders))
      continue;
    value.bad(
        {text, value.where()},
        fmt::format("expected %{{domain}}, %{{wanted}} or %{{seen}} at '{}'", text.substr(at)));
  }
}

using enum EmptyValue;
using V = const Value&;
using S = SectionDraft&;
using C = ConfigDraft&;

constexpr SectionRow kSections[] = {
    {"milter", kMilter},
    {"defaults", kDefaults},
    {"inbound", kInbound, true, true},
    {"certificate", kCertificate, true, true},
    {"postfix-evidence", kEvidence, false, false,
     [](C c, SourceLine where) { c.evidence.emplace().where = where; }},
    {"trust", kTrust, false, false, [](C c, SourceLine where) { c.trust.emplace().where = where; }},
    {"outbound", kOutbound, true, true},
    {"outbound-map", kOutboundMap, false, false,
     [](C c, SourceLine where) { c.outbound_map.emplace().where = where; }},
    {"control", kLater},
    {"metrics", kLater},
    {"audit", kLater},
};

static_assert(std::size(kSections) <= kMaxSections);

constexpr KeyRow kKeys[] = {
    // The keys of [inbound] first: a large file holds few others.
    {"match-sender", kInbound, IsError,
     [](V v, S s, C) { s.connector.scope.match_sender = v.patterns(PatternForms::OrAnyOrNull); }},
    {"match-client", kInbound, IsError,
     [](V v, S s, C) { s.connector.scope.match_client = v.networks(); }},
    {"match-client-name", kInbound, IsError,
     [](V v, S s, C) { s.connector.scope.match_client_name = v.patterns(PatternForms::OrAny); }},
    {"match-recipient", kInbound, IsError,
     [](V v, S s, C) { s.connector.scope.match_recipient = v.patterns(PatternForms::OrAny); }},
    {"match-sender-in", kInbound, IsError,
     [](V v, S s, C) {
       set(s.connector.scope.match_sender_in, v.choice<SenderPlace>(kSenderPlaces));
     }},
    {"description", kInbound | kOutbound, IsNoLine,
     [](V v, S s, C) { s.particulars.description = v.text(); }},
    {"enabled", kInbound | kOutbound, IsNoLine,
     [](V v, S s, C) { set(s.state.enabled, v.flag()); }},
    {"enforce-from", kInbound | kOutbound, IsNoLine,
     [](V v, S s, C) { s.particulars.enforce_from = v.time(DateMeans::ItsBeginning); }},
    {"suspend-until", kInbound | kOutbound, IsNoLine,
     [](V v, S s, C) { s.particulars.suspend_until = v.time(DateMeans::ItsEnd); }},
    {"reply", kInbound, IsNoLine, [](V v, S s, C) { read_reply(v, s.particulars); }},

    {"require-tls", kTerms, IsError,
     [](V v, S s, C) { s.terms.require_tls = v.choice<Terms::TlsDemand>(kTlsDemands); }},
    {"require-cipher-bits", kTerms, IsError,
     [](V v, S s, C) { s.terms.require_cipher_bits = v.number(1, kMaxCipherBits); }},
    {"require-forward-secrecy", kTerms, IsError,
     [](V v, S s, C) { s.terms.require_forward_secrecy = v.flag(); }},
    {"deny-ciphers", kTerms, IsNoLine,
     [](V v, S s, C) {
       auto& globs = s.terms.deny_ciphers.emplace();
       if (v.is_none()) return;
       for (const auto& glob : v.cipher_globs()) globs.emplace_back(glob.text);
     }},
    {"require-certificate", kTerms, IsError, read_certificate_sections},
    {"require-certificate-name", kTerms, IsError, [](V v, S s, C) { read_certificate_name(v, s); }},
    {"require-client", kTerms, IsError,
     [](V v, S s, C) {
       s.terms.require_client.emplace();
       if (!v.is_none()) s.terms.require_client = v.networks();
     }},
    {"on-violation", kTerms, IsNoLine,
     [](V v, S s, C) { s.terms.on_violation = v.choice<Action>(kOnViolations); }},
    {"on-missing-evidence", kTerms, IsNoLine,
     [](V v, S s, C) { s.terms.on_missing_evidence = v.choice<Action>(kOnMissing); }},
    {"mode", kTerms | kOutbound, IsNoLine,
     [](V v, S s, C) { s.terms.mode = v.choice<Mode>(kModes); }},

    {"match-recipient", kOutbound, IsError,
     [](V v, S s, C) { s.outbound.connector.match_recipient = v.patterns(PatternForms::OrAny); }},
    {"require-tls", kOutbound, IsError,
     [](V v, S s, C) {
       set(s.outbound.connector.terms.require_tls, v.choice<Terms::TlsDemand>(kOutboundTlsDemands));
     }},
    {"require-certificate", kOutbound, IsError, read_outbound_certificate},
    {"require-certificate-name", kOutbound, IsError,
     [](V v, S s, C) {
       s.outbound.names_at = v.where();
       if (!v.is_none()) s.outbound.connector.terms.names = v.patterns(PatternForms::Named);
     }},
    {"deny-ciphers", kOutbound, IsNoLine,
     [](V v, S s, C) {
       if (v.is_none()) return;
       for (const auto& glob : v.cipher_globs())
         s.outbound.denied_ciphers.push_back({std::string(glob.text), glob.where});
     }},
    {"smart-host", kOutbound, IsNoLine, [](V v, S s, C) { read_smart_host(v, s.outbound); }},
    {"server-name", kOutbound, IsNoLine,
     [](V v, S s, C) { read_server_name(v, s.outbound.connector.terms); }},

    {"name", kCertificate, IsNoLine,
     [](V v, S s, C) { s.certificate.names = v.patterns(PatternForms::Named); }},
    {"organization", kCertificate, IsNoLine,
     [](V v, S s, C) { s.certificate.organizations = v.texts(); }},
    {"organizational-unit", kCertificate, IsNoLine,
     [](V v, S s, C) { s.certificate.organizational_units = v.texts(); }},
    {"issuer", kCertificate, IsNoLine, [](V v, S s, C) { s.certificate.issuers = v.texts(); }},
    {"issuer-organization", kCertificate, IsNoLine,
     [](V v, S s, C) { s.certificate.issuer_organizations = v.texts(); }},
    {"min-key-bits", kCertificate, IsNoLine,
     [](V v, S s, C) { s.certificate.min_key_bits = v.number(kMinKeyBits, kMaxKeyBits); }},
    {"valid-from", kCertificate, IsNoLine,
     [](V v, S s, C) { s.certificate.valid_from = v.time(DateMeans::ItsBeginning); }},
    {"valid-until", kCertificate, IsNoLine,
     [](V v, S s, C) { s.certificate.valid_until = v.time(DateMeans::ItsEnd); }},
    {"root", kCertificate, IsNoLine, [](V v, S s, C) { s.certificate.roots = v.texts(); }},
    {"sha256", kCertificate, IsError, [](V v, S s, C) { s.certificate.sha256 = v.digests(); }},
    {"key-sha256", kCertificate, IsError,
     [](V v, S s, C) { s.certificate.key_sha256 = v.digests(); }},
    {"file", kCertificate, IsError,
     [](V v, S s, C) {
       for (const auto& line : v.text_lines())
         s.files.push_back({std::string(line.text), line.where});
     }},

    {"socket", kMilter, IsNoLine, [](V v, S, C c) { read_socket(v, c.milter.socket); }},
    {"socket-mode", kMilter, IsNoLine,
     [](V v, S, C c) { read_socket_mode(v, c.milter.socket_mode); }},
    {"socket-group", kMilter, IsNoLine,
     [](V v, S, C c) { c.milter.socket_group = v.plain_word(); }},
    {"user", kMilter, IsNoLine, [](V v, S, C c) { c.milter.user = v.plain_word(); }},
    {"include", kMilter, IsNoLine, [](V v, S, C c) { read_includes(v, c); }},
    {"mta", kMilter, IsNoLine,
     [](V v, S, C c) { set(c.milter.mta, v.choice<std::optional<Mta>>(kMtas)); }},
    {"exempt-clients", kMilter, IsNoLine,
     [](V v, S, C c) { c.policy.exempt_clients = v.networks(); }},
    {"exempt-authenticated", kMilter, IsNoLine,
     [](V v, S, C c) { set(c.policy.exempt_authenticated, v.flag()); }},
    {"null-sender", kMilter, IsNoLine,
     [](V v, S, C c) { set(c.policy.null_sender_by_helo, v.choice<bool>(kNullSenders)); }},
    {"on-error", kMilter, IsNoLine,
     [](V v, S, C c) { set(c.milter.on_error, v.choice<Action>(kOnErrors)); }},
    {"authserv-id", kMilter, IsNoLine, [](V v, S, C c) { c.milter.authserv_id = v.plain_word(); }},
    {"add-header", kMilter, IsNoLine,
     [](V v, S, C c) { set(c.milter.add_header, v.choice<AddHeader>(kAddHeaders)); }},
    {"contact", kMilter, IsNoLine,
     [](V v, S, C c) { c.policy.contact = v.reply_text(kMaxContact); }},
    {"reveal-connector", kMilter, IsNoLine,
     [](V v, S, C c) { set(c.policy.reveal_connector, v.flag()); }},
    {"state-directory", kMilter, IsNoLine,
     [](V v, S, C c) { c.milter.state_directory = v.absolute_path(); }},
    {"log-level", kMilter, IsNoLine,
     [](V v, S, C c) { set(c.milter.log_level, v.choice<LogLevel>(kLogLevels)); }},
    {"syslog-facility", kMilter, IsNoLine,
     [](V v, S, C c) { set(c.milter.syslog_facility, v.choice<std::string_view>(kFacilities)); }},

    {"socket", kEvidence, IsNoLine,
     [](V v, S, C c) { read_socket(v, c.evidence->settings.socket); }},
    {"socket-mode", kEvidence, IsNoLine,
     [](V v, S, C c) { read_socket_mode(v, c.evidence->settings.socket_mode); }},
    {"socket-group", kEvidence, IsNoLine,
     [](V v, S, C c) { c.evidence->settings.socket_group = v.plain_word(); }},

    {"socket", kOutboundMap, IsNoLine,
     [](V v, S, C c) { read_socket(v, c.outbound_map->settings.socket); }},
    {"socket-mode", kOutboundMap, IsNoLine,
     [](V v, S, C c) { read_socket_mode(v, c.outbound_map->settings.socket_mode); }},
    {"socket-group", kOutboundMap, IsNoLine,
     [](V v, S, C c) { c.outbound_map->settings.socket_group = v.plain_word(); }},
    {"postfix-version", kOutboundMap, IsNoLine,
     [](V v, S, C c) { read_postfix_version(v, c.outbound_map->settings.postfix_version); }},
    {"anchor-directory", kOutboundMap, IsNoLine,
     [](V v, S, C c) { c.outbound_map->settings.anchor_directory = v.absolute_path(); }},

    {"ca-file", kTrust, IsNoLine, [](V v, S, C c) { read_file_name(v, c.trust->ca_file); }},
    {"known-certificates", kTrust, IsNoLine,
     [](V v, S, C c) { read_file_name(v, c.trust->known_certificates); }},
    {"revocation", kTrust, IsNoLine,
     [](V v, S, C c) { set(c.trust->revocation, v.choice<Revocation>(kRevocations)); }},
};

static_assert(std::size(kKeys) <= kMaxKeys);

}  // namespace

std::span<const SectionRow> section_rows() { return kSections; }

const SectionRow* find_section(std::string_view word) {
  const auto* row =
      std::find_if(std::begin(kSections), std::end(kSections),
                   [&](const SectionRow& candidate) { return candidate.word == word; });
  return row == std::end(kSections) ? nullptr : row;
}

std::span<const KeyRow> key_rows() { return kKeys; }

const KeyRow* find_key(SectionKind section, std::string_view name) {
  const auto* row = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const KeyRow& candidate) {
    return (candidate.sections & section) != 0 && candidate.name == name;
  });
  return row == std::end(kKeys) ? nullptr : row;
}

std::vector<std::string_view> key_names(SectionKind section) {
  std::vector<std::string_view> names;
  for (const auto& row : kKeys)
    if (row.sections & section) names.push_back(row.name);
  return names;
}

}  // namespace forcetls
