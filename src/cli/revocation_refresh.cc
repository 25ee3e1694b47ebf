// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/revocation_refresh.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "service/atomic_file.h"
#include "cli/fetch.h"
#include "x509/crl.h"
#include "x509/file_bytes.h"
#include "x509/ocsp.h"
#include "x509/revocation_store.h"

namespace forcetls {

namespace {

constexpr std::chrono::minutes kMostTime{30};

/// `http://crl.example:8080`
std::string server_of(const std::string& url) {
  return url.substr(0, url.find('/', url.find("//") + 2));
}

std::string whom(const std::vector<Questioned>& all) {
  const std::string first = label_of(*all.front().certificate);
  return all.size() == 1 ? first : fmt::format("{} and {} more", first, all.size() - 1);
}

Answers read_crl_answers(const std::string& bytes, const std::string& url,
                         const std::vector<Questioned>& all) {
  Answers answers;
  const auto crl = Crl::parse(bytes);
  for (const Questioned& one : all) {
    if (const auto* problem = std::get_if<std::string>(&crl)) answers.emplace_back(*problem);
    else answers.push_back(std::get<0>(crl)->answer(url, *one.certificate, *one.issuer));
  }
  return answers;
}

/// One certificate: what any of its issuers makes of it.
Answers read_ocsp_answer(const std::string& bytes, const OcspSource& source) {
  Answers answers(1);
  for (const CertificatePtr& issuer : source.issuers) {
    answers.front() = read_ocsp(bytes, *source.certificate, *issuer);
    if (std::holds_alternative<RevocationAnswer>(answers.front())) break;
  }
  return answers;
}

std::string revoked_among(const Answers& answers, const std::vector<Questioned>& all) {
  std::string names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto* answer = std::get_if<RevocationAnswer>(&answers[i]);
    if (answer && answer->revoked)
      names += (names.empty() ? "; REVOKED: " : ", ") + label_of(*all[i].certificate);
  }
  return names;
}

class RevocationRefresh {
 public:
  RevocationRefresh(const StateDirectory& state, Time now, std::chrono::seconds timeout,
                    RefreshReport& report)
      : state_(state), now_(now), timeout_(timeout), report_(report) {}

  void ask_ocsp(const OcspSource& source) {
    const std::string request = make_ocsp_request(*source.certificate, *source.issuers.front());
    const std::vector<Questioned> all = {{source.certificate, source.issuers.front()}};
    const auto read = [&](const std::string& bytes) { return read_ocsp_answer(bytes, source); };
    for (const std::string& url : source.certificate->ocsp_urls) {
      const auto ask = [&] { return fetch_ocsp(url, request, limits(kMaxOcsp)); };
      if (ask_source({"ocsp", url, ocsp_file_name(*source.certificate)}, all, ask, read)) return;
    }
  }

  void ask_crl(const std::string& url, const std::vector<Questioned>& all) {
    const auto ask = [&] { return fetch(url, limits(kMaxCrl)); };
    const auto read = [&](const std::string& bytes) { return read_crl_answers(bytes, url, all); };
    ask_source({"crl", url, crl_file_name(url)}, all, ask, read);
  }

 private:
  struct Source {
    std::string_view kind;
    std::string url;
    std::string file;
  };

  FetchLimits limits(std::size_t bytes) const {
    return {bytes, std::min(timeout_, FetchLimits().connect), timeout_};
  }

  /// Whether there is now a good answer.
  bool ask_source(const Source& source, const std::vector<Questioned>& all,
                  const std::function<Fetched()>& ask,
                  const std::function<Answers(const std::string&)>& read) {
    const auto fail = [&](std::string_view text) {
      report_.fail(source.kind, source.url, whom(all), text);
      return false;
    };
    if (std::chrono::steady_clock::now() >= deadline_) return fail("no time left in this run");
    if (silent_servers_.contains(server_of(source.url)))
      return fail("not asked: its server was unreachable before");
    const Fetched fetched = ask();
    if (fetched.is_server_silent) silent_servers_.insert(server_of(source.url));
    if (!fetched.problem.empty()) return fail(fetched.problem);

    const std::string path = state_.path_of(source.file);
    const auto loaded = load_bytes(path, kMaxCrl);
    const auto* there = std::get_if<std::string>(&loaded);
    const bool is_same = there && *there == fetched.body;
    const Answers answers = read(fetched.body);
    Worth worth =
        weigh(answers, is_same ? answers : read(there ? *there : std::string()), now_);
    if (worth.is_to_keep && !is_same) {
      if (std::string problem = write(path, fetched.body); !problem.empty()) return fail(problem);
    }
    if (worth.is_to_keep) worth.text += revoked_among(answers, all);
    if (!worth.is_good) return fail(worth.text);
    report_.tell(source.kind, source.url, whom(all), worth.text);
    return true;
  }

  std::string write(const std::string& path, const std::string& bytes) {
    std::string problem;
    if (!report_.dry_run) problem = write_atomically(path, bytes);
    if (problem.empty()) report_.changed = true;
    return problem;
  }

  const StateDirectory& state_;
  const Time now_;
  const std::chrono::seconds timeout_;
  RefreshReport& report_;
  const std::chrono::steady_clock::time_point deadline_ =
      std::chrono::steady_clock::now() + kMostTime;
  std::set<std::string> silent_servers_;
};

}  // namespace

void refresh_revocation(const RevocationSources& sources, const StateDirectory& state, Time now,
                        std::chrono::seconds timeout, RefreshReport& report) {
  RevocationRefresh refresh(state, now, timeout, report);
  // A large CRL that comes too slowly makes its server silent for the rest of the run.
  for (const OcspSource& source : sources.ocsp) refresh.ask_ocsp(source);
  for (const auto& [url, all] : sources.crls) refresh.ask_crl(url, all);
}

void remove_unneeded_answers(const RevocationSources& sources, const StateDirectory& state,
                             RefreshReport& report) {
  for (const std::string& name : state.remove_answers_but(sources.file_names)) {
    report.changed = true;
    report.tell("file", name, "", "removed: no known certificate needs it");
  }
}

}  // namespace forcetls
