// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/explain.h"

#include <memory>
#include <ostream>
#include <utility>
#include <variant>

#include "cli/explanation.h"
#include "cli/option_list.h"
#include "cli/outbound_explanation.h"
#include "cli/trace_json.h"
#include "cli/trace_text.h"
#include "config/loader.h"
#include "service/message_edits.h"

namespace forcetls {

namespace {

constexpr int kExitPasses = 0;
constexpr int kExitViolation = 1;
constexpr int kExitMistake = 2;

void declare_mail(OptionList& list, MailOptions& mail) {
  list.value("--client", mail.client, "IP", "address of the client; else it is unknown");
  list.value("--client-name", mail.client_name, "NAME", "its host name, verified by the MTA");
  list.value("--helo", mail.helo, "NAME", "HELO or EHLO name");
  list.value("--from", mail.from, "ADDR", "MAIL's address as typed; <> for the null sender (needed)");
  list.value("--header-from", mail.header_from, "ADDR", "value of a From: field; may be repeated");
  list.value("--to", mail.to, "ADDR", "RCPT's address as typed; may be repeated");
  list.value("--tls", mail.tls, "VERSION", "1.0, 1.1, 1.2, 1.3, SSLv3 or none (default)");
  list.value("--cipher", mail.cipher, "NAME", "cipher suite, OpenSSL or IANA spelling");
  list.value("--bits", mail.bits, "N", "used key bits of the cipher");
  list.flag("--verified", mail.verified, "the MTA trusts the client's certificate");
  list.value("--cert", mail.cert, "FILE", "the client's certificate, in place of --cert-...");
  list.value("--cert-subject", mail.cert_subject, "CN", "common name in the client's certificate");
  list.value("--cert-issuer", mail.cert_issuer, "CN", "common name of its issuer");
  list.value("--cert-organization", mail.cert_organization, "O", "its organization; may be repeated");
  list.value("--cert-organizational-unit", mail.cert_organizational_unit, "OU", "its unit; likewise");
  list.value("--cert-issuer-organization", mail.cert_issuer_organization, "O", "its issuer's; likewise");
  list.value("--cert-sha256", mail.cert_sha256, "H", "SHA-256 of the certificate");
  list.value("--key-sha256", mail.key_sha256, "H", "SHA-256 of its public key");
  list.value("--auth", mail.auth, "USER", "the user that passed SMTP AUTH");
  list.value("--mta", mail.mta, "MTA", "postfix or sendmail: whose facts these are; else the config's");
  list.value("--at", mail.at, "TIME", "time of MAIL, 2026-12-01T08:00:00Z or a date; else now");
  list.value("--unknown", mail.unknown, "FACT", "a fact that is unknown; may be repeated");
}

/// What only mail that comes in has.
constexpr const char* kInboundOptions[] = {
    "--client", "--client-name", "--helo", "--from", "--header-from", "--tls", "--cipher", "--bits",
    "--verified", "--cert", "--cert-subject", "--cert-issuer", "--cert-organization",
    "--cert-organizational-unit", "--cert-issuer-organization", "--cert-sha256", "--key-sha256",
    "--auth", "--mta", "--unknown"};

/// What does not go together; empty: nothing.
std::string find_misfit(const OptionList& list, const ExplainOptions& options) {
  if (!options.outbound) return options.relay ? "--relay goes with --outbound" : "";
  for (const char* name : kInboundOptions)
    if (list.was_given(name)) return std::string(name) + " does not go with --outbound";
  if (options.mail.to.size() != 1) return "--outbound needs --to ADDR, once";
  return {};
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

int explain_leaving(const ExplainOptions& options, const Config& config,
                    const Surroundings& surroundings) {
  const auto time = read_time_option(options.mail, surroundings.now);
  if (const auto* problem = std::get_if<std::string>(&time)) return fail(surroundings, *problem);
  const auto result =
      explain_outbound(config, options.mail.to.front(), options.relay, std::get<Time>(time));
  if (const auto* problem = std::get_if<std::string>(&result)) return fail(surroundings, *problem);
  const auto& explanation = std::get<OutboundExplanation>(result);
  surroundings.out << (options.json ? format_outbound_json(explanation, config)
                                    : format_outbound_text(explanation, config));
  return explanation.result == OutboundExplanation::Result::Wait ? kExitViolation : kExitPasses;
}

}  // namespace

RunCommand declare_explain(OptionList& list) {
  auto options = std::make_shared<ExplainOptions>();
  options->config_file = FORCETLS_CONFIG_FILE;
  list.file("-c", options->config_file, "the configuration");
  declare_mail(list, options->mail);
  list.flag("--json", options->json, "one JSON object in place of text");
  list.flag("--outbound", options->outbound, "mail that leaves: which connector governs it");
  list.value("--relay", options->relay, "TEXT", "its next hop, as relayhost or a transport says it");
  list.footer("FACT is one of " + format_fact_names() +
                 ".\nA fact not given is absent.\nExit code 0: the mail passes, 1: a violation or "
                 "missing evidence, 2: a mistake in config or options.\nWith --outbound and --to, "
                 "perhaps --relay and --at: 0: how the mail is sent, 1: it waits.");
  return [options, &list](const Surroundings& surroundings) {
    if (const std::string misfit = find_misfit(list, *options); !misfit.empty())
      return fail(surroundings, misfit);
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
  if (options.outbound) return explain_leaving(options, config, surroundings);
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
