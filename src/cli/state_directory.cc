// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/state_directory.h"

#include <pwd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "service/privileges.h"
#include "service/start_failure.h"
#include "x509/revocation_store.h"

namespace forcetls {

namespace {

StateProblem problem_of(const std::string& path, int error) {
  const bool forbidden = error == EACCES || error == EPERM || error == EROFS;
  return {forbidden ? EX_NOPERM : EX_CANTCREAT,
          path + ": " + std::generic_category().message(error)};
}

std::optional<StateProblem> become_owner(const std::string& path, uid_t owner) {
  if (geteuid() != 0 || owner == 0) return std::nullopt;
  const passwd* entry = getpwuid(owner);
  if (!entry) return StateProblem{EX_NOPERM, path + " belongs to no known user"};
  try {
    become({entry->pw_name, entry->pw_uid, entry->pw_gid});
  } catch (const StartFailure& failure) {
    return StateProblem{EX_NOPERM, failure.what()};
  }
  return std::nullopt;
}

std::optional<StateProblem> make_folder(const std::string& path) {
  if (mkdir(path.c_str(), 0755) == 0) {
    chmod(path.c_str(), 0755);  // the umask may have taken from it
    return std::nullopt;
  }
  if (errno != EEXIST) return problem_of(path, errno);
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return problem_of(path, ENOTDIR);
  if (access(path.c_str(), R_OK | W_OK | X_OK) != 0) return problem_of(path, errno);
  return std::nullopt;
}

}  // namespace

std::variant<StateDirectory, StateProblem> StateDirectory::open(const std::string& path,
                                                                bool look_only) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return problem_of(path, errno);
  StateDirectory directory(path, look_only);
  if (auto problem = become_owner(path, status.st_uid)) return *problem;
  if (look_only) return directory;

  FileLock& lock = directory.lock_.emplace(directory.path_of("refresh.lock"));
  const int error = lock.hold();
  if (error == EAGAIN) return StateProblem{EX_TEMPFAIL, "another run is under way"};
  if (error != 0) return problem_of(lock.path(), error);
  for (const char* folder : kAnswerFolders)
    if (auto problem = make_folder(directory.path_of(folder))) return *problem;
  return directory;
}

std::vector<std::string> StateDirectory::remove_answers_but(
    const std::set<std::string>& wanted) const {
  std::vector<std::string> found;
  for (const std::string folder : kAnswerFolders) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(path_of(folder), error), end;
         !error && entry != end; entry.increment(error)) {
      const std::string file = entry->path().filename();
      const std::string name = folder + "/" + file;
      const bool answer = is_answer_name(name);
      if (answer && wanted.contains(name)) continue;
      if (!answer && !file.starts_with(".forcetls-")) continue;
      std::error_code failed;
      if (look_only_ || std::filesystem::remove(entry->path(), failed))
        if (answer) found.push_back(name);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace forcetls
