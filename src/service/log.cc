// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/log.h"

#define SYSLOG_NAMES
#include <syslog.h>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>

#include <string>

namespace forcetls {
namespace {

constexpr const char* kIdent = "forcetlsd";

std::unique_ptr<spdlog::logger> make_logger(LogTarget target, int facility) {
  if (target == LogTarget::Syslog) {
    return std::make_unique<spdlog::logger>(
        kIdent, std::make_shared<spdlog::sinks::syslog_sink_mt>(kIdent, LOG_PID, facility,
                                                                false));
  }
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %n[%P]: %l: %v");
  return std::make_unique<spdlog::logger>(kIdent, std::move(sink));
}

// glibc's own table; the loader has refused other words.
int find_facility(const std::string& name) {
  for (const CODE* code = facilitynames; code->c_name != nullptr; ++code) {
    if (name == code->c_name) return code->c_val;
  }
  return LOG_MAIL;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::Error: return spdlog::level::err;
    case LogLevel::Warning: return spdlog::level::warn;
    case LogLevel::Info: break;
    case LogLevel::Debug: return spdlog::level::debug;
  }
  return spdlog::level::info;
}

}  // namespace

Log::Log(LogTarget target, const MilterSettings& settings)
    : target_(target), logger_(make_logger(target, find_facility(settings.syslog_facility))) {
  logger_->flush_on(spdlog::level::trace);
  configure(settings);
}

Log::~Log() = default;

// libmilter writes to syslog whatever the target is; in the foreground a copy goes to stderr.
void Log::configure(const MilterSettings& settings) {
  logger_->set_level(to_spdlog(settings.log_level));
  openlog(kIdent, LOG_PID | (target_ == LogTarget::Stderr ? LOG_PERROR : 0),
          find_facility(settings.syslog_facility));
}

void Log::error(std::string_view line) { logger_->error("{}", line); }
void Log::warning(std::string_view line) { logger_->warn("{}", line); }
void Log::info(std::string_view line) { logger_->info("{}", line); }
void Log::debug(std::string_view line) { logger_->debug("{}", line); }

void Log::note(const Diagnostic& diagnostic) {
  const bool is_error = diagnostic.severity == Diagnostic::Severity::Error;
  const std::string line = diagnostic.line != 0 ? ":" + std::to_string(diagnostic.line) : "";
  logger_->log(is_error ? spdlog::level::err : spdlog::level::warn, "{}{}: {}", diagnostic.file,
               line, diagnostic.text);
}

bool Log::wants_debug() const { return logger_->should_log(spdlog::level::debug); }

}  // namespace forcetls
