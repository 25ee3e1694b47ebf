// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/name_constraints.h"

#include <algorithm>
#include <iterator>
#include <new>
#include <string_view>

#include "core/ascii.h"
#include "core/connector.h"
#include "wire/domain_name.h"
#include "x509/crt_handle.h"
#include "x509/datum.h"

namespace forcetls {

namespace {

/// One CA's constraints of the two kinds: domains (canonical, empty: all) and directory names.
struct Constraints {
  std::vector<std::string> permitted_domains, excluded_domains;
  std::vector<std::string> permitted_directories, excluded_directories;
};

struct NameConstraintsDeleter {
  void operator()(gnutls_x509_name_constraints_t constraints) const {
    gnutls_x509_name_constraints_deinit(constraints);
  }
};

/// One that is no domain stays as it is: no permitted name meets it, and GnuTLS has its own
/// opinion.
std::string canonical(std::string_view domain) {
  if (domain.starts_with('.')) domain.remove_prefix(1);
  return parse_domain(domain).value_or(std::string(domain));
}

template <typename Get>
void read(gnutls_x509_name_constraints_t all, Get get, std::vector<std::string>& domains,
          std::vector<std::string>& directories) {
  unsigned type = 0;
  gnutls_datum_t name{};
  for (unsigned i = 0; get(all, i, &type, &name) == 0; ++i) {
    const std::string_view text = view_of(name);
    if (type == GNUTLS_SAN_DNSNAME) domains.push_back(canonical(text));
    if (type == GNUTLS_SAN_DN) directories.emplace_back(text);
  }
}

Constraints constraints_of(const X509Certificate& ca) {
  gnutls_x509_name_constraints_t raw = nullptr;
  if (gnutls_x509_name_constraints_init(&raw) < 0) throw std::bad_alloc();
  const std::unique_ptr<gnutls_name_constraints_st, NameConstraintsDeleter> all(raw);
  Constraints constraints;
  // Where there are none, or GnuTLS cannot read them, it has judged so itself.
  if (gnutls_x509_crt_get_name_constraints(make_crt_handle(ca).get(), raw, 0, nullptr) == 0) {
    read(raw, gnutls_x509_name_constraints_get_permitted, constraints.permitted_domains,
         constraints.permitted_directories);
    read(raw, gnutls_x509_name_constraints_get_excluded, constraints.excluded_domains,
         constraints.excluded_directories);
  }
  return constraints;
}

bool is_within(std::string_view name, std::string_view domain) {
  return domain.empty() || is_in_domain(name, domain);
}

/// A wildcard reaches one label down, perhaps into an excluded domain.
bool reaches_into(std::string_view name, std::string_view domain) {
  if (!name.starts_with("*.")) return is_within(name, domain);
  name.remove_prefix(2);
  return is_within(name, domain) || domain.substr(domain.find('.') + 1) == name;
}

/// RFC 4514 puts the most general part last; a comma after a backslash belongs to a value.
bool is_directory_within(std::string_view name, std::string_view directory) {
  if (name.size() < directory.size()) return false;
  const std::size_t rest = name.size() - directory.size();
  if (!equal_without_case(name.substr(rest), directory)) return false;
  if (rest == 0 || directory.empty()) return true;
  name = name.substr(0, rest);
  if (!name.ends_with(',')) return false;
  name.remove_suffix(1);
  const auto other = std::find_if(name.rbegin(), name.rend(), [](char c) { return c != '\\'; });
  return (other - name.rbegin()) % 2 == 0;
}

template <typename Meets, typename Touches>
bool may_vouch(std::string_view name, const std::vector<std::string>& permitted, Meets meets,
               const std::vector<std::string>& excluded, Touches touches) {
  const auto is_met = [&](const std::string& by) { return meets(name, by); };
  const auto is_touched = [&](const std::string& by) { return touches(name, by); };
  return (permitted.empty() || std::any_of(permitted.begin(), permitted.end(), is_met)) &&
         std::none_of(excluded.begin(), excluded.end(), is_touched);
}

/// The names that a rule's `name` may be compared with.
std::vector<std::string> domains_of(const X509Certificate& leaf) {
  if (!leaf.dns_names.empty()) return leaf.dns_names;
  std::vector<std::string> domains;
  std::transform(leaf.subject_cns.begin(), leaf.subject_cns.end(), std::back_inserter(domains),
                 parse_certificate_name);
  std::erase(domains, "");
  return domains;
}

bool may_vouch_for_subject(const Constraints& ca, const X509Certificate& certificate) {
  return certificate.subject.empty() ||
         may_vouch(certificate.subject, ca.permitted_directories, is_directory_within,
                   ca.excluded_directories, is_directory_within);
}

bool may_vouch_for_domain(const Constraints& ca, const std::string& domain) {
  return may_vouch(domain, ca.permitted_domains, is_within, ca.excluded_domains, reaches_into);
}

}  // namespace

bool name_constraints_hold(const CertificateChain& path) {
  const std::vector<std::string> domains = domains_of(*path.front());
  for (std::size_t i = 1; i < path.size(); ++i) {
    const Constraints ca = constraints_of(*path[i]);
    for (const std::string& domain : domains)
      if (!may_vouch_for_domain(ca, domain)) return false;
    // A self-issued CA is its issuer under a new key.
    for (std::size_t below = 0; below < i; ++below)
      if ((below == 0 || !path[below]->is_self_issued()) &&
          !may_vouch_for_subject(ca, *path[below]))
        return false;
  }
  return true;
}

}  // namespace forcetls
