// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/atomic_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "service/socket.h"

namespace forcetls {

namespace {

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Without it the name may be lost with the power, though not the contents.
void sync_folder(const std::string& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ::fsync(opened.get());
}

}  // namespace

std::string write_atomically(const std::string& path, std::string_view text) {
  const std::string folder = std::filesystem::path(path).parent_path();
  std::string temporary = (folder.empty() ? "." : folder) + "/.forcetls-XXXXXX";
  const auto failed = [&] {
    return "cannot write " + path + ": " + std::system_category().message(errno);
  };
  const int file = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return failed();
  std::string problem;
  if (!write_all(file, text) || ::fchmod(file, 0644) < 0 || ::fsync(file) < 0) problem = failed();
  if (::close(file) < 0 && problem.empty()) problem = failed();
  if (problem.empty() && std::rename(temporary.c_str(), path.c_str()) < 0) problem = failed();
  if (problem.empty())
    sync_folder(folder.empty() ? "." : folder);
  else
    ::unlink(temporary.c_str());
  return problem;
}

std::string save_chain(const std::string& path, const CertificateChain& chain) {
  std::string text;
  for (const auto& certificate : chain) text += format_pem(*certificate);
  return write_atomically(path, text);
}

}  // namespace forcetls
