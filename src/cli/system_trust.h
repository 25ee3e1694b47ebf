// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The system's trust anchors, for commands that can go on without them.
#pragma once

#include <iosfwd>
#include <memory>
#include <string_view>

#include "x509/trust_store.h"

namespace forcetls {

/// Where they cannot be read, `err` is told in the name of `command`, and nobody is trusted.
std::shared_ptr<const TrustStore> load_system_trust(std::string_view command, std::ostream& err);

}  // namespace forcetls
