// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/explain.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <utility>
#include <variant>

#include "cli/explanation.h"
#include "cli/trace_json.h"
#include "cli/trace_text.h"
#include "config/loader.h"
#include "service/message_edits.h"

namespace forcetls {

namespace {

constexpr int kExitPasses = 0;
constexpr int kExitViolation = 1;
constexpr int kExitMistake = 2;

void declare_mail(CLI::App& command, MailOptions& mail) {
  const auto text = [&](const char* name, auto& value, const char* type, const char* help) {
    command.add_option(name, value, help)->type_name(type)->allow_extra_args(false);
  };
  text("--client", mail.client, "IP", "address of the client; else it is unknown");
  text("--client-name", mail.client_name, "NAME", "its host name, verified by the MTA");
  text("--helo", mail.helo, "NAME", "HELO or EHLO name");
  text("--from", mail.from, "ADDR", "MAIL's address as typed; <> for the null sender (needed)");
  text("--header-from", mail.header_from, "ADDR", "value of a From: field; may be repeated");
  text("--to", mail.to, "ADDR", "RCPT's address as typed; may be repeated");
  text("--tls", mail.tls, "VERSION", "1.0, 1.1, 1.2, 1.3, SSLv3 or none (default)");
  text("--cipher", mail.cipher, "NAME", "cipher suite, OpenSSL or IANA spelling");
  text("--bits", mail.bits, "N", "used key bits of the cipher");
  command.add_flag("--verified", mail.verified, "the MTA trusts the client's certificate");
  text("--cert", mail.cert, "FILE", "the client's certificate, in place of --cert-...");
  text("--cert-subject", mail.cert_subject, "CN", "common name in the client's certificate");
  text("--cert-issuer", mail.cert_issuer, "CN", "common name of its issuer");
  text("--cert-organization", mail.cert_organization, "O", "its organization; may be repeated");
  text("--cert-organizational-unit", mail.cert_organizational_unit, "OU", "its unit; likewise");
  text("--cert-issuer-organization", mail.cert_issuer_organization, "O", "its issuer's; likewise");
  text("--cert-sha256", mail.cert_sha256, "H", "SHA-256 of the certificate");
  text("--key-sha256", mail.key_sha256, "H", "SHA-256 of its public key");
  text("--auth", mail.auth, "USER", "the user that passed SMTP AUTH");
  text("--mta", mail.mta, "MTA", "postfix or sendmail: whose facts these are; else the config's");
  text("--at", mail.at, "TIME", "time of MAIL, 2026-12-01T08:00:00Z or a date; else now");
  text("--unknown", mail.unknown, "FACT", "a fact that is unknown; may be repeated");
}

/// Options of DESIGN.md section 2 that need what this version has not got: taken, to be refused by
/// name.
constexpr const char* kLaterOptions[] = {"--outbound"};

/// The name of one that was given, or nullptr.
const char* later_option(const CLI::App& command) {
  for (const char* name : kLaterOptions)
    if (command.count(name) > 0) return name;
  return nullptr;
}

int fail(const Surroundings& surroundings, std::string_view text) {
  surroundings.err << "forcetls explain: " << text << '\n';
  return kExitMistake;
}

/// The header that the milter will add, or nothing. The id that the MTA would give is not known.
std::string added_header(const MilterSettings& settings, const Explanation& explanation) {
  if (is_refusal(explanation.action) || explanation.action == Action::Discard) return {};
  const std::string id = settings.authserv_id.empty() ? "AUTHSERV-ID" : settings.authserv_id;
  return plan_edits(explanation.verdict, settings.add_header, id, {}).results;
}

}  // namespace

RunCommand declare_explain(CLI::App& command) {
  auto options = std::make_shared<ExplainOptions>();
  options->config_file = FORCETLS_CONFIG_FILE;
  command.add_option("-c", options->config_file, "the configuration")
      ->type_name("FILE")
      ->capture_default_str();
  declare_mail(command, options->mail);
  command.add_flag("--json", options->json, "one JSON object in place of text");
  for (const char* name : kLaterOptions) command.add_option(name)->expected(0, 1)->group("");
  command.footer("FACT is one of " + format_fact_names() +
                 ".\nA fact not given is absent.\nExit code 0: the mail passes, 1: a violation or "
                 "missing evidence, 2: a mistake in config or options.");
  return [options, &command](const Surroundings& surroundings) {
    if (const char* name = later_option(command))
      return fail(surroundings, std::string(name) + " is not supported by this version");
    return run_explain(*options, surroundings);
  };
}

int run_explain(const ExplainOptions& options, const Surroundings& surroundings) {
  const LoadResult loaded = load_config(options.config_file, surroundings.now);
  if (!loaded.config) {
    for (const auto& diagnostic : loaded.diagnostics)
      surroundings.err << format_diagnostic(diagnostic) << '\n';
    return kExitMistake;
  }
  const Config& config = *loaded.config;
  auto mail = read_mail_options(options.mail, config, surroundings.now);
  if (const auto* problem = std::get_if<std::string>(&mail)) return fail(surroundings, *problem);

  const Explanation explanation =
      explain(config.policy, std::get<ExplainedMail>(std::move(mail)));
  if (options.json) {
    surroundings.out << format_trace_json(explanation);
  } else {
    const std::string header = added_header(config.milter, explanation);
    surroundings.out << format_trace(explanation, {config.files, header});
  }
  return explanation.violates() ? kExitViolation : kExitPasses;
}

}  // namespace forcetls
