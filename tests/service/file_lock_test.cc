// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/file_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <string>

#include "temporary_folder.h"

namespace forcetls {
namespace {

struct Folder {
  const TemporaryFolder here;
  const std::string path = here / "state";
  const std::string file = path + "/a.lock";
  const bool made = std::filesystem::create_directory(path);
};

/// What another process finds.
bool holds_elsewhere(const std::function<bool()>& question) {
  const pid_t child = fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) _exit(question() ? 0 : 1);
  int status = 0;
  BOOST_REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool is_locked_by_parent(const std::string& file) {
  return FileLock::holder(file) == getppid();
}

BOOST_AUTO_TEST_SUITE(file_lock)

BOOST_AUTO_TEST_CASE(others_find_the_holder_while_it_lives) {
  const Folder folder;
  {
    FileLock lock(folder.file);
    BOOST_TEST(lock.hold() == 0);
    BOOST_TEST(lock.hold() == 0);  // as at each reload
    BOOST_TEST(holds_elsewhere([&] { return is_locked_by_parent(folder.file); }));
    BOOST_TEST(holds_elsewhere([&] { return FileLock(folder.file).hold() == EAGAIN; }));
  }
  BOOST_TEST(holds_elsewhere([&] { return !FileLock::holder(folder.file); }));
  BOOST_TEST(FileLock(folder.file).hold() == 0);
}

BOOST_AUTO_TEST_CASE(everybody_may_look_and_nobody_else_may_write) {
  const Folder folder;
  FileLock lock(folder.file);
  const mode_t mask = umask(022);
  lock.hold();
  umask(mask);
  struct stat file{};
  BOOST_REQUIRE(stat(folder.file.c_str(), &file) == 0);
  BOOST_TEST((file.st_mode & 07777) == 0644U);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said) {
  const Folder folder;
  BOOST_TEST(FileLock(folder.path + "/none/a.lock").hold() == ENOENT);
  BOOST_TEST(!FileLock::holder(folder.file));
  std::filesystem::create_symlink("/etc/passwd", folder.file);
  BOOST_TEST(FileLock(folder.file).hold() == ELOOP);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
