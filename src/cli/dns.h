// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Asking a name server for records of one type, with libresolv. What they mean is
/// mail_exchangers.h's. Needs the network. An answer that makes no sense is a value.
#pragma once

#include <arpa/nameser.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ip_address.h"

namespace forcetls {

struct NameServer {
  IpAddress address;
  std::uint16_t port = 53;

  bool operator==(const NameServer&) const = default;
};

/// `127.0.0.1`, `127.0.0.1:5353`, `::1` or `[::1]:5353`; nullopt: anything else.
std::optional<NameServer> parse_name_server(std::string_view text);

struct ResolverOptions {
  std::optional<NameServer> server;  // nullopt: as the system is set up
  std::chrono::seconds timeout{5};   // for one query; two are made
};

/// Puts --resolver (empty: not given) and --timeout, 1 to `most_seconds`, into `options`. Gives what
/// is wrong, one clean line; empty: nothing.
std::string read_resolver_options(const std::string& server, unsigned seconds,
                                  unsigned most_seconds, ResolverOptions& options);

struct DnsAnswer {
  std::string problem;  // why there is no answer, one clean line; empty: there is one
  bool no_such_name = false;
  std::vector<std::string> records;       // the data of each record of the type asked for
  std::vector<std::string> domain_names;  // for MX: the name in each, as master files write it
};

/// The records of `name` (an A-label), absolute, of class IN and the type A, AAAA or MX; the server
/// follows aliases. No records and no problem: the name has none of this type.
DnsAnswer ask_dns(const std::string& name, ns_type type, const ResolverOptions& options);

}  // namespace forcetls
