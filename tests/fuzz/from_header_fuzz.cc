// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Fuzz target for wire/from_header.h: results are canonical, and no text before an address hides
/// it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "wire/domain_name.h"
#include "wire/from_header.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto domains = forcetls::parse_from_domains(text);
  for (const auto& domain : domains) require(forcetls::parse_domain(domain) == domain);
  require(std::is_sorted(domains.begin(), domains.end()));

  // Without an open quote, comment or escape before it, an address of its own counts.
  if (text.find_first_of("\"\\(") == std::string::npos) {
    const auto more = forcetls::parse_from_domains(text + ", a@contoso.com");
    require(std::binary_search(more.begin(), more.end(), "contoso.com"));
  }
  return 0;
}
