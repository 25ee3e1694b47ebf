// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/dns.h"

#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "cli/typed_host.h"
#include "wire/ip_text.h"
#include "wire/printable.h"
#include "wire/socket_name.h"

namespace forcetls {

namespace {

constexpr int kQueries = 2;
constexpr const char* kMalformed = "the name server's answer is malformed";

/// libresolv's state, with one server of our choice or as the system is set up.
class Resolver {
 public:
  explicit Resolver(const ResolverOptions& options) {
    usable_ = res_ninit(&state_) == 0;
    state_.retrans = static_cast<int>(options.timeout.count());
    state_.retry = kQueries;
    if (usable_ && options.server) use(*options.server);
  }
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver() {
    if (usable_) res_nclose(&state_);
  }

  /// What came, whatever it says; empty if nothing did. libresolv compares id and question.
  std::vector<unsigned char> ask(const std::string& name, ns_type type) {
    std::vector<unsigned char> answer(NS_MAXMSG);
    int size = -1;
    if (usable_)
      size = res_nquery(&state_, name.c_str(), ns_c_in, type, answer.data(), NS_MAXMSG);
    // An answer without records counts as failure there, but its header has been left here.
    if (size < 0) size = reinterpret_cast<const HEADER*>(answer.data())->qr ? NS_HFIXEDSZ : 0;
    answer.resize(static_cast<std::size_t>(size));
    return answer;
  }

 private:
  // An IPv6 server stands in the state's extension, whose memory glibc frees.
  void use(const NameServer& server) {
    const SocketName name = make_socket_name(server.address, server.port);
    state_.nscount = 1;
    state_.nsaddr_list[0] = {};
    if (server.address.is_v4) {
      std::memcpy(&state_.nsaddr_list[0], &name.storage, name.size);
      return;
    }
    auto& extension = state_._u._ext;
    if (!extension.nsaddrs[0])
      extension.nsaddrs[0] = static_cast<sockaddr_in6*>(std::calloc(1, sizeof(sockaddr_in6)));
    if (!extension.nsaddrs[0]) throw std::bad_alloc();
    std::memcpy(extension.nsaddrs[0], &name.storage, name.size);
    extension.nssocks[0] = -1;
    extension.nscount = 1;
  }

  struct __res_state state_ {};
  bool usable_ = false;
};

std::string rcode_text(unsigned rcode) {
  switch (rcode) {
    case ns_r_nxdomain: return "no such domain in the DNS";
    case ns_r_servfail: return "the name server failed (SERVFAIL)";
    case ns_r_refused: return "the name server refused to answer (REFUSED)";
    default: return "the name server answered with error code " + std::to_string(rcode);
  }
}

/// Empty: the data makes no sense.
std::string exchanger_name(const ns_msg& message, const ns_rr& record) {
  char name[NS_MAXDNAME];
  if (ns_rr_rdlen(record) < 3 ||
      dn_expand(ns_msg_base(message), ns_msg_end(message), ns_rr_rdata(record) + 2, name,
                sizeof name) < 0)
    return {};
  return *name ? name : ".";
}

/// Adds the records; false: malformed.
bool read_records(const std::vector<unsigned char>& bytes, ns_type type, DnsAnswer& answer) {
  ns_msg message;
  if (ns_initparse(bytes.data(), static_cast<int>(bytes.size()), &message) < 0) return false;
  for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    ns_rr record;
    if (ns_parserr(&message, ns_s_an, i, &record) < 0) return false;
    if (ns_rr_type(record) != type || ns_rr_class(record) != ns_c_in) continue;
    const auto* data = reinterpret_cast<const char*>(ns_rr_rdata(record));
    answer.records.emplace_back(data, ns_rr_rdlen(record));
    if (type == ns_t_mx) answer.domain_names.push_back(exchanger_name(message, record));
  }
  return true;
}

}  // namespace

std::optional<NameServer> parse_name_server(std::string_view text) {
  if (const auto address = parse_ip_address(text)) return NameServer{*address};
  const auto split = split_port(text);
  if (!split) return std::nullopt;
  const auto address = parse_ip_address(split->host);
  if (!address) return std::nullopt;
  return NameServer{*address, split->port.value_or(53)};
}

std::string read_resolver_options(const std::string& server, unsigned seconds,
                                  unsigned most_seconds, ResolverOptions& options) {
  if (seconds == 0 || seconds > most_seconds)
    return "bad --timeout; expected 1 to " + std::to_string(most_seconds) + " seconds";
  options.timeout = std::min(options.timeout, std::chrono::seconds(seconds));
  if (server.empty()) return {};
  options.server = parse_name_server(server);
  if (options.server) return {};
  return "bad --resolver '" + clean_text(server, 200) +
         "'; expected an IP address, perhaps with a port";
}

DnsAnswer ask_dns(const std::string& name, ns_type type, const ResolverOptions& options) {
  DnsAnswer answer;
  const auto bytes = Resolver(options).ask(name, type);
  if (bytes.empty()) {
    answer.problem = "no answer from the name server";
    return answer;
  }
  const auto* header = reinterpret_cast<const HEADER*>(bytes.data());
  answer.no_such_name = header->rcode == ns_r_nxdomain;
  if (header->rcode != ns_r_noerror)
    answer.problem = rcode_text(header->rcode);
  else if (header->ancount != 0 && !read_records(bytes, type, answer))
    answer.problem = kMalformed;
  return answer;
}

}  // namespace forcetls
