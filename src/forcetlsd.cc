// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// The daemon: see forcetlsd(8).

#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "service/daemon.h"

int main(int argc, char** argv) {
  try {
    forcetls::DaemonOptions options{.config_file = FORCETLS_CONFIG_FILE};
    CLI::App app("forcetlsd: a milter that enforces forced-TLS connectors", "forcetlsd");
    app.add_option("-c,--config", options.config_file, "the configuration file")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_flag("-f,--foreground", options.foreground, "stay in the foreground, log to stderr");
    app.add_flag("-n,--check", options.check_only, "check the configuration and exit");
    app.set_version_flag("-V,--version", "forcetlsd " FORCETLS_VERSION);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? EX_OK : EX_USAGE;
    }
    return forcetls::run_daemon(options);
  } catch (const std::exception& error) {
    std::cerr << "forcetlsd: " << error.what() << '\n';
    return EX_SOFTWARE;
  }
}
