// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/privileges.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>

#include "service/start_failure.h"

namespace forcetls {

std::optional<Account> find_account(const std::string& user) {
  const bool is_root = geteuid() == 0;
  if (user.empty()) {
    if (!is_root) return std::nullopt;
    throw StartFailure(EX_CONFIG,
                       "started as root, and [milter] has no 'user' to drop to; "
                       "'user = root' insists on running as root");
  }
  Account account = find_user(user);
  if (account.uid == geteuid()) return std::nullopt;
  if (!is_root) {
    throw StartFailure(EX_NOPERM, "cannot become user " + user + ": not started as root");
  }
  return account;
}

Account find_user(const std::string& user) {
  const passwd* entry = getpwnam(user.c_str());
  if (entry == nullptr) throw StartFailure(EX_CONFIG, "no such user: " + user);
  return {user, entry->pw_uid, entry->pw_gid};
}

gid_t find_group(const std::string& group) {
  const struct group* entry = getgrnam(group.c_str());
  if (entry == nullptr) throw StartFailure(EX_CONFIG, "no such group: " + group);
  return entry->gr_gid;
}

void become(const Account& account) {
  if (initgroups(account.name.c_str(), account.gid) != 0 || setgid(account.gid) != 0 ||
      setuid(account.uid) != 0) {
    throw StartFailure(EX_OSERR, "cannot become user " + account.name, errno);
  }
  if (getuid() != account.uid || geteuid() != account.uid || getegid() != account.gid ||
      setuid(0) == 0) {
    throw StartFailure(EX_OSERR, "still root after becoming user " + account.name);
  }
}

}  // namespace forcetls
