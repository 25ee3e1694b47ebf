// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The client's address as libmilter hands it over at CONNECT. Pure.
#pragma once

#include <sys/socket.h>

#include <optional>

#include "core/ip_address.h"

namespace forcetls {

/// nullopt for other families than IPv4 and IPv6. The storage is as large as the family demands.
std::optional<IpAddress> read_address(const sockaddr& address);
std::optional<unsigned> read_port(const sockaddr& address);

}  // namespace forcetls
