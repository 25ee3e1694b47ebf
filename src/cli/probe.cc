// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/probe.h"

#include <fmt/format.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "service/atomic_file.h"
#include "cli/certificate_text.h"
#include "cli/mail_exchangers.h"
#include "cli/option_list.h"
#include "cli/probe_text.h"
#include "cli/program.h"
#include "cli/starttls.h"
#include "cli/system_trust.h"
#include "cli/typed_host.h"
#include "config/loader.h"
#include "wire/domain_name.h"
#include "wire/printable.h"

namespace forcetls {

namespace {

constexpr std::size_t kMostHosts = 10;
constexpr unsigned kMostSeconds = 300;
constexpr std::size_t kMostInFileName = 200;

/// As given on the command line.
struct Options {
  std::string config_file = FORCETLS_CONFIG_FILE;
  bool config_given = false;
  std::string target;
  std::string resolver;
  std::string helo;
  unsigned seconds = 20;
  bool no_mx = false;
  bool save = false;
};

class Probe {
 public:
  Probe(const Options& options, const Surroundings& surroundings)
      : options_(options), surroundings_(surroundings) {}

  int run() {
    if (const int code = read_options(); code != 0) return code;
    if (const int code = load(); code != 0) return code;
    if (const int code = find_hosts(); code != 0) return code;
    for (const auto& host : hosts_) {
      for (const auto& result : ask_starttls(host, starttls_)) show(result);
      surroundings_.out.flush();
    }
    if (cannot_save_) return EX_CANTCREAT;
    return failures_ > 0 || answers_ == 0 ? EX_UNAVAILABLE : 0;
  }

 private:
  int fail(int code, std::string_view text) const {
    surroundings_.err << "forcetls probe: " << text << '\n';
    return code;
  }

  int read_options();
  int load();
  int load_config_file();
  int check_folder() const;
  int find_hosts();
  void show(const StarttlsResult& result);
  void show_certificates(const TlsServer& server, const JudgedChain& chain);
  void show_demands(const TlsServer& server, const JudgedChain& chain);
  void save(const std::string& host, const CertificateChain& chain);

  const Options& options_;
  const Surroundings& surroundings_;
  TypedHost target_;
  StarttlsOptions starttls_;
  ProbeContext context_;
  std::vector<std::string> hosts_;
  std::vector<OutboundDemand> demands_;
  std::map<std::vector<Digest>, std::string> shown_;  // where each chain was shown
  std::set<Digest> saved_;
  unsigned answers_ = 0;
  unsigned failures_ = 0;
  bool cannot_save_ = false;
};

int Probe::read_options() {
  const auto wrong = [&](std::string_view what, std::string_view expected) {
    return fail(kExitUsage, fmt::format("bad {}; expected {}", clean_text(what, 200), expected));
  };
  const auto target = parse_typed_host(options_.target);
  if (!target)
    return wrong("argument '" + options_.target + "'",
                 "a domain, a host or an IP address ([2001:db8::1]:25 with a port)");
  target_ = *target;
  starttls_.port = target_.port;
  const std::string problem = read_resolver_options(options_.resolver, options_.seconds,
                                                    kMostSeconds, starttls_.resolver);
  if (!problem.empty()) return fail(kExitUsage, problem);
  starttls_.timeout = std::chrono::seconds(options_.seconds);
  if (!options_.helo.empty()) {
    const auto helo = parse_domain(options_.helo);
    if (!helo) return wrong("--helo '" + options_.helo + "'", "a host name");
    starttls_.helo = *helo;
  }
  return 0;
}

int Probe::load() {
  context_.now = surroundings_.now;
  if (::access(options_.config_file.c_str(), R_OK) == 0) {
    if (const int code = load_config_file(); code != 0) return code;
  } else {
    const std::string text = fmt::format("cannot read {}", options_.config_file);
    if (options_.config_given || options_.save) return fail(EX_NOINPUT, text);
    fail(0, text + ": judged by the system's trust anchors, and by no rules");
  }
  if (!context_.revocation) context_.revocation = std::make_shared<const RevocationStore>();
  // A configuration without [trust] trusts nobody itself: it leaves that to the MTA.
  if (!context_.trust || context_.trust->anchors().empty())
    context_.trust = load_system_trust("probe", surroundings_.err);
  return options_.save ? check_folder() : 0;
}

int Probe::load_config_file() {
  const LoadResult loaded = load_config(options_.config_file, surroundings_.now);
  if (!loaded.config) {
    for (const auto& diagnostic : loaded.diagnostics)
      surroundings_.err << format_diagnostic(diagnostic) << '\n';
    return EX_CONFIG;
  }
  context_.config = loaded.config;
  const auto& known = loaded.config->known;
  context_.trust = {known, &known->trust()};
  context_.revocation = {known, &known->revocation()};
  demands_ = find_demands(loaded.config->policy, target_, surroundings_.now);
  return 0;
}

int Probe::check_folder() const {
  const std::string& folder = context_.config->trust.known_certificates;
  if (folder.empty())
    return fail(EX_CONFIG, "--save: the configuration has no [trust] known-certificates");
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored))
    return fail(EX_CONFIG, "--save: there is no folder " + folder + "; make it first");
  return 0;
}

