// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/instance_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "service/temporary_folder.h"

namespace forcetls {
namespace {

struct Folder {
  const TemporaryFolder here;
  const std::string path = here / "state";
  const std::string file = path + "/forcetlsd.lock";
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

/// As `forcetls refresh` does it.
bool is_locked_by_parent(const std::string& file) {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  return fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type == F_WRLCK &&
         lock.l_pid == getppid();
}

BOOST_AUTO_TEST_SUITE(instance_lock)

BOOST_AUTO_TEST_CASE(others_find_the_holder_while_it_lives) {
  const Folder folder;
  {
    InstanceLock lock;
    BOOST_TEST(lock.hold(folder.path) == "");
    BOOST_TEST(lock.hold(folder.path) == "");  // as at each reload
    BOOST_TEST(holds_elsewhere([&] { return is_locked_by_parent(folder.file); }));
    BOOST_TEST(holds_elsewhere([&] {
      return InstanceLock().hold(folder.path) ==
             "cannot lock " + folder.file + ": another process holds it";
    }));
  }
  BOOST_TEST(!holds_elsewhere([&] { return is_locked_by_parent(folder.file); }));
  InstanceLock again;
  BOOST_TEST(again.hold(folder.path) == "");
}

BOOST_AUTO_TEST_CASE(everybody_may_look_and_nobody_else_may_write) {
  const Folder folder;
  InstanceLock lock;
  const mode_t mask = umask(022);
  lock.hold(folder.path);
  umask(mask);
  struct stat file{};
  BOOST_REQUIRE(stat(folder.file.c_str(), &file) == 0);
  BOOST_TEST((file.st_mode & 07777) == 0644U);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said) {
  const Folder folder;
  InstanceLock lock;
  BOOST_TEST(lock.hold(folder.path + "/none") ==
             "cannot write " + folder.path + "/none/forcetlsd.lock: No such file or directory");
  std::filesystem::create_symlink("/etc/passwd", folder.file);
  BOOST_TEST(lock.hold(folder.path) ==
             "cannot write " + folder.file + ": Too many levels of symbolic links");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
