// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// What judging a mail and loading a configuration cost, by the number of connectors. Each figure comes
// from a process of its own, so that one run's memory says nothing of another's.
//
//   judge_bench                                         all figures as a table
//   judge_bench judge|one-file|includes|outbound|relay N     one of them

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "config/loader.h"
#include "core/tls_policy.h"
#include "core/transaction.h"
#include "wire/macros.h"
#include "wire/next_hop.h"

namespace forcetls {
namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr std::size_t kMails = 200'000;
constexpr std::size_t kPerInclude = 1'000;

std::string domain_of(std::size_t number) { return "p" + std::to_string(number) + ".example"; }

void write_connectors(std::ostream& out, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i)
    out << "[inbound partner-" << i << "]\nmatch-sender = " << domain_of(i)
        << ", *." << domain_of(i) << "\nrequire-certificate = verified\n\n";
}

/// Partners that mail goes to: as in the simplest case, or with all that can be said of them, behind
/// one relay.
void write_outbound(std::ostream& out, std::size_t connectors, bool relay) {
  if (relay) out << "[certificate relay]\nname = relay.example\n";
  for (std::size_t i = 0; i < connectors; ++i) {
    out << "[outbound partner-" << i << "]\nmatch-recipient = " << domain_of(i) << ", *."
        << domain_of(i) << "\n";
    if (relay)
      out << "require-certificate = relay\nsmart-host = [relay.example]:25\n"
             "deny-ciphers = *RC4*, *3DES*, *-MD5\n\n";
    else
      out << "require-certificate = verified\n\n";
  }
}

enum class Layout { OneFile, Includes, Outbound, Relay };

/// A directory with a configuration, removed at the end.
class ConfigFiles {
 public:
  ConfigFiles(std::size_t connectors, Layout layout) {
    std::string pattern = (fs::temp_directory_path() / "forcetls-bench-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make a directory");
    directory_ = pattern;
    std::ofstream out(path());
    if (layout == Layout::OneFile) {
      write_connectors(out, 0, connectors);
      return;
    }
    if (layout != Layout::Includes) {
      write_outbound(out, connectors, layout == Layout::Relay);
      return;
    }
    fs::create_directory(directory_ / "conf.d");
    out << "[milter]\ninclude = conf.d/*.conf\n";
    for (std::size_t i = 0; i < connectors; i += kPerInclude) {
      std::ofstream part(directory_ / "conf.d" / (std::to_string(i) + ".conf"));
      write_connectors(part, i, std::min(connectors, i + kPerInclude));
    }
  }
  ~ConfigFiles() { fs::remove_all(directory_); }
  ConfigFiles(const ConfigFiles&) = delete;
  ConfigFiles& operator=(const ConfigFiles&) = delete;

  std::string path() const { return (directory_ / "forcetls.conf").string(); }

 private:
  fs::path directory_;
};

double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

LoadResult load(const ConfigFiles& files) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto result = load_config(files.path(), now);
  if (!result.config) throw std::runtime_error(format_diagnostic(result.diagnostics.front()));
  return result;
}

LoadResult bench_load(const char* what, std::size_t connectors, Layout layout) {
  const ConfigFiles files(connectors, layout);
  const auto begin = Clock::now();
  auto result = load(files);
  const auto time = Clock::now() - begin;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("load, %-9s %9zu connectors %10.1f ms %8.1f MB at most\n", what, connectors,
              milliseconds(time), static_cast<double>(usage.ru_maxrss) / 1024);
  return result;
}

struct Mail {
  std::string argument;
  bool encrypted;
};

/// Every sender has a connector, picked at random among all; a quarter of the mails come in the clear.
std::vector<Mail> make_mails(std::size_t connectors) {
  std::mt19937 random(4711);
  std::uniform_int_distribution<std::size_t> pick(0, connectors - 1);
  std::vector<Mail> mails(kMails);
  for (std::size_t i = 0; i < kMails; ++i)
    mails[i] = {"<someone@" + domain_of(pick(random)) + ">", i % 4 != 3};
  return mails;
}

using Macros = std::map<std::string_view, std::string_view>;
const Macros kPlain = {{"v", "Postfix 3.7.11"},      {"{client_addr}", "192.0.2.1"},
                       {"{client_port}", "40000"},   {"{client_name}", "mx.example"},
                       {"{client_resolve}", "OK"}};

