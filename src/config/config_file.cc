// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/config_file.h"

#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace forcetls {

namespace {

constexpr std::string_view kWildcards = "*?[";
constexpr std::string_view kSpecial = "*?[]\\";

std::string error_text(int error) { return std::generic_category().message(error); }

/// A path as a pattern that means itself.
std::string escape(std::string_view path) {
  std::string pattern;
  for (const char c : path) {
    if (kSpecial.find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

/// What the pattern is relative to, as a pattern; ends in a slash unless empty.
std::string base_of(const Include& include, const std::string& main_file) {
  if (include.pattern.starts_with('/')) return {};
  return escape(std::string_view(main_file).substr(0, main_file.rfind('/') + 1));
}

/// A folder that cannot be read is an error, one that does not exist holds nothing.
int stop_at_error(const char*, int error) { return error != ENOENT && error != ENOTDIR; }

/// The result of glob(3), released with it.
struct Matches {
  glob_t found{};
  int result;

  explicit Matches(const std::string& pattern)
      : result(glob(pattern.c_str(), GLOB_NOSORT, stop_at_error, &found)) {}
  Matches(const Matches&) = delete;
  Matches& operator=(const Matches&) = delete;
  ~Matches() { globfree(&found); }
};

}  // namespace

std::vector<std::string> expand_include(const Include& include, const std::string& main_file,
                                        DiagnosticList& diagnostics) {
  const Matches matches(base_of(include, main_file) + include.pattern);
  if (matches.result == GLOB_NOMATCH) {
    if (include.pattern.find_first_of(kWildcards) == std::string::npos)
      diagnostics.error(include.where,
                        fmt::format("no file '{}' for 'include' in [milter]", include.pattern));
    return {};
  }
  if (matches.result != 0) {
    diagnostics.error(
        include.where,
        fmt::format("cannot read the folder of '{}' for 'include' in [milter]", include.pattern));
    return {};
  }
  std::vector<std::string> paths(matches.found.gl_pathv,
                                 matches.found.gl_pathv + matches.found.gl_pathc);
  // By bytes, not by the locale: the same everywhere.
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::optional<std::ifstream> ConfigFiles::open(const std::string& path, std::uint32_t file) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    diagnostics_.error({file, 0}, fmt::format("cannot be opened: {}", error_text(errno)));
    return std::nullopt;
  }
  if (S_ISDIR(status.st_mode)) {
    diagnostics_.error({file, 0}, "is a folder; to include the files in it write FOLDER/*.conf");
    return std::nullopt;
  }
  if (!opened_.emplace(status.st_dev, status.st_ino).second) {
    diagnostics_.error({file, 0}, "has been read already; include each file once");
    return std::nullopt;
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    diagnostics_.error({file, 0}, fmt::format("cannot be opened: {}", error_text(errno)));
    return std::nullopt;
  }
  return stream;
}

std::size_t count_inbound_sections(const std::string& path) {
  constexpr std::string_view kHeader = "\n[inbound";
  constexpr std::size_t kChunk = 1 << 20;
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none)) return 0;
  std::ifstream stream(path, std::ios::binary);
  std::size_t count = 0;
  std::string buffer = "\n";
  while (stream) {
    const auto kept = buffer.size();
    buffer.resize(kept + kChunk);
    stream.read(buffer.data() + kept, static_cast<std::streamsize>(kChunk));
    buffer.resize(kept + static_cast<std::size_t>(stream.gcount()));
    for (auto at = buffer.find(kHeader); at != std::string::npos; at = buffer.find(kHeader, at + 1))
      ++count;
    // A header that the chunk's end divides is seen with the next one.
    buffer.erase(0, buffer.size() - std::min(buffer.size(), kHeader.size() - 1));
  }
  return count;
}

}  // namespace forcetls