int Probe::find_hosts() {
  if (target_.is_host || options_.no_mx) {
    hosts_ = {target_.name};
    return 0;
  }
  auto found = find_mail_exchangers(target_.name, starttls_.resolver);
  if (const auto* problem = std::get_if<std::string>(&found))
    return fail(EX_UNAVAILABLE,
                fmt::format("{}: {} (--no-mx takes it as a host)", target_.name, *problem));
  hosts_ = std::get<std::vector<std::string>>(std::move(found));
  surroundings_.out << target_.name << ": mail goes to";
  for (const auto& host : hosts_) surroundings_.out << ' ' << host;
  surroundings_.out << '\n';
  if (hosts_.size() > kMostHosts) {
    hosts_.resize(kMostHosts);
    surroundings_.out << "only the first " << kMostHosts << " are asked\n";
  }
  surroundings_.out.flush();
  return 0;
}

void Probe::show(const StarttlsResult& result) {
  const std::string address = result.address.empty() ? "" : fmt::format(" [{}]", result.address);
  surroundings_.out << fmt::format("\n{}{}:{}\n", result.host, address, starttls_.port);
  const auto* server = std::get_if<TlsServer>(&result.outcome);
  if (!server) {
    surroundings_.out << "  " << std::get<std::string>(result.outcome)
                      << (result.lacks_route ? "; this machine has no route there\n" : "\n");
    if (!result.lacks_route) ++failures_;
    for (const auto& demand : demands_) surroundings_.out << format_demand_without_tls(demand);
    return;
  }
  ++answers_;
  const JudgedChain chain(server->chain, context_.trust, context_.revocation);
  surroundings_.out << format_line(
      "TLS", fmt::format("{}, {}, {} bits", server->version, server->cipher, server->bits));
  show_certificates(*server, chain);
  show_demands(*server, chain);
}

void Probe::show_demands(const TlsServer& server, const JudgedChain& chain) {
  const Time now = context_.now;
  for (const auto& demand : demands_)
    surroundings_.out << format_demand(demand,
                                       check_server(demand, server, chain.facts_at(now), now));
}

// Servers of one domain mostly share a certificate.
void Probe::show_certificates(const TlsServer& server, const JudgedChain& chain) {
  std::vector<Digest> digests;
  for (const auto& certificate : server.chain) digests.push_back(certificate->sha256);
  const auto [place, is_new] =
      shown_.emplace(std::move(digests), fmt::format("{} [{}]", server.host, server.address));
  if (!is_new) {
    surroundings_.out << "  certificates as at " << place->second << '\n';
    return;
  }
  surroundings_.out << format_chain(server.chain) << format_judgement(chain, context_);
  if (options_.save) save(server.host, server.chain);
}

void Probe::save(const std::string& host, const CertificateChain& chain) {
  const X509Certificate& leaf = *chain.front();
  if (context_.config->known->directory_holds(leaf.sha256) || !saved_.insert(leaf.sha256).second) {
    surroundings_.out << format_line("saved", "no: it is known already");
    return;
  }
  std::string name = host.substr(0, kMostInFileName);
  std::replace(name.begin(), name.end(), ':', '_');
  const std::string path =
      std::filesystem::path(context_.config->trust.known_certificates) /
      fmt::format("{}-{}.pem", name, format_digest_plain(leaf.sha256).substr(0, 16));
  const std::string problem = save_chain(path, chain);
  if (!problem.empty()) {
    cannot_save_ = true;
    fail(0, problem);
    return;
  }
  surroundings_.out << format_line("saved",
                                   path + "; reload the daemon (systemctl reload forcetlsd)");
}

}  // namespace

RunCommand declare_probe(OptionList& list) {
  auto options = std::make_shared<Options>();
  list.argument("HOST", options->target, "domain, host or address, perhaps with :PORT (25)");
  list.file("-c", options->config_file, "the configuration, for trust and rules");
  list.flag("--no-mx", options->no_mx, "HOST is a host: ask for no MX records");
  list.value("--resolver", options->resolver, "ADDR[:PORT]",
             "ask this name server, not the system's");
  list.value("--helo", options->helo, "NAME", "name for EHLO; else this machine's");
  list.value("--timeout", options->seconds, "SECONDS", "seconds for each address");
  list.flag("--save", options->save, "write new chains into [trust] known-certificates");
  list.footer("Exit code 0: every address showed a certificate, 69: one did not, or the DNS "
                 "failed.");
  return [options, &list](const Surroundings& surroundings) {
    options->config_given = list.was_given("-c");
    return Probe(*options, surroundings).run();
  };
}

}  // namespace forcetls
