// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/export.h"

#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/export_postfix.h"
#include "cli/export_sendmail.h"
#include "cli/option_list.h"
#include "cli/program.h"
#include "config/loader.h"
#include "service/anchor_files.h"
#include "service/atomic_file.h"
#include "wire/printable.h"

namespace forcetls {

namespace {

using TlsDemand = Terms::TlsDemand;

struct Options {
  std::string mta;
  std::string config_file = FORCETLS_CONFIG_FILE;
  std::string output;  // empty: standard output
  std::optional<std::string> version;
  std::optional<std::string> minimum_tls;
};

constexpr std::array<std::pair<std::string_view, TlsDemand>, 4> kVersions = {{
    {"1.0", TlsDemand::Tls10},
    {"1.1", TlsDemand::Tls11},
    {"1.2", TlsDemand::Tls12},
    {"1.3", TlsDemand::Tls13},
}};

class Export {
 public:
  Export(const Options& options, const Surroundings& surroundings)
      : options_(options), surroundings_(surroundings) {}

  int run() {
    if (const int code = read_options(); code != 0) return code;
    if (::access(options_.config_file.c_str(), R_OK) != 0)
      return fail(EX_NOINPUT, "cannot read " + options_.config_file + ": " +
                                  std::generic_category().message(errno));
    const auto loaded = load_config(options_.config_file, surroundings_.now);
    if (!loaded.config) return show(loaded.diagnostics);
    const Config& config = *loaded.config;
    const ExportedTable table = make_table(config);
    if (!table.problems.empty()) return show(table.problems);
    if (is_postfix_)
      if (const auto problem = write_anchor_files(config); !problem.empty())
        return fail(EX_CANTCREAT, problem);
    return write(table.text);
  }

 private:
  int fail(int code, std::string_view text) const {
    surroundings_.err << "forcetls export: " << text << '\n';
    return code;
  }

  int show(const std::vector<Diagnostic>& diagnostics) const {
    for (const auto& diagnostic : diagnostics)
      surroundings_.err << format_diagnostic(diagnostic) << '\n';
    return EX_CONFIG;
  }

  int wrong(std::string_view what, std::string_view value, std::string_view expected) const {
    return fail(kExitUsage, "bad " + std::string(what) + " '" + clean_text(value, 200) +
                                "'; expected " + std::string(expected));
  }

  int read_options() {
    is_postfix_ = options_.mta == "postfix";
    if (!is_postfix_ && options_.mta != "sendmail")
      return wrong("argument", options_.mta, "postfix or sendmail");
    if (options_.version && !is_postfix_) return fail(kExitUsage, "--version is for postfix");
    if (options_.minimum_tls && is_postfix_)
      return fail(kExitUsage, "--minimum-tls is for sendmail");
    if (options_.version) {
      version_ = parse_postfix_version(*options_.version);
      if (!version_ || *version_ < kOldestPostfix)
        return wrong("--version", *options_.version, "a version as 3.7, from 3.4 on");
    }
    if (!options_.minimum_tls) return 0;
    const auto found = std::find_if(kVersions.begin(), kVersions.end(), [&](const auto& one) {
      return one.first == *options_.minimum_tls;
    });
    if (found == kVersions.end())
      return wrong("--minimum-tls", *options_.minimum_tls, "1.0, 1.1, 1.2 or 1.3");
    least_tls_ = found->second;
    return 0;
  }

  ExportedTable make_table(const Config& config) const {
    if (!is_postfix_) return export_sendmail(config, surroundings_.now, least_tls_);
    return export_postfix(config, surroundings_.now, version_.value_or(config.postfix_version()));
  }

  int write(const std::string& text) const {
    if (options_.output.empty()) {
      surroundings_.out << text << std::flush;
      return surroundings_.out ? 0 : fail(EX_IOERR, "cannot write");
    }
    const auto problem = write_atomically(options_.output, text);
    return problem.empty() ? 0 : fail(EX_CANTCREAT, problem);
  }

  const Options& options_;
  const Surroundings& surroundings_;
  bool is_postfix_ = false;
  std::optional<PostfixVersion> version_;
  TlsDemand least_tls_ = TlsDemand::No;
};

}  // namespace

RunCommand declare_export(OptionList& list) {
  auto options = std::make_shared<Options>();
  list.argument("MTA", options->mta, "postfix or sendmail: whose table");
  list.file("-c", options->config_file, "the configuration");
  list.value("-o", options->output, "FILE", "write there, whole or not at all; else to the output");
  list.value("--version", options->version, "VERSION",
             "Postfix's version; else that of [outbound-map], or 3.7");
  list.value("--minimum-tls", options->minimum_tls, "VERSION",
             "this Sendmail uses no older TLS than 1.0, 1.1, 1.2 or 1.3");
  list.footer(
      "Exit code 0: written, 78: the configuration has mistakes, or that table cannot say "
      "all of it.");
  return
      [options](const Surroundings& surroundings) { return Export(*options, surroundings).run(); };
}

}  // namespace forcetls
