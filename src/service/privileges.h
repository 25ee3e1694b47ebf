// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Under which user the daemon runs. Failures are StartFailure.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace forcetls {

struct Account {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
};

/// The account that `user` of [milter] makes the daemon drop to; nullopt: it stays what it is.
/// Fails for root without `user` (`root` insists), for an unknown user, and for another user than
/// the daemon's where it is not root.
std::optional<Account> find_account(const std::string& user);

/// Fail where there is none of that name.
Account find_user(const std::string& user);
gid_t find_group(const std::string& group);

/// Gives up root for good: groups, group and user, and verifies it. Before any thread is started.
void become(const Account& account);

}  // namespace forcetls
