// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Fuzz target for wire/mail_path.h: results are canonical, and no decoration hides a domain.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "wire/domain_name.h"
#include "wire/mail_path.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// A whole path whose last plain `@domain` is this means this domain, whatever is before it.
void require_domain(const forcetls::MailPath& path, std::string_view domain) {
  require(std::binary_search(path.domains.begin(), path.domains.end(), domain));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto path = forcetls::parse_mail_path(text);
  for (const auto& domain : path.domains) require(forcetls::parse_domain(domain) == domain);
  require(std::is_sorted(path.domains.begin(), path.domains.end()));
  require(!path.null_path || path.domains.empty() || path.damaged);
  require(forcetls::merge_mail_path(path, path).domains == path.domains);

  const bool hides = text.find_first_of("\"\\([<>") != std::string::npos;
  if (!hides)
    require_domain(forcetls::parse_mail_path("<" + text + "@contoso.com>"), "contoso.com");
  require_domain(forcetls::parse_mail_path("<\"" + text + "\"@contoso.com>"), "contoso.com");
  return 0;
}
