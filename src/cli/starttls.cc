// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/starttls.h"

#include <gnutls/gnutls.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

#include "cli/mail_exchangers.h"
#include "cli/smtp_dialogue.h"
#include "cli/timed_socket.h"
#include "wire/domain_name.h"
#include "wire/ip_text.h"
#include "wire/printable.h"
#include "x509/datum.h"

namespace forcetls {

namespace {

constexpr std::size_t kMostAddresses = 16;
constexpr std::chrono::seconds kForFarewell{1};

// What an old server has must be seen, not hidden behind a failed handshake; nothing secret is
// sent. Anonymous suites are left out: a server that has both may prefer them.
constexpr const char* kPriority =
    "NORMAL:+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+3DES-CBC:+CAMELLIA-256-CBC:"
    "+CAMELLIA-128-CBC:+ARCFOUR-128:+SHA256:+SHA384:+MD5:+SIGN-RSA-SHA1:+SIGN-ECDSA-SHA1:"
    "+SIGN-RSA-MD5:%VERIFY_ALLOW_BROKEN";
constexpr unsigned kLeastPrimeBits = 512;  // of a DHE group

struct Free {
  void operator()(gnutls_session_t session) const { gnutls_deinit(session); }
  void operator()(gnutls_certificate_credentials_t credentials) const {
    gnutls_certificate_free_credentials(credentials);
  }
};

using Credentials =
    std::unique_ptr<std::remove_pointer_t<gnutls_certificate_credentials_t>, Free>;
using TlsSession = std::unique_ptr<std::remove_pointer_t<gnutls_session_t>, Free>;

/// Bugs and want of memory, nothing that a server can do.
void must(int code) {
  if (code < 0) throw std::runtime_error(std::string("GnuTLS: ") + gnutls_strerror(code));
}

Credentials make_credentials() {
  gnutls_certificate_credentials_t credentials = nullptr;
  must(gnutls_certificate_allocate_credentials(&credentials));
  return Credentials(credentials);
}

TlsSession make_session(const TimedSocket& socket, gnutls_certificate_credentials_t credentials,
                        const std::string& server_name) {
  gnutls_session_t raw = nullptr;
  must(gnutls_init(&raw, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL));
  TlsSession session(raw);
  // A GnuTLS built without one of the old names knows none of the string.
  if (gnutls_priority_set_direct(raw, kPriority, nullptr) < 0)
    must(gnutls_set_default_priority(raw));
  must(gnutls_credentials_set(raw, GNUTLS_CRD_CERTIFICATE, credentials));
  if (!server_name.empty())
    must(gnutls_server_name_set(raw, GNUTLS_NAME_DNS, server_name.data(), server_name.size()));
  gnutls_dh_set_prime_bits(raw, kLeastPrimeBits);
  gnutls_handshake_set_timeout(raw, 0);  // the socket's deadline holds
  gnutls_transport_set_int(raw, socket.descriptor());
  return session;
}

short awaited_event(gnutls_session_t session) {
  return gnutls_record_get_direction(session) == 0 ? POLLIN : POLLOUT;
}

std::string handshake_problem(gnutls_session_t session, int code) {
  switch (code) {
    case GNUTLS_E_PREMATURE_TERMINATION:
    case GNUTLS_E_PULL_ERROR:
    case GNUTLS_E_PUSH_ERROR: return "closed the connection during the TLS handshake";
    case GNUTLS_E_NO_CERTIFICATE_FOUND: return "sent no certificate";
    case GNUTLS_E_FATAL_ALERT_RECEIVED: {
      const char* name = gnutls_alert_get_name(gnutls_alert_get(session));
      return std::string("TLS handshake failed: the server's alert is '") +
             (name ? name : "unknown") + "'";
    }
    default: return std::string("TLS handshake failed: ") + gnutls_strerror(code);
  }
}

/// Empty if it went well.
std::string shake_hands(gnutls_session_t session, const TimedSocket& socket) {
  for (;;) {
    const int code = gnutls_handshake(session);
    if (code == GNUTLS_E_SUCCESS) return {};
    if (gnutls_error_is_fatal(code)) return handshake_problem(session, code);
    if (!socket.wait(awaited_event(session))) return "timed out during the TLS handshake";
  }
}

/// So that the server's log does not say that we vanished: QUIT, and a moment for the answer.
void say_farewell(gnutls_session_t session, TimedSocket& socket) {
  constexpr std::string_view kQuit = "QUIT\r\n";
  socket.hurry(std::chrono::steady_clock::now() + kForFarewell);
  if (gnutls_record_send(session, kQuit.data(), kQuit.size()) < 0) return;
  char answer[512];
  ssize_t got = 0;
  do {
    got = gnutls_record_recv(session, answer, sizeof answer);
  } while (got < 0 && !gnutls_error_is_fatal(static_cast<int>(got)) && socket.wait(POLLIN));
  gnutls_bye(session, GNUTLS_SHUT_WR);
}

/// As MTAs write it.
std::string version_text(gnutls_session_t session) {
  switch (const auto version = gnutls_protocol_get_version(session)) {
    case GNUTLS_TLS1_0: return "TLSv1";
    case GNUTLS_TLS1_1: return "TLSv1.1";
    case GNUTLS_TLS1_2: return "TLSv1.2";
    case GNUTLS_TLS1_3: return "TLSv1.3";
    default: return gnutls_protocol_get_name(version);
  }
}

std::variant<CertificateChain, std::string> chain_of(gnutls_session_t session) {
  unsigned count = 0;
  const gnutls_datum_t* peers = gnutls_certificate_get_peers(session, &count);
  if (!peers || count == 0) return "sent no certificate";
  CertificateChain chain;
  for (unsigned i = 0; i < count; ++i) {
    auto parsed = parse_certificate(view_of(peers[i]));
    if (auto* certificate = std::get_if<X509Certificate>(&parsed))
      chain.push_back(std::make_shared<const X509Certificate>(std::move(*certificate)));
    else if (i == 0)
      return "sent a certificate that cannot be read: " +
             clean_text(std::get<std::string>(parsed), 200);
  }
  return chain;
}

std::variant<TlsServer, std::string> describe(gnutls_session_t session) {
  auto chain = chain_of(session);
  if (auto* problem = std::get_if<std::string>(&chain)) return std::move(*problem);
  TlsServer server;
  server.version = version_text(session);
  const char* cipher = gnutls_ciphersuite_get(session);
  server.cipher = cipher ? cipher : "unknown";
  server.bits = static_cast<unsigned>(gnutls_cipher_get_key_size(gnutls_cipher_get(session)) * 8);
  server.chain = std::get<CertificateChain>(std::move(chain));
  return server;
}

/// One conversation with one address. `server_name` is for SNI: empty for an address.
std::variant<TlsServer, std::string> converse(TimedSocket& socket, const std::string& server_name,
                                              const std::string& helo) {
  if (auto problem = SmtpDialogue(socket).start_tls(helo); !problem.empty()) return problem;
  const Credentials credentials = make_credentials();
  const TlsSession session = make_session(socket, credentials.get(), server_name);
  if (auto problem = shake_hands(session.get(), socket); !problem.empty()) return problem;
  auto outcome = describe(session.get());
  say_farewell(session.get(), socket);
  return outcome;
}

std::string helo_name(const StarttlsOptions& options) {
  if (!options.helo.empty()) return options.helo;
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) < 0) name[0] = '\0';
  return parse_domain(name).value_or("localhost");
}

}  // namespace

std::vector<StarttlsResult> ask_starttls(const std::string& host, const StarttlsOptions& options) {
  const auto literal = parse_ip_address(host);
  auto found = literal ? std::vector{*literal} : find_addresses(host, options.resolver);
  if (auto* problem = std::get_if<std::string>(&found)) return {{host, {}, std::move(*problem)}};

  auto& addresses = std::get<std::vector<IpAddress>>(found);
  addresses.resize(std::min(addresses.size(), kMostAddresses));
  std::vector<StarttlsResult> results;
  for (const auto& address : addresses) {
    TimedSocket socket(std::chrono::steady_clock::now() + options.timeout);
    StarttlsResult result{host, format_ip_address(address), {}};
    if (auto problem = socket.connect(address, options.port); !problem.empty())
      result.outcome = std::move(problem);
    else
      result.outcome = converse(socket, literal ? std::string() : host, helo_name(options));
    result.lacks_route = socket.lacks_route() && !address.is_v4;
    if (auto* server = std::get_if<TlsServer>(&result.outcome)) {
      server->host = host;
      server->address = result.address;
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace forcetls
