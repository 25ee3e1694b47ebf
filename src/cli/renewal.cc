// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/renewal.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>
#include <variant>

#include "service/atomic_file.h"
#include "cli/mail_exchangers.h"
#include "cli/renewal_hosts.h"
#include "core/certificate_check.h"

namespace forcetls {

namespace {

constexpr std::chrono::minutes kMostTime{15};
constexpr std::size_t kMostHosts = 1000;
constexpr std::size_t kMostDomains = 1000;
constexpr std::string_view kPrefix = "refreshed-";
constexpr std::string_view kExtension = ".pem";
constexpr std::size_t kDigits = 16;

std::string file_name(const Digest& sha256) {
  return std::string(kPrefix) + format_digest_plain(sha256).substr(0, kDigits) +
         std::string(kExtension);
}

bool is_own_name(std::string_view name) {
  return name.size() == kPrefix.size() + kDigits + kExtension.size() && name.starts_with(kPrefix) &&
         name.ends_with(kExtension) &&
         name.substr(kPrefix.size(), kDigits).find_first_not_of("0123456789abcdef") ==
             std::string_view::npos;
}

/// Why the certificate may not be taken over; empty: it may. What is not known of its revocation
/// yet will be before long.
std::string obstacle(const CertificateRule& rule, const JudgedChain& chain, Time now) {
  const Certificate facts = chain.facts_at(now);
  for (const Finding& finding : check_rule(rule, facts, Revocation::Check))
    if (finding.outcome != Outcome::Passed)
      return fmt::format("{}{}: wanted {}, seen {}", finding.key,
                         finding.key.empty() ? "trust" : "", finding.wanted, finding.seen);
  return facts.state == Certificate::State::Verified ? "" : "it is not verified";
}

class Renewal {
 public:
  Renewal(const std::shared_ptr<const Config>& config, Time now, const StarttlsOptions& options,
          RefreshReport& report)
      : config_(*config),
        trust_(config, &config->known->trust()),
        revocation_(config, &config->known->revocation()),
        now_(now),
        options_(options),
        report_(report) {}

  std::vector<std::unique_ptr<const JudgedChain>> run() {
    for (RenewalRule& renewal : find_renewal_rules(config_, now_)) ask_hosts_of(renewal);
    return std::move(added_);
  }

 private:
  static std::string whom(const CertificateRule& rule) {
    return "[certificate " + rule.section + "]";
  }

  void ask_hosts_of(RenewalRule& renewal) {
    const CertificateRule& rule = *renewal.rule;
    bool any_answer = false;
    for (const std::string& domain : renewal.domains) {
      const auto& found = mail_exchangers(domain);
      if (const auto* problem = std::get_if<std::string>(&found))
        report_.tell("mx", domain, whom(rule), *problem);
      else
        for (const auto& host : std::get<0>(found)) renewal.hosts.insert(host);
    }
    for (const std::string& host : renewal.hosts)
      for (const StarttlsResult& result : ask(host)) any_answer |= take(rule, result);
    if (!any_answer)
      report_.fail("rule", whom(rule), "",
                   renewal.hosts.empty()
                       ? "no host to ask: no exact name, and no connector's match-sender"
                       : "none of its hosts showed a certificate");
  }

  using MailExchangers = std::variant<std::vector<std::string>, std::string>;

  const MailExchangers& mail_exchangers(const std::string& domain) {
    const auto known = domains_.find(domain);
    if (known != domains_.end()) return known->second;
    MailExchangers found = std::string("not asked: too many domains");
    if (is_late()) found = std::string("no time left in this run");
    else if (domains_.size() < kMostDomains)
      found = find_mail_exchangers(domain, options_.resolver);
    return domains_[domain] = std::move(found);
  }

  const std::vector<StarttlsResult>& ask(const std::string& host) {
    const auto known = hosts_.find(host);
    if (known != hosts_.end()) return known->second;
    std::vector<StarttlsResult> results;
    if (is_late()) results = {{host, "", "no time left in this run"}};
    else if (hosts_.size() >= kMostHosts) results = {{host, "", "not asked: too many hosts"}};
    else results = ask_starttls(host, options_);
    return hosts_[host] = std::move(results);
  }

  bool is_late() const { return std::chrono::steady_clock::now() >= deadline_; }

  /// Whether it is a certificate at all.
  bool take(const CertificateRule& rule, const StarttlsResult& result) {
    const std::string where =
        result.address.empty() ? result.host : result.host + " [" + result.address + "]";
    const auto* server = std::get_if<TlsServer>(&result.outcome);
    if (server) report_.tell("host", where, whom(rule), take_over(rule, server->chain));
    else if (!result.lacks_route)
      report_.tell("host", where, whom(rule),
                   "unreachable: " + std::get<std::string>(result.outcome));
    return server != nullptr;
  }

  std::string take_over(const CertificateRule& rule, const CertificateChain& chain) {
    const Digest& sha256 = chain.front()->sha256;
    if (config_.known->directory_holds(sha256) || new_.contains(sha256)) return "OK, known";
    auto judged = std::make_unique<const JudgedChain>(chain, trust_, revocation_);
    const std::string reason = obstacle(rule, *judged, now_);
    if (!reason.empty()) return "not added: " + reason;
    new_.insert(sha256);
    const std::string name = file_name(sha256);
    const std::filesystem::path folder = config_.trust.known_certificates;
    const std::string problem = report_.dry_run ? "" : save_chain(folder / name, chain);
    if (!problem.empty()) {
      ++report_.failures;
      return "not added: " + problem;
    }
    report_.changed = true;
    added_.push_back(std::move(judged));
    return "OK, added as " + name;
  }

  const Config& config_;
  const std::shared_ptr<const TrustStore> trust_;
  const std::shared_ptr<const RevocationStore> revocation_;
  const Time now_;
  const StarttlsOptions options_;
  RefreshReport& report_;
  const std::chrono::steady_clock::time_point deadline_ =
      std::chrono::steady_clock::now() + kMostTime;
  std::map<std::string, MailExchangers> domains_;
  std::map<std::string, std::vector<StarttlsResult>> hosts_;
  std::set<Digest> new_;
  std::vector<std::unique_ptr<const JudgedChain>> added_;
};

}  // namespace

std::vector<std::unique_ptr<const JudgedChain>> refresh_certificates(
    const std::shared_ptr<const Config>& config, Time now, const StarttlsOptions& options,
    RefreshReport& report) {
  return Renewal(config, now, options, report).run();
}

void remove_ended_certificates(const std::string& folder, Time now, RefreshReport& report) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    std::error_code failed;
    if (!is_own_name(name) || !entry->is_regular_file(failed)) continue;
    const auto loaded = load_certificates(entry->path());
    const auto* chain = std::get_if<CertificateChain>(&loaded);
    if (!chain || now <= chain->front()->not_after) continue;
    if (!report.dry_run && !std::filesystem::remove(entry->path(), failed)) {
      report.fail("file", name, "", "cannot be removed: " + failed.message());
      continue;
    }
    report.changed = true;
    report.tell("file", name, "", "removed: the certificate has ended");
  }
}

}  // namespace forcetls
