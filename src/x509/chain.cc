// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/chain.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "x509/path_check.h"

namespace forcetls {

namespace {

using Answers = std::vector<RevocationAnswer>;

/// A path, and what is known of the revocation of each certificate on it but the anchor.
struct JudgedPath {
  const TrustPath& path;
  std::vector<Answers> answers;

  bool holds_at(Time time) const { return path.not_before <= time && time <= path.not_after; }
};

using Paths = std::vector<const JudgedPath*>;

bool is_revoked(const std::vector<Answers>& of_each) {
  return std::any_of(of_each.begin(), of_each.end(), [](const Answers& answers) {
    return std::any_of(answers.begin(), answers.end(),
                       [](const auto& answer) { return answer.revoked; });
  });
}

Fact<bool> revocation_of(const std::vector<Answers>& of_each, Time time) {
  if (is_revoked(of_each)) return true;
  const bool is_cleared = std::all_of(of_each.begin(), of_each.end(), [&](const Answers& answers) {
    return std::any_of(answers.begin(), answers.end(),
                       [&](const auto& answer) { return answer.is_fresh(time); });
  });
  if (is_cleared) return false;
  return Unknown{};
}

/// Unlike a CA, which may be left out for another, the leaf is the same on every path.
bool is_leaf_revoked(const std::vector<JudgedPath>& paths) {
  return std::any_of(paths.begin(), paths.end(), [](const JudgedPath& path) {
    return !path.answers.empty() && is_revoked({path.answers.front()});
  });
}

/// A CA is revoked on all of these paths or on none.
Fact<bool> revocation_of(const Paths& paths, Time time) {
  Fact<bool> revoked = revocation_of(paths.front()->answers, time);
  for (const JudgedPath* path : paths)
    if (revoked.is_unknown()) revoked = revocation_of(path->answers, time);
  return revoked;
}

std::vector<std::string> root_cns_of(const Paths& paths) {
  std::vector<std::string> names;
  for (const JudgedPath* path : paths)
    for (const std::string& cn : path->path.certificates.back()->subject_cns)
      if (std::find(names.begin(), names.end(), cn) == names.end()) names.push_back(cn);
  return names;
}

/// What of the path that lasts longest is outside its dates.
std::string date_problem(const Paths& paths, Time time) {
  const auto& path = **std::max_element(paths.begin(), paths.end(), [](auto* a, auto* b) {
    return a->path.not_after < b->path.not_after;
  });
  const auto& chain = path.path.certificates;
  const auto bad = std::find_if(chain.begin(), chain.end(), [&](const auto& certificate) {
    return time < certificate->not_before || certificate->not_after < time;
  });
  const std::string_view what =
      bad == chain.begin() ? "The certificate" : "A CA certificate of its chain";
  if (time < (*bad)->not_before)
    return fmt::format("{} begins at {:%FT%TZ}.", what, (*bad)->not_before);
  return fmt::format("{} ended at {:%FT%TZ}.", what, (*bad)->not_after);
}

}  // namespace

struct JudgedChain::Judgement {
  std::vector<TrustPath> paths;
  std::vector<JudgedPath> judged;
  std::string problem;
  Answers of_leaf;  // where there is no path
};

JudgedChain::JudgedChain(CertificateChain chain, std::shared_ptr<const TrustStore> trust,
                         std::shared_ptr<const RevocationStore> revocation)
    : chain_(std::move(chain)), trust_(std::move(trust)), revocation_(std::move(revocation)) {}

const JudgedChain::Judgement& JudgedChain::judged() const {
  std::call_once(once_, [this] {
    auto judgement = std::make_shared<Judgement>();
    judgement->paths = trust_->find_paths(chain_, judgement->problem);
    for (const TrustPath& path : judgement->paths) {
      std::vector<Answers> answers;
      for (std::size_t i = 0; i + 1 < path.certificates.size(); ++i)
        answers.push_back(revocation_->answers(*path.certificates[i], *path.certificates[i + 1]));
      judgement->judged.push_back({path, std::move(answers)});
    }
    if (const auto issuer = judgement->paths.empty() ? issuer_beside() : nullptr)
      judgement->of_leaf = revocation_->answers(leaf(), *issuer);
    judgement_ = std::move(judgement);
  });
  return *judgement_;
}

CertificatePtr JudgedChain::issuer_beside() const {
  const auto issuer = std::find_if(chain_.begin() + 1, chain_.end(), [&](const auto& other) {
    return is_signed_by(leaf(), *other);
  });
  return issuer == chain_.end() ? nullptr : *issuer;
}

Certificate JudgedChain::facts_at(Time time) const {
  using State = Certificate::State;
  const Judgement& judgement = judged();
  Certificate facts = facts_of(leaf());
  if (judgement.paths.empty()) {
    facts.state = State::Untrusted;
    facts.problem = judgement.problem;
    facts.root_cns = Absent{};
    facts.revoked = revocation_of({judgement.of_leaf}, time);
    return facts;
  }

  Paths paths, current, unrevoked;
  for (const JudgedPath& path : judgement.judged) {
    paths.push_back(&path);
    if (path.holds_at(time)) current.push_back(&path);
  }
  facts.state = current.empty() ? State::Expired : State::Verified;
  if (current.empty()) {
    facts.problem = date_problem(paths, time);
    current = std::move(paths);
  }
  for (const JudgedPath* path : current)
    if (!is_revoked(path->answers)) unrevoked.push_back(path);
  const Paths& counting = unrevoked.empty() ? current : unrevoked;
  facts.root_cns = root_cns_of(counting);
  facts.revoked = is_leaf_revoked(judgement.judged) ? Fact<bool>(true)
                                                    : revocation_of(counting, time);
  return facts;
}

const std::vector<TrustPath>& JudgedChain::paths() const { return judged().paths; }

const std::string& JudgedChain::problem() const { return judged().problem; }

}  // namespace forcetls
