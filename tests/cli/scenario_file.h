// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Reads tests/scenarios/*.txt; their format is told in tests/scenarios/README. A file that breaks
/// it throws: the corpus is ours.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace forcetls {

struct Scenario {
  std::string file;
  std::string name;
  std::string config;
  std::map<std::string, std::vector<std::string>> values;

  bool has(const std::string& key) const { return values.count(key) > 0; }
  /// The last value; empty if there is none.
  std::string one(const std::string& key) const { return has(key) ? values.at(key).back() : ""; }
  std::vector<std::string> all(const std::string& key) const {
    return has(key) ? values.at(key) : std::vector<std::string>();
  }
};

inline std::ostream& operator<<(std::ostream& out, const Scenario& scenario) {
  return out << scenario.file << ": " << scenario.name;
}

inline void add_scenario_value(Scenario& scenario, const std::string& line) {
  static const std::set<std::string> kKeys = {
      "live", "mta", "client", "client-name", "helo", "from", "header-from", "to", "tls", "cipher",
      "bits", "certificate", "cert", "cert-subject", "cert-issuer", "cert-organization",
      "cert-issuer-organization", "cert-sha256", "key-sha256", "auth", "at", "unknown", "expect",
      "reply", "refused", "connector", "violations", "missing", "finding", "would", "loser",
      "x-tls", "exempt"};
  const auto colon = line.find(':');
  const auto key = line.substr(0, colon);
  if (colon == std::string::npos || kKeys.count(key) == 0)
    throw std::runtime_error(scenario.file + ": bad line: " + line);
  const auto begin = line.find_first_not_of(" \t", colon + 1);
  const auto end = line.find_last_not_of(" \t");
  scenario.values[key].push_back(begin == std::string::npos ? ""
                                                            : line.substr(begin, end - begin + 1));
}

inline void read_scenario_file(const std::filesystem::path& path,
                               std::vector<Scenario>& scenarios) {
  std::ifstream file(path);
  std::string config;
  bool in_config = false;
  bool in_case = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("--- config")) {
      in_config = true;
      config.clear();
    } else if (line.starts_with("--- case ")) {
      in_config = false;
      in_case = true;
      scenarios.push_back({path.filename(), line.substr(9), config, {}});
    } else if (line.starts_with("---")) {
      throw std::runtime_error(path.string() + ": bad line: " + line);
    } else if (in_config) {
      config += line + "\n";
    } else if (!line.empty() && line.front() != '#') {
      if (!in_case) throw std::runtime_error(path.string() + ": outside of a case: " + line);
      add_scenario_value(scenarios.back(), line);
    }
  }
}

/// All cases of all files, by file name.
inline std::vector<Scenario> read_scenarios(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Scenario> scenarios;
  for (const auto& path : paths) read_scenario_file(path, scenarios);
  return scenarios;
}

}  // namespace forcetls
