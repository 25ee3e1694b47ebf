// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Stands in for libFuzzer in `make check`: gives a fuzz target each file of its corpus once. Takes
/// files and directories; without any, X_fuzz reads $srcdir/tests/fuzz/corpus/X. Fails if there is no
/// file. A crash is seen by the missing last line, "N passed, N failed".

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

fs::path default_corpus(const fs::path& program) {
  const char* srcdir = std::getenv("srcdir");
  auto name = program.filename().string();
  if (name.ends_with("_fuzz")) name.resize(name.size() - 5);
  return fs::path(srcdir ? srcdir : ".") / "tests/fuzz/corpus" / name;
}

void replay(const fs::path& path) {
  // Named before it is tried: after a crash the log's last line says which file it was.
  std::cout << path.string() << std::endl;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot be read");
  // On the heap and of exactly this size, so that AddressSanitizer sees a read past the end.
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::size_t replay_all(const fs::path& place) {
  std::size_t files = 0;
  if (!fs::is_directory(place)) {
    replay(place);
    return 1;
  }
  for (const auto& entry : fs::directory_iterator(place)) {
    replay(entry.path());
    ++files;
  }
  return files;
}

}  // namespace

int main(int argc, char* argv[]) try {
  std::vector<fs::path> places(argv + 1, argv + argc);
  if (places.empty()) places.push_back(default_corpus(argv[0]));
  std::size_t files = 0;
  for (const auto& place : places) files += replay_all(place);
  if (files == 0) throw std::runtime_error("no file to replay");
  std::cout << files << " passed, 0 failed" << std::endl;
  return EXIT_SUCCESS;
} catch (const std::exception& error) {
  std::cout << error.what() << "\n0 passed, 1 failed" << std::endl;
  return EXIT_FAILURE;
}
