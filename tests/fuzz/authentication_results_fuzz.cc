// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Fuzz target for wire/authentication_results.h: no text before, within or behind hides a forged
/// result of ours, and no other id's results are taken for it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "wire/authentication_results.h"

namespace {

constexpr const char* kId = "mx.example.org";

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_own(const std::string& value) { return forcetls::is_own_tls_result(value, kId); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const bool own = is_own(text);
  require(!own || text.find('-') != std::string::npos);

  require(is_own("mx.example.org; x-tls=pass;" + text));
  require(is_own("mx.example.org; x-tls=pass (" + text));
  require(is_own("mx.example.org; x-tls=pass reason=\"" + text));
  require(!is_own("other.example;" + text));
  require(!is_own("other.example (" + text));
  if (text.find_first_of("()\\\"") == std::string::npos) {
    require(is_own("(" + text + ") mx.example.org; x-tls=pass"));
    require(is_own("mx.example.org (" + text + "); x-tls=pass"));
    require(is_own("mx.example.org;" + text + "; x-tls=pass"));
    require(!is_own("mx.example.org; dkim=pass (" + text + ")"));
    require(!is_own("mx.example.org; dkim=pass reason=\"" + text + "\""));
  }
  if (forcetls::is_valid_authserv_id(text)) {
    require(forcetls::is_own_tls_result(
        forcetls::format_authentication_results(text, "fail (monitor)"), text));
  }
  return 0;
}
