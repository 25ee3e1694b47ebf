// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The daemon's log: syslog, or stderr in the foreground. The only place that knows spdlog. Texts
/// are whole lines; whoever passes a peer's text cleans it first. Safe from any thread.
#pragma once

#include <memory>
#include <string_view>

#include "config/config.h"
#include "config/diagnostic.h"

namespace spdlog {
class logger;
}

namespace forcetls {

enum class LogTarget { Syslog, Stderr };

class Log {
 public:
  /// Level and facility are those of `settings`.
  Log(LogTarget target, const MilterSettings& settings);
  ~Log();

  /// Takes over what a reload changed. What libmilter itself writes follows the facility too.
  void configure(const MilterSettings& settings);

  void error(std::string_view line);
  void warning(std::string_view line);
  void info(std::string_view line);
  void debug(std::string_view line);
  /// At its own severity.
  void note(const Diagnostic& diagnostic);
  bool wants_debug() const;

 private:
  const LogTarget target_;
  const std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace forcetls
