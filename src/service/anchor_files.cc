// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/anchor_files.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "service/atomic_file.h"
#include "x509/certificate.h"

namespace forcetls {

namespace {

/// Whatever the umask says.
std::string make_folder(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0755) == 0)
    return ::chmod(folder.c_str(), 0755) == 0
               ? std::string()
               : "cannot make " + folder + ": " + std::system_category().message(errno);
  return errno == EEXIST ? std::string()
                         : "cannot make " + folder + ": " + std::system_category().message(errno);
}

}  // namespace

std::string write_anchor_files(const Config& config) {
  for (const auto& [path, anchor] : config.anchor_files) {
    if (auto problem = make_folder(std::filesystem::path(path).parent_path()); !problem.empty())
      return problem;
    if (auto problem = write_atomically(path, format_pem(*anchor)); !problem.empty())
      return problem;
  }
  return {};
}

}  // namespace forcetls
