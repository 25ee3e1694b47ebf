// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// A client that asks a mail server for its TLS certificate: connects, says EHLO and STARTTLS, and
/// hangs up after the handshake. Sends no mail. Bounded in time and in what it reads; what a server
/// does wrong is a value. Needs the network.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "cli/dns.h"
#include "x509/certificate.h"

namespace forcetls {

struct StarttlsOptions {
  std::uint16_t port = 25;
  std::chrono::seconds timeout{20};  // for one address, from connect to the end of the handshake
  std::string helo;                  // A-label; empty: this machine's name
  ResolverOptions resolver;
};

/// One address of a host that spoke TLS.
struct TlsServer {
  std::string host;        // as asked for, A-label
  std::string address;     // `192.0.2.1`, `2001:db8::1`
  std::string version;     // TLSv1.3, as the MTAs write it
  std::string cipher;      // IANA's name
  unsigned bits = 0;       // of the cipher's key
  CertificateChain chain;  // as sent, but for what is no certificate; not empty
};

/// What happened at one address.
struct StarttlsResult {
  std::string host;
  std::string address;                           // empty: the name has none
  std::variant<TlsServer, std::string> outcome;  // a string: what went wrong, one clean line
  bool lacks_route = false;  // this machine cannot reach such addresses, which are IPv6
};

/// Asks every address of `host` (a name as A-label, an IPv4 or IPv6 address), at most 16, one after
/// the other. Never empty. The chain is shown, not judged: any certificate will do.
std::vector<StarttlsResult> ask_starttls(const std::string& host, const StarttlsOptions& options);

}  // namespace forcetls