Macros encrypted() {
  Macros macros = kPlain;
  macros.insert({{"{tls_version}", "TLSv1.3"},
                 {"{cipher}", "TLS_AES_256_GCM_SHA384"},
                 {"{cipher_bits}", "256"},
                 {"{cert_subject}", "mx.example"},
                 {"{cert_issuer}", "Some CA"}});
  return macros;
}

double nanoseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::nano>(duration).count();
}

void print(const char* what, std::size_t connectors, std::vector<double>& times) {
  std::sort(times.begin(), times.end());
  std::printf("%-15s %9zu connectors %8.0f ns median %8.0f ns p99\n", what, connectors,
              times[times.size() / 2], times[times.size() * 99 / 100]);
}

/// `judge` is the decision alone, from a session's facts to the answer; `mail` begins with the macros.
void bench_judge(std::size_t connectors) {
  const ConfigFiles files(connectors, Layout::OneFile);
  const auto result = load(files);
  const Policy& policy = result.config->policy;
  const Macros with_tls = encrypted();
  std::vector<double> judge_times, mail_times;
  std::size_t refused = 0;
  for (const auto& mail : make_mails(connectors)) {
    const Macros& macros = mail.encrypted ? with_tls : kPlain;
    MailEvent event;
    event.argument = mail.argument;
    event.helo = "mx.example";
    event.macro = [&](const char* name) -> std::optional<std::string_view> {
      const auto found = macros.find(name);
      return found == macros.end() ? std::nullopt : std::optional(found->second);
    };
    const auto begin = Clock::now();
    Session session = read_mail_facts(event);
    const auto facts = Clock::now();
    Transaction transaction(policy, std::move(session));
    const Step step = transaction.mail();
    const auto end = Clock::now();
    judge_times.push_back(nanoseconds(end - facts));
    mail_times.push_back(nanoseconds(end - begin));
    refused += step.kind == Step::Kind::Refuse;
  }
  print("judge", connectors, judge_times);
  print("mail", connectors, mail_times);
  if (refused != kMails / 4) throw std::runtime_error("another number of mails was refused");
}

/// From the MTA's question to the text of the answer; every other one is for a subdomain.
void bench_outbound(const char* what, std::size_t connectors, Layout layout) {
  const auto result = bench_load(what, connectors, layout);
  const Policy& policy = result.config->policy;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::mt19937 random(4711);
  std::uniform_int_distribution<std::size_t> pick(0, connectors - 1);
  std::vector<double> times;
  for (std::size_t i = 0; i < kMails; ++i) {
    const std::string key = (i % 2 ? "" : "Some.Where.") + domain_of(pick(random));
    const auto begin = Clock::now();
    const auto* connector = policy.outbound(parse_next_hop(key), now).demanding();
    const auto text = connector ? format_tls_policy(connector->terms, now, PostfixVersion{})
                                : std::nullopt;
    times.push_back(nanoseconds(Clock::now() - begin));
    if (!text) throw std::runtime_error("no policy for " + key);
  }
  print("tls policy", connectors, times);
}

int run_one(std::string_view what, std::size_t connectors) {
  if (what == "judge") bench_judge(connectors);
  else if (what == "one-file") bench_load("one file:", connectors, Layout::OneFile);
  else if (what == "includes") bench_load("includes:", connectors, Layout::Includes);
  else if (what == "outbound") bench_outbound("outbound:", connectors, Layout::Outbound);
  else if (what == "relay") bench_outbound("relay:", connectors, Layout::Relay);
  else return 64;
  return 0;
}

int run_all(const char* program) {
  for (const std::string_view what : {"judge", "one-file", "includes", "outbound", "relay"}) {
    for (const char* connectors : {"10", "1000", "100000", "1000000"}) {
      // A million partners to send to are more than anybody has.
      if ((what == "outbound" || what == "relay") && connectors == std::string_view("1000000"))
        continue;
      const pid_t child = fork();
      if (child == 0) {
        execl(program, program, what.data(), connectors, nullptr);
        _exit(71);
      }
      int status = 0;
      if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return 71;
    }
  }
  return 0;
}

}  // namespace
}  // namespace forcetls

int main(int argc, char** argv) {
  try {
    if (argc == 3) return forcetls::run_one(argv[1], std::strtoul(argv[2], nullptr, 10));
    return argc == 1 ? forcetls::run_all("/proc/self/exe") : 64;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 70;
  }
}
