// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/resolve.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/suggestion.h"
#include "config/value.h"
#include "wire/ip_text.h"

namespace forcetls {

namespace {

struct Synonym {
  std::string_view word;
  std::string_view meant;
  bool of_postfix = false;  // a security level in its TLS policies
};

constexpr Synonym kSynonyms[] = {
    {"yes", "verified"},         {"true", "verified"},         {"on", "verified"},
    {"encrypt", "no", true},     {"secure", "verified", true}, {"verify", "verified", true},
    {"dane-only", "dane", true},
};

/// What the word of require-certificate, which names no section, was probably meant to be.
std::string hint(std::string_view word, bool outbound,
                 const std::vector<CertificateSection>& certificates) {
  for (const auto& synonym : kSynonyms)
    if (Value::same_word(word, synonym.word) && (outbound || !synonym.of_postfix))
      return fmt::format("; did you mean '{}'?", synonym.meant);
  std::vector<std::string_view> known{"verified"};
  for (const auto& certificate : certificates) known.push_back(certificate.rule.section);
  return did_you_mean(word, known);
}

std::string user_of(const Reference& reference, const ConfigDraft& config) {
  switch (reference.from) {
    case Reference::From::Defaults: return "[defaults]";
    case Reference::From::Inbound:
      return fmt::format("[inbound {}]", config.connectors[reference.connector].name);
    case Reference::From::Outbound: break;
  }
  return fmt::format("[outbound {}]", config.outbound[reference.connector].connector.name);
}

void report_missing(const Reference& reference, const ConfigDraft& config,
                    DiagnosticList& diagnostics) {
  const auto& name = config.names.text(reference.name);
  const bool outbound = reference.from == Reference::From::Outbound;
  diagnostics.error(
      reference.where,
      fmt::format("no section [certificate {}] for 'require-certificate' in {}{}", name,
                  user_of(reference, config), hint(name, outbound, config.certificates)));
}

void check_references(ConfigDraft& config, const SectionsByName& sections,
                      DiagnosticList& diagnostics) {
  for (const auto& reference : config.references) {
    if (const auto section = sections[reference.name]) {
      CertificateSection& certificate = config.certificates[*section];
      (reference.from == Reference::From::Outbound ? certificate.used_outbound
                                                   : certificate.used_inbound) = true;
    } else {
      report_missing(reference, config, diagnostics);
    }
  }
}

/// The section's own value, else that of [defaults], else what stands in `target`.
template <typename Target, typename Source>
void choose(Target& target, std::optional<Source>& own, const std::optional<Source>& inherited) {
  if (own)
    target = std::move(*own);
  else if (inherited)
    target = *inherited;
}

/// Which of the two certificate keys counts, own ones first. `require-certificate-name = none`
/// cancels a name only: an inherited require-certificate stays.
const CertificateDraft* chosen_certificate(const TermsDraft& own, const TermsDraft& inherited) {
  using Demand = Terms::CertificateDemand;
  if (own.certificate) return &*own.certificate;
  if (own.certificate_name && own.certificate_name->demand != Demand::No)
    return &*own.certificate_name;
  if (inherited.certificate) return &*inherited.certificate;
  if (inherited.certificate_name && !own.certificate_name) return &*inherited.certificate_name;
  return nullptr;
}

void resolve_certificate(Terms& terms, const CertificateDraft& draft, const ConfigDraft& config,
                         const SectionsByName& sections) {
  terms.require_certificate = draft.demand;
  if (draft.demand != Terms::CertificateDemand::Rules) return;
  for (const auto name : draft.sections)
    if (const auto section = sections[name])
      terms.certificate_rules.push_back(config.certificates[*section].rule);
  if (!draft.names.empty()) terms.certificate_rules.emplace_back().names = draft.names;
}

Terms resolve(TermsDraft own, const ConfigDraft& config, const SectionsByName& sections) {
  const TermsDraft& inherited = config.defaults;
  Terms terms;
  if (const auto* certificate = chosen_certificate(own, inherited))
    resolve_certificate(terms, *certificate, config, sections);
  choose(terms.require_tls, own.require_tls, inherited.require_tls);
  if (own.require_cipher_bits)
    terms.require_cipher_bits = own.require_cipher_bits;
  else
    terms.require_cipher_bits = inherited.require_cipher_bits;
  choose(terms.require_forward_secrecy, own.require_forward_secrecy,
         inherited.require_forward_secrecy);
  choose(terms.deny_ciphers, own.deny_ciphers, inherited.deny_ciphers);
  choose(terms.require_client, own.require_client, inherited.require_client);
  for (const auto& network : terms.require_client)
    terms.require_client_text +=
        (terms.require_client_text.empty() ? "" : ", ") + format_network(network);
  choose(terms.on_violation, own.on_violation, inherited.on_violation);
  choose(terms.on_missing_evidence, own.on_missing_evidence, inherited.on_missing_evidence);
  choose(terms.mode, own.mode, inherited.mode);
  if (config.trust) terms.revocation = config.trust->revocation;
  return terms;
}

}  // namespace

SectionsByName sections_by_name(const ConfigDraft& config) {
  SectionsByName sections(config.names.size());
  for (std::size_t i = config.certificates.size(); i-- > 0;)
    sections[config.certificates[i].name] = static_cast<std::uint32_t>(i);
  return sections;
}

std::vector<Terms> resolve_terms(ConfigDraft& config, DiagnosticList& diagnostics) {
  const auto sections = sections_by_name(config);
  check_references(config, sections, diagnostics);
  std::vector<Terms> terms;
  terms.reserve(config.terms.size());
  for (auto& draft : config.terms)
    terms.push_back(resolve(std::exchange(draft, {}), config, sections));
  config.terms = {};
  return terms;
}

void drop_disabled(ConfigDraft& config) {
  auto& connectors = config.connectors;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < connectors.size(); ++i) {
    if (!config.states[i].enabled) continue;
    if (kept != i) connectors[kept] = std::move(connectors[i]);
    config.states[kept++] = config.states[i];
  }
  connectors.resize(kept);
  config.states.resize(kept);
}

void check_actions(const ConfigDraft& config, const std::vector<Terms>& terms,
                   DiagnosticList& diagnostics) {
  for (std::size_t i = 0; i < config.connectors.size(); ++i) {
    const Connector& connector = config.connectors[i];
    const Scope& scope = connector.scope;
    if (!config.states[i].action_known || terms[connector.terms].on_violation != Action::Discard ||
        scope.match_recipient.empty() || scope.match_sender_in == SenderPlace::Envelope)
      continue;
    diagnostics.error(
        connector.where,
        fmt::format(
            "[inbound {}] cannot discard: a From: is known only when 'match-recipient' no longer "
            "tells recipients apart; choose another 'on-violation'",
            connector.name));
  }
}

}  // namespace forcetls
