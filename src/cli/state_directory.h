// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The state directory as `forcetls refresh` uses it: one run at a time, and its folders. What the
/// files hold is x509/revocation_store.h's.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "service/file_lock.h"

namespace forcetls {

/// Why the directory cannot be used: a line and an exit code of sysexits(3).
struct StateProblem {
  int exit_code = 0;
  std::string text;
};

class StateDirectory {
 public:
  /// Makes `crl` and `ocsp` (0755) where they are missing, and locks `refresh.lock` until the
  /// object goes. Run as root, the process first becomes the directory's owner, for good: else the
  /// daemon's user could lead root to write elsewhere, and could not write itself any more. With
  /// `look_only` nothing is made or locked.
  static std::variant<StateDirectory, StateProblem> open(const std::string& path, bool look_only);

  std::string path_of(const std::string& name) const { return path_ + "/" + name; }

  /// Removes the answers whose names (crl_file_name(), ocsp_file_name()) are not in `wanted`, and
  /// what a run that broke off left behind. Gives the names of the answers removed; with
  /// `look_only` those that would be. Files named in any other way stay.
  std::vector<std::string> remove_answers_but(const std::set<std::string>& wanted) const;

 private:
  StateDirectory(std::string path, bool look_only)
      : path_(std::move(path)), look_only_(look_only) {}

  std::string path_;
  bool look_only_;
  std::optional<FileLock> lock_;
};

}  // namespace forcetls
