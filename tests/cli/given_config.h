// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// A configuration file for a test, removed with the object.
#pragma once

#include <string>

#include "temporary_folder.h"

namespace forcetls {

class GivenConfig {
 public:
  explicit GivenConfig(const std::string& text) { folder_.write("forcetls.conf", text); }

  std::string path() const { return folder_ / "forcetls.conf"; }

 private:
  TemporaryFolder folder_;
};

}  // namespace forcetls
