// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/system_trust.h"

#include <ostream>
#include <string>
#include <variant>

namespace forcetls {

std::shared_ptr<const TrustStore> load_system_trust(std::string_view command, std::ostream& err) {
  const auto loaded = TrustStore::load({});
  if (const auto* trust = std::get_if<0>(&loaded)) return *trust;
  err << "forcetls " << command << ": the system's trust anchors cannot be read: "
      << std::get<std::string>(loaded) << '\n';
  return std::make_shared<const TrustStore>();
}

}  // namespace forcetls
