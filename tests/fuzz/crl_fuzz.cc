// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Fuzz target for x509/crl.h and the DER reader below it: what is taken out of a CRL lies inside
/// it, in order, and is found again.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "x509/crl.h"
#include "x509/der.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void require_inside(std::string_view part, std::string_view whole) {
  const std::less_equal<const char*> is_not_after;
  require(is_not_after(whole.data(), part.data()) &&
          is_not_after(part.data() + part.size(), whole.data() + whole.size()));
}

void check_elements(std::string_view bytes, int depth) {
  forcetls::DerReader reader(bytes);
  std::size_t taken = 0;
  while (const auto element = reader.take()) {
    require_inside(element->content, element->whole);
    require(element->whole == bytes.substr(taken, element->whole.size()));
    taken += element->whole.size();
    forcetls::format_oid(element->content);
    forcetls::parse_der_time(*element);
    if (depth > 0) check_elements(element->content, depth - 1);
  }
  require(taken <= bytes.size() && reader.at_end() == (taken == bytes.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_elements(text, 8);

  forcetls::CrlParts parts;
  if (forcetls::parse_crl(text, parts).empty()) {
    for (const auto part : {parts.signed_part, parts.algorithm, parts.signature, parts.issuer})
      require_inside(part, text);
    for (const auto& list : {parts.serials, parts.urls})
      for (const auto part : list) require_inside(part, text);
    require(std::is_sorted(parts.serials.begin(), parts.serials.end()));
  }
  const auto parsed = forcetls::Crl::parse(text);
  if (const auto* problem = std::get_if<std::string>(&parsed)) {
    require(!problem->empty());
  } else {
    const auto& crl = *std::get<0>(parsed);
    crl.issuer();
    const auto again = forcetls::Crl::parse(crl.der());
    require(again.index() == 0 && std::get<0>(again)->next_update() == crl.next_update());
  }
  return 0;
}
