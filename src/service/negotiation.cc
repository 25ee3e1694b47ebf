// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/negotiation.h"

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include "wire/macros.h"

namespace forcetls {
namespace {

unsigned long actions_for(const Needs& needs) {
  unsigned long actions = 0;
  if (needs.marks) actions |= SMFIF_ADDHDRS | SMFIF_CHGHDRS;
  if (needs.quarantine) actions |= SMFIF_QUARANTINE;
  return actions;
}

// The flags are orders not to send (SMFIP_NO…) or not to await an answer (SMFIP_NR_…).
unsigned long steps_for(const Needs& needs, bool macros_at_mail, bool tcp) {
  unsigned long steps = SMFIP_NOBODY | SMFIP_NOUNKNOWN;
  steps |= SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_HDR;
  if (macros_at_mail && !needs.evidence) steps |= SMFIP_NOCONNECT;
  if (macros_at_mail && !needs.helo) steps |= SMFIP_NOHELO;
  if (!needs.recipients && !needs.evidence) steps |= SMFIP_NORCPT;
  if (!needs.headers && !needs.marks) steps |= SMFIP_NOHDRS;
  if (!needs.headers) steps |= SMFIP_NOEOH;
  if (!tcp || !needs.beyond_mail()) steps |= SMFIP_NODATA;
  return steps;
}

std::string name_lacking(unsigned long lacking) {
  std::string names;
  const auto name = [&](unsigned long flag, const char* text) {
    if ((lacking & flag) == 0) return;
    if (!names.empty()) names += ", ";
    names += text;
  };
  name(SMFIF_ADDHDRS, "adding headers");
  name(SMFIF_CHGHDRS, "changing headers");
  name(SMFIF_QUARANTINE, "quarantine");
  return names;
}

std::array<const char*, 7> macros_for(const Needs& needs) {
  // The queue id is for the log: at MAIL Postfix has none yet.
  const char* late = needs.beyond_mail() ? "i" : kNoMacros;
  std::array<const char*, 7> macros;
  macros.fill(kNoMacros);
  macros[SMFIM_ENVFROM] = kMailMacros;
  if (needs.evidence) macros[SMFIM_CONNECT] = kConnectMacros;
  if (needs.recipients || needs.evidence) macros[SMFIM_ENVRCPT] = kRcptMacros;
  macros[SMFIM_DATA] = late;
  macros[SMFIM_EOM] = late;
  return macros;
}

}  // namespace

Needs needs_of(const Config& config) {
  const Policy& policy = config.policy;
  Needs needs;
  needs.helo = policy.looks_at_helo();
  needs.recipients = policy.looks_at_recipients();
  needs.headers = policy.looks_at_headers();
  needs.marks = policy.may_take(Action::Tag) || config.milter.add_header != AddHeader::No;
  needs.quarantine = policy.may_take(Action::Quarantine);
  needs.evidence = config.evidence && policy.looks_at_certificates();
  return needs;
}

bool covers(const Needs& had, const Needs& wanted) {
  const auto implies = [](bool wants, bool has) { return has || !wants; };
  return implies(wanted.helo, had.helo) && implies(wanted.recipients, had.recipients) &&
         implies(wanted.headers, had.headers) && implies(wanted.marks, had.marks) &&
         implies(wanted.quarantine, had.quarantine) && implies(wanted.evidence, had.evidence);
}

Agreement negotiate(const Needs& needs, const Offer& offer, bool tcp) {
  const bool macros_at_mail = (offer.actions & SMFIF_SETSYMLIST) != 0;
  const unsigned long actions = actions_for(needs);

  Agreement agreement;
  agreement.actions = actions & offer.actions;
  agreement.lacking = name_lacking(actions & ~offer.actions);
  agreement.steps = steps_for(needs, macros_at_mail, tcp) & offer.steps;
  if (macros_at_mail) {
    agreement.actions |= SMFIF_SETSYMLIST;
    agreement.macros = macros_for(needs);
  }
  return agreement;
}

}  // namespace forcetls
