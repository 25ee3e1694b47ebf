// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/session_evidence.h"

#include "wire/ip_text.h"

namespace forcetls {

void SessionEvidence::connect(const MacroLookup& macro) {
  close();
  key_ = read_evidence_key(macro);
  if (store_ != nullptr && key_) number_ = store_->open(*key_);
}

void SessionEvidence::close() const {
  if (store_ != nullptr && key_) store_->close(*key_, number_);
}

const Evidence* SessionEvidence::keep_for(const Session& session) {
  disagreed_ = false;
  if (kept_ && !agrees_with(*kept_, session)) kept_.reset();
  return kept();
}

bool SessionEvidence::may_come(const Session& session) const {
  return store_ != nullptr && key_ && session.mta == Mta::Postfix && session.tls.is_present();
}

SessionEvidence::Take SessionEvidence::take(const Session& session) {
  if (!may_come(session)) return Take::Nothing;
  auto evidence = store_->take(*key_, EvidenceStore::Clock::now());
  // Of a recipient in the clear, before STARTTLS, it says nothing of this TLS session.
  if (!evidence || evidence->tls_version.empty()) return Take::Nothing;
  disagreed_ = !agrees_with(*evidence, session);
  if (disagreed_) return Take::Disagreeing;
  kept_ = std::move(evidence);
  return Take::Taken;
}

std::string SessionEvidence::server() const {
  if (!key_) return "an unknown address";
  const std::string address = format_ip_address(key_->server);
  return (key_->server.is_v4 ? address : "[" + address + "]") + ":" +
         std::to_string(key_->server_port);
}

std::string SessionEvidence::explain_lack(const Config& config) const {
  const std::string what =
      "Postfix has told too little of a certificate that a connector looks at: ";
  if (!config.evidence) return what + "configure [postfix-evidence]";
  if (store_ == nullptr) return what + "[postfix-evidence] needs a restart of forcetlsd";
  if (!key_) return what + "it does not know the client's or its own address and port";
  if (disagreed_) return what + "what came of evidence was of another TLS session";
  return what + "at " + server() +
         " nothing came to the service of [postfix-evidence]; the smtpd_recipient_restrictions of "
         "main.cf, or of that port in master.cf, must begin with check_policy_service, which must "
         "reach its socket; for a bare postmaster Postfix does not ask it";
}

}  // namespace forcetls
