// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/mail_exchangers.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "wire/domain_name.h"
#include "wire/socket_name.h"

namespace forcetls {

namespace {

template <typename T>
void add_once(std::vector<T>& values, const T& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

IpAddress address_from(const void* bytes, bool is_v4) {
  IpAddress address{.is_v4 = is_v4};
  std::memcpy(address.bytes.data(), bytes, address.bits() / 8);
  return address;
}

using Addresses = std::variant<std::vector<IpAddress>, std::string>;

constexpr const char* kNoAddress = "has no address";
constexpr const char* kNotFound = "its address cannot be found: ";

Addresses find_by_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &first);
  if (code == EAI_NONAME || code == EAI_NODATA) return kNoAddress;
  if (code != 0) return std::string(kNotFound) + ::gai_strerror(code);

  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(first, &::freeaddrinfo);
  std::vector<IpAddress> addresses;
  for (; first; first = first->ai_next)
    if (const auto address = read_address(*first->ai_addr)) add_once(addresses, *address);
  if (addresses.empty()) return kNoAddress;
  return addresses;
}

Addresses find_by_server(const std::string& host, const ResolverOptions& options) {
  std::vector<IpAddress> addresses;
  std::string problem;
  for (const ns_type type : {ns_t_aaaa, ns_t_a}) {
    const DnsAnswer answer = ask_dns(host, type, options);
    if (!answer.no_such_name && !answer.problem.empty()) problem = kNotFound + answer.problem;
    const std::size_t size = type == ns_t_a ? 4 : 16;
    for (const auto& record : answer.records)
      if (record.size() == size) add_once(addresses, address_from(record.data(), size == 4));
  }
  if (!addresses.empty()) return addresses;
  return problem.empty() ? kNoAddress : problem;
}

unsigned preference_of(std::string_view record) {
  return static_cast<unsigned char>(record[0]) * 256U + static_cast<unsigned char>(record[1]);
}

}  // namespace

std::variant<std::vector<std::string>, std::string> find_mail_exchangers(
    const std::string& domain, const ResolverOptions& options) {
  const DnsAnswer answer = ask_dns(domain, ns_t_mx, options);
  if (!answer.problem.empty()) return answer.problem;
  if (answer.records.empty()) return std::vector{domain};

  std::vector<std::pair<unsigned, std::string>> exchangers;
  bool null_mx = false;
  for (std::size_t i = 0; i < answer.records.size(); ++i) {
    const std::string& name = answer.domain_names[i];
    if (name == ".")
      null_mx = true;
    else if (auto host = parse_domain(name))
      exchangers.emplace_back(preference_of(answer.records[i]), std::move(*host));
  }
  if (exchangers.empty())
    return null_mx ? "takes no mail (null MX)" : "its MX records name no host";
  std::stable_sort(exchangers.begin(), exchangers.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> hosts;
  for (const auto& exchanger : exchangers) add_once(hosts, exchanger.second);
  return hosts;
}

std::variant<std::vector<IpAddress>, std::string> find_addresses(const std::string& host,
                                                                 const ResolverOptions& options) {
  return options.server ? find_by_server(host, options) : find_by_system(host);
}

}  // namespace forcetls
