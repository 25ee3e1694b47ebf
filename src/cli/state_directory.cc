// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/state_directory.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "service/privileges.h"
#include "service/start_failure.h"

namespace forcetls {

namespace {

constexpr const char* kFolders[] = {"crl", "ocsp"};
constexpr std::size_t kDigestDigits = 64;

StateProblem problem_of(const std::string& path, int error) {
  const bool forbidden = error == EACCES || error == EPERM || error == EROFS;
  return {forbidden ? EX_NOPERM : EX_CANTCREAT,
          path + ": " + std::generic_category().message(error)};
}

struct flock whole_file() {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return whole;
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

bool is_answer(std::string_view name, std::string_view folder) {
  const std::string extension = "." + std::string(folder);
  if (name.size() != kDigestDigits + extension.size() || !name.ends_with(extension)) return false;
  return name.substr(0, kDigestDigits).find_first_not_of("0123456789abcdef") ==
         std::string_view::npos;
}

}  // namespace

std::variant<StateDirectory, StateProblem> StateDirectory::open(const std::string& path,
                                                                bool look_only) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return problem_of(path, errno);
  StateDirectory directory(path, look_only);
  if (look_only) return directory;
  if (auto problem = become_owner(path, status.st_uid)) return *problem;

  const std::string lock = directory.path_of("refresh.lock");
  directory.lock_.emplace(
      ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644));
  if (directory.lock_->get() < 0) return problem_of(lock, errno);
  struct flock whole = whole_file();
  if (fcntl(directory.lock_->get(), F_SETLK, &whole) != 0) {
    if (errno != EACCES && errno != EAGAIN) return problem_of(lock, errno);
    return StateProblem{EX_TEMPFAIL, "another run is under way"};
  }
  for (const char* folder : kFolders)
    if (auto problem = make_folder(directory.path_of(folder))) return *problem;
  return directory;
}

std::vector<std::string> StateDirectory::remove_answers_but(
    const std::set<std::string>& wanted) const {
  std::vector<std::string> found;
  for (const std::string folder : kFolders) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(path_of(folder), error), end;
         !error && entry != end; entry.increment(error)) {
      const std::string name = entry->path().filename();
      const bool answer = is_answer(name, folder);
      if (answer && wanted.contains(folder + "/" + name)) continue;
      if (!answer && !name.starts_with(".forcetls-")) continue;
      std::error_code failed;
      if (look_only_ || std::filesystem::remove(entry->path(), failed))
        if (answer) found.push_back(folder + "/" + name);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::optional<pid_t> find_daemon(const std::string& state_directory) {
  const std::string path = state_directory + "/forcetlsd.lock";
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) return std::nullopt;
  struct flock whole = whole_file();
  if (fcntl(file.get(), F_GETLK, &whole) != 0 || whole.l_type == F_UNLCK || whole.l_pid <= 0)
    return std::nullopt;
  return whole.l_pid;
}

}  // namespace forcetls
