// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "x509/file_bytes.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace forcetls {

namespace {

FileProblem problem_of(const std::string& path) {
  return {path, std::generic_category().message(errno)};
}

}  // namespace

std::variant<std::string, FileProblem> load_bytes(const std::string& path, std::size_t most) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             std::fclose);
  if (!file) return problem_of(path);
  std::string bytes;
  std::array<char, 16384> buffer;
  while (bytes.size() <= most) {
    const auto size = std::fread(buffer.data(), 1, buffer.size(), file.get());
    if (size == 0) break;
    bytes.append(buffer.data(), std::min(size, most + 1 - bytes.size()));
  }
  if (std::ferror(file.get())) return problem_of(path);
  return bytes;
}

}  // namespace forcetls
