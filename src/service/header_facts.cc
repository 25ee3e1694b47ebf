// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/header_facts.h"

#include <algorithm>
#include <utility>

#include "core/ascii.h"
#include "wire/authentication_results.h"
#include "wire/from_header.h"

namespace forcetls {
namespace {

// MTAs differ in whether `From :` and ` From:` are fields; a reader may show them as such.
std::string_view trim(std::string_view name) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = name.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return name.substr(first, name.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

void HeaderFacts::add(std::string_view name, std::string_view value) {
  if (wants_authors_ && equal_without_case(trim(name), "from")) add_from(value);
  // The MTA counts fields by their exact name when it is told to remove one.
  if (!authserv_id_.empty() && equal_without_case(name, "authentication-results")) {
    add_authentication_results(value);
  }
}

void HeaderFacts::add_from(std::string_view value) {
  if (++from_fields_ > kMaxFromFields) {
    overflowed_ = true;
    return;
  }
  auto domains = parse_from_domains(value);
  if (domains.empty()) domains.emplace_back();  // an author without a domain: `*` covers it
  for (std::string& domain : domains) {
    if (domains_.contains(domain)) continue;
    if (domains_.size() == kMaxAuthors) {
      overflowed_ = true;
      return;
    }
    domains_.insert(std::move(domain));
  }
}

void HeaderFacts::add_authentication_results(std::string_view value) {
  ++results_fields_;
  if (!is_own_tls_result(value, authserv_id_)) return;
  if (forged_.size() == kMaxForged) {
    overflowed_ = true;
    return;
  }
  forged_.push_back(results_fields_);
}

std::vector<SenderAddress> HeaderFacts::authors() const {
  std::vector<SenderAddress> authors;
  authors.reserve(domains_.size());
  for (const std::string& domain : domains_) authors.push_back({domain, false});
  return authors;
}

}  // namespace forcetls
