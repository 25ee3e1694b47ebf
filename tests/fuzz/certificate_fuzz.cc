// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Fuzz target for x509/certificate.h: the input is a file, and each certificate in it by itself. What
/// is read is canonical, can equal no rule by what is not text, and is the same when written and read
/// again.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

#include "wire/domain_name.h"
#include "x509/asn1_text.h"
#include "x509/certificate.h"

namespace {

using forcetls::X509Certificate;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_texts(const std::vector<std::string>& texts) {
  for (const auto& text : texts) {
    require(!forcetls::holds_control_character(text));
    require(forcetls::read_asn1_text(12, text) == text);  // UTF-8
  }
}

void check_urls(const std::vector<std::string>& urls) {
  require(urls.size() <= 8);
  for (const auto& url : urls)
    require(url.size() <= 1024 &&
            std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~'; }));
}

void check_facts(const X509Certificate& certificate) {
  const auto facts = forcetls::facts_of(certificate);
  require(facts.state == forcetls::Certificate::State::Unknown);
  require(*facts.sha256 == certificate.sha256 && *facts.key_sha256 == certificate.key_sha256);
  require(facts.subject_cn.is_present());
  require(facts.cn_dns_name.empty() ||
          forcetls::parse_certificate_name(*facts.subject_cn) == facts.cn_dns_name);
  require(facts.dns_names.is_present() == !certificate.dns_names.empty());
  require(facts.issuer_cn.is_present() == !certificate.issuer_cns.empty());
  require(facts.key_bits.is_present() == (certificate.key_bits > 0));
}

void check(const X509Certificate& certificate) {
  check_texts(certificate.subject_cns);
  check_texts(certificate.organizations);
  check_texts(certificate.organizational_units);
  check_texts(certificate.issuer_cns);
  check_texts(certificate.issuer_organizations);
  require(forcetls::read_asn1_text(12, certificate.subject) == certificate.subject);
  for (const auto& name : certificate.dns_names)
    require(!name.empty() && forcetls::parse_certificate_name(name) == name);
  check_urls(certificate.crl_urls);
  check_urls(certificate.ocsp_urls);
  check_facts(certificate);

  const auto again = forcetls::split_certificates(forcetls::format_pem(certificate));
  require(std::get<0>(again) == std::vector{certificate.der});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto whole = forcetls::parse_certificates(text);
  const auto* chain = std::get_if<forcetls::CertificateChain>(&whole);
  if (chain) require(!chain->empty());

  std::vector<std::string> parts = {text};
  if (const auto split = forcetls::split_certificates(text); split.index() == 0)
    parts = std::get<0>(split);
  std::size_t read = 0;
  for (const auto& der : parts) {
    const auto parsed = forcetls::parse_certificate(der);
    const auto* certificate = std::get_if<X509Certificate>(&parsed);
    if (!certificate) continue;
    ++read;
    require(certificate->der == der);
    check(*certificate);
  }
  require(chain == nullptr || chain->size() == read);
  return 0;
}
