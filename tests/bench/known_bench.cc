// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// What known certificates cost: to load a folder of them, each a leaf and the same intermediate,
// and to identify one for the first time and later. Times are of the CPU: a busy machine does not
// count.
//
//   known_bench [N]     by default 10,000 files

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "temporary_folder.h"
#include "x509/known_certificates.h"
#include "x509/pki.h"

namespace forcetls {
namespace {

using pki::Made;
using pki::make;

const Time kNow = pki::day(2026, 3, 1);

/// Of CPU time.
double microseconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

double megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void write_files(const TemporaryFolder& folder, const Made& ca, std::size_t count) {
  const std::string issuer = ca.pem();
  const pki::KeyPtr key = pki::make_key();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "mx.p" + std::to_string(i) + ".example";
    const Made leaf = make({.cns = {name}, .dns_names = {name}, .issuer = &ca, .key = key});
    folder.write(name + ".pem", leaf.pem() + issuer);
  }
}

void identify_all(const KnownCertificates& known, const char* what) {
  std::vector<double> times;
  for (const auto& one : known.all()) {
    Certificate certificate;
    certificate.state = Certificate::State::Untrusted;
    certificate.sha256 = one->chain.leaf().sha256;
    const double begin = microseconds();
    known.identify(certificate, kNow);
    times.push_back(microseconds() - begin);
    if (certificate.state != Certificate::State::Verified)
      throw std::runtime_error(certificate.problem);
  }
  std::sort(times.begin(), times.end());
  std::printf("identify, %s %10.1f us median %8.1f us p99 %8.1f MB at most\n", what,
              times[times.size() / 2], times[times.size() * 99 / 100], megabytes());
}

void run(std::size_t count) {
  const TemporaryFolder folder;
  const Made root = make({.cns = {"Root"}, .ca = true});
  write_files(folder, make({.cns = {"CA"}, .issuer = &root, .ca = true}), count);

  KnownCertificates known(
      std::make_shared<const TrustStore>(CertificateChain{root.certificate()}),
      std::make_shared<const RevocationStore>());
  std::vector<FileProblem> problems;
  const double before = megabytes();
  const double begin = microseconds();
  known.add_directory(folder.path(), problems);
  const double time = microseconds() - begin;
  if (!problems.empty() || known.all().size() != count || count == 0)
    throw std::runtime_error("not all files were loaded");
  std::printf("load %zu files %10.1f ms %8.1f MB more\n", count, time / 1000,
              megabytes() - before);
  identify_all(known, "first");
  identify_all(known, "later");
}

}  // namespace
}  // namespace forcetls

int main(int argc, char** argv) {
  try {
    forcetls::run(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10000);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 70;
  }
}
