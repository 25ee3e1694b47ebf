// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/anchor_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "service/atomic_file.h"
#include "service/socket.h"
#include "x509/certificate.h"

namespace forcetls {

namespace {

namespace fs = std::filesystem;

/// With mode 0755, whatever the umask says. Made by root it belongs to whom the folder above does:
/// the daemon's user, who will write there. By descriptor: that user could put a link in its place.
bool make_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0755) != 0) return errno == EEXIST;
  const Descriptor opened(
      ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat above{};
  if (opened.get() < 0 || ::fchmod(opened.get(), 0755) != 0) return false;
  return ::geteuid() != 0 || (::stat(folder.parent_path().c_str(), &above) == 0 &&
                              ::fchown(opened.get(), above.st_uid, above.st_gid) == 0);
}

bool holds(const std::string& path, const std::string& text) {
  std::ifstream stream(path, std::ios::binary);
  return stream && std::string(std::istreambuf_iterator<char>(stream), {}) == text;
}

}  // namespace

std::string write_anchor_files(const Config& config) {
  for (const auto& [path, anchor] : config.anchor_files) {
    const fs::path folder = fs::path(path).parent_path();
    if (!make_folder(folder))
      return "cannot make " + folder.string() + ": " + std::system_category().message(errno);
    const std::string text = format_pem(*anchor);
    if (holds(path, text)) continue;
    if (auto problem = write_atomically(path, text); !problem.empty()) return problem;
  }
  return {};
}

}  // namespace forcetls
