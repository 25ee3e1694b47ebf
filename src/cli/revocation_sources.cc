// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/revocation_sources.h"

#include <algorithm>
#include <utility>

#include "config/time_text.h"

namespace forcetls {

namespace {

/// Of clocks that differ.
constexpr std::chrono::minutes kSkew{5};

const RevocationAnswer* answer_in(const Answers::value_type& answer) {
  return std::get_if<RevocationAnswer>(&answer);
}

Worth refuse(std::string text) { return {false, false, std::move(text)}; }

/// What the fetched answer lacks of the one that is there. A stale one serves nobody any more, but
/// for the certificates that it revokes.
std::string loss(const Answers& fetched, const Answers& there, Time now) {
  for (std::size_t i = 0; i < fetched.size(); ++i) {
    const auto* old = answer_in(there[i]);
    if (!old) continue;
    const auto* fresh = answer_in(fetched[i]);
    if (fresh && fresh->this_update < old->this_update)
      return "older than the answer that is there";
    if (!fresh && (old->is_fresh(now) || old->revoked))
      return "the answer that is there serves more certificates; of one of them this says: " +
             std::get<std::string>(fetched[i]);
  }
  return {};
}

bool any_fresh(const Answers& answers, Time now) {
  return std::any_of(answers.begin(), answers.end(), [&](const auto& answer) {
    return answer_in(answer) && answer_in(answer)->is_fresh(now);
  });
}

}  // namespace

void RevocationSources::add(const JudgedChain& chain, Time now) {
  for (const TrustPath& path : chain.paths())
    for (std::size_t i = 0; i + 1 < path.certificates.size(); ++i)
      add(path.certificates[i], path.certificates[i + 1], now);
  if (!chain.paths().empty()) return;
  if (const CertificatePtr issuer = chain.issuer_beside())
    add(chain.chain().front(), issuer, now);
}

void RevocationSources::add(const CertificatePtr& certificate, const CertificatePtr& issuer,
                            Time now) {
  if (!seen_.insert({certificate->sha256, issuer->sha256}).second) return;
  for (const std::string& url : certificate->crl_urls) file_names.insert(crl_file_name(url));
  if (!certificate->ocsp_urls.empty()) file_names.insert(ocsp_file_name(*certificate));
  if (certificate->not_after < now) return;
  for (const std::string& url : certificate->crl_urls) crls[url].push_back({certificate, issuer});
  if (certificate->ocsp_urls.empty()) return;
  const auto [place, is_new] = ocsp_index_.try_emplace(certificate->sha256, ocsp.size());
  if (is_new) ocsp.push_back({certificate, {}});
  ocsp[place->second].issuers.push_back(issuer);
}

std::string label_of(const X509Certificate& certificate) {
  if (!certificate.subject_cns.empty()) return certificate.subject_cns.front();
  return certificate.dns_names.empty() ? certificate.subject : certificate.dns_names.front();
}

Worth weigh(const Answers& fetched, const Answers& there, Time now) {
  const RevocationAnswer* any = nullptr;
  const std::string* problem = nullptr;
  for (const auto& answer : fetched) {
    if (answer_in(answer)) any = answer_in(answer);
    else problem = &std::get<std::string>(answer);
  }
  if (!any) return refuse(*problem);
  if (std::string lost = loss(fetched, there, now); !lost.empty()) return refuse(std::move(lost));
  if (any->this_update > now + kSkew)
    return refuse("begins in the future, at " + format_time(any->this_update));
  if (any->next_update <= now)
    return {false, !any_fresh(there, now), "stale since " + format_time(any->next_update)};
  if (problem) return {false, true, "OK for some, but not for all: " + *problem};
  return {true, true, "OK, until " + format_time(any->next_update)};
}

}  // namespace forcetls
