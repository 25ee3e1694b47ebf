// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/milter.h"

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "service/clock.h"
#include "service/milter_reply.h"
#include "service/milter_session.h"
#include "wire/printable.h"
#include "wire/socket_name.h"

namespace forcetls {
namespace {

// Trivially destructible, because libmilter's threads outlive everything else.
std::atomic<Milter*> g_milter{nullptr};
std::atomic<int> g_running_callbacks{0};

/// Holds the Milter for the time of one callback.
class Callback {
 public:
  Callback() {
    ++g_running_callbacks;
    milter_ = g_milter;
  }
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;
  ~Callback() {
    --g_running_callbacks;
    g_running_callbacks.notify_all();
  }
  Milter* milter() const { return milter_; }

 private:
  Milter* milter_;
};

MilterSession* session_of(SMFICTX* context) {
  return static_cast<MilterSession*>(smfi_getpriv(context));
}

MilterSession& require_session(SMFICTX* context) {
  MilterSession* session = session_of(context);
  if (session == nullptr) throw std::logic_error("event without negotiation");
  return *session;
}

void require(int result, const char* what) {
  if (result != MI_SUCCESS) throw std::runtime_error(std::string(what) + " failed");
}

MacroLookup macros_of(SMFICTX* context) {
  return [context](const char* name) -> std::optional<std::string_view> {
    const char* value = smfi_getsymval(context, const_cast<char*>(name));
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

// The reply is set right before the answer that carries it: libmilter would keep an unused one for
// a later message.
sfsistat give(SMFICTX* context, Answer answer) {
  switch (answer.kind) {
    case Answer::Kind::Continue: return SMFIS_CONTINUE;
    case Answer::Kind::Accept: return SMFIS_ACCEPT;
    case Answer::Kind::Discard: return SMFIS_DISCARD;
    case Answer::Kind::Refuse: break;
  }
  std::string text = format_milter_text(answer.reply.text);
  smfi_setreply(context, answer.reply.code.data(), answer.reply.enhanced.data(), text.data());
  return answer.reply.code.starts_with('4') ? SMFIS_TEMPFAIL : SMFIS_REJECT;
}

sfsistat answer_failure(SMFICTX* context, Milter& milter) {
  const MilterSession* session = session_of(context);
  return give(context, answer_error(session != nullptr
                                        ? session->on_error()
                                        : milter.config().get()->config->milter.on_error));
}

/// Around every callback: runs `work`, and where that throws logs it and lets `fail` answer.
template <typename Work, typename Fail>
sfsistat guarded(const char* event, Work work, Fail fail) noexcept {
  const Callback callback;
  if (callback.milter() == nullptr) return SMFIS_TEMPFAIL;
  Milter& milter = *callback.milter();
  try {
    try {
      return work(milter);
    } catch (const std::exception& error) {
      milter.log().error(std::string("internal error at ") + event + ": " +
                         clean_text(error.what(), 200));
    }
    return fail(milter);
  } catch (...) {
    return SMFIS_TEMPFAIL;
  }
}

/// An event that is answered: by `work`, or with on-error.
template <typename Work>
sfsistat answered(SMFICTX* context, const char* event, Work work) noexcept {
  return guarded(
      event,
      [&](Milter& milter) { return give(context, work(milter, require_session(context))); },
      [&](Milter& milter) { return answer_failure(context, milter); });
}

/// An event that only tells: where it fails, later ones are answered with on-error. `unanswered` is
/// its SMFIP_NR_ flag.
template <typename Work>
sfsistat noted(SMFICTX* context, const char* event, unsigned long unanswered, Work work) noexcept {
  const auto done = [&] {
    const MilterSession* session = session_of(context);
    const bool silent = session != nullptr && (session->agreement().steps & unanswered) != 0;
    return silent ? SMFIS_NOREPLY : SMFIS_CONTINUE;
  };
  return guarded(
      event,
      [&](Milter&) {
        work(require_session(context));
        return done();
      },
      [&](Milter&) {
        if (MilterSession* session = session_of(context)) session->fail();
        return done();
      });
}

void log_agreement(Milter& milter, const Agreement& agreement) {
  if (!agreement.chose_macros() && milter.is_first_old_mta()) {
    milter.log().warning(
        "the MTA does not let milters choose macros: it must send the TLS macros with HELO or MAIL "
        "(Postfix 2.6, Sendmail 8.14 or newer do what is needed)");
  }
  if (!agreement.lacking.empty()) {
    milter.log().error("the MTA does not offer what the configuration needs: " + agreement.lacking +
                       "; its mail is answered with on-error");
  }
}

sfsistat on_negotiate(SMFICTX* context, unsigned long actions, unsigned long steps, unsigned long,
                      unsigned long, unsigned long* wanted_actions, unsigned long* wanted_steps,
                      unsigned long* wanted_2, unsigned long* wanted_3) {
  const auto work = [&](Milter& milter) -> sfsistat {
    auto config = milter.config().get();
    Agreement agreement = negotiate(config->needs, {actions, steps}, milter.is_tcp());
    log_agreement(milter, agreement);
    for (int stage = SMFIM_FIRST; stage <= SMFIM_LAST; ++stage) {
      const char* list = agreement.macros.at(static_cast<std::size_t>(stage));
      if (list == nullptr) continue;
      require(smfi_setsymlist(context, stage, const_cast<char*>(list)), "smfi_setsymlist");
    }
    *wanted_actions = agreement.actions;
    *wanted_steps = agreement.steps;
    *wanted_2 = *wanted_3 = 0;
    auto session = std::make_unique<MilterSession>(std::move(config), std::move(agreement),
                                                   milter.evidence(), milter.message_log());
    delete session_of(context);
    smfi_setpriv(context, session.release());
    return SMFIS_CONTINUE;
  };
  // libmilter drops the connection then, and the MTA does as it does without its milter.
  return guarded("negotiation", work, [](Milter&) -> sfsistat { return SMFIS_REJECT; });
}

sfsistat on_connect(SMFICTX* context, char*, sockaddr* address) {
  return noted(context, "CONNECT", SMFIP_NR_CONN, [&](MilterSession& session) {
    session.connect(address != nullptr ? read_address(*address) : std::nullopt,
                    address != nullptr ? read_port(*address) : std::nullopt, macros_of(context));
  });
}

sfsistat on_helo(SMFICTX* context, char* name) {
  return noted(context, "HELO", SMFIP_NR_HELO,
               [&](MilterSession& session) { session.helo(name != nullptr ? name : ""); });
}

sfsistat on_mail(SMFICTX* context, char** arguments) {
  return answered(context, "MAIL", [&](Milter& milter, MilterSession& session) {
    return session.mail(milter.config(), macros_of(context), arguments[0], now());
  });
}

sfsistat on_rcpt(SMFICTX* context, char** arguments) {
  const sfsistat answer = answered(context, "RCPT", [&](Milter&, MilterSession& session) {
    return session.rcpt(macros_of(context), arguments[0]);
  });
  // ACCEPT would take the whole message, with all recipients to come (on-error = accept).
  return answer == SMFIS_ACCEPT ? SMFIS_CONTINUE : answer;
}

sfsistat on_data(SMFICTX* context) {
  return answered(context, "DATA", [&](Milter&, MilterSession& session) {
    return session.data(macros_of(context));
  });
}

sfsistat on_header(SMFICTX* context, char* name, char* value) {
  return noted(context, "header", SMFIP_NR_HDR,
               [&](MilterSession& session) { session.header(name, value); });
}

sfsistat on_end_of_headers(SMFICTX* context) {
  return answered(context, "end of headers", [&](Milter&, MilterSession& session) {
    return session.end_of_headers(macros_of(context));
  });
}

void make_edits(SMFICTX* context, MessageEdits& edits) {
  std::string field = "Authentication-Results";
  for (const int occurrence : edits.removals) {
    require(smfi_chgheader(context, field.data(), occurrence, nullptr), "smfi_chgheader");
  }
  if (!edits.results.empty()) {
    require(smfi_insheader(context, 0, field.data(), edits.results.data()), "smfi_insheader");
  }
  if (!edits.quarantine.empty()) {
    require(smfi_quarantine(context, edits.quarantine.data()), "smfi_quarantine");
  }
}

sfsistat on_end_of_message(SMFICTX* context) {
  return answered(context, "end of message", [&](Milter&, MilterSession& session) {
    return session.end_of_message(macros_of(context),
                                  [&](MessageEdits& edits) { make_edits(context, edits); });
  });
}

sfsistat on_abort(SMFICTX* context) {
  const auto work = [&](Milter&) -> sfsistat {
    if (MilterSession* session = session_of(context)) session->abort();
    return SMFIS_CONTINUE;
  };
  return guarded("RSET", work, [](Milter&) -> sfsistat { return SMFIS_CONTINUE; });
}

sfsistat on_close(SMFICTX* context) {
  const auto work = [&](Milter&) -> sfsistat {
    const std::unique_ptr<MilterSession> session(session_of(context));
    smfi_setpriv(context, nullptr);
    if (session) session->abort();
    return SMFIS_CONTINUE;
  };
  return guarded("close", work, [](Milter&) -> sfsistat { return SMFIS_CONTINUE; });
}

}  // namespace

Milter::Milter(const CurrentConfig& config, EvidenceStore* evidence, Log& log)
    : config_(config), evidence_(evidence), log_(log), message_log_(log) {
  std::string name = "forcetls";
  // All sessions need the same callbacks: libmilter's state table is global (libmilter/engine.c).
  smfiDesc description{};
  description.xxfi_name = name.data();
  description.xxfi_version = SMFI_VERSION;
  description.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE | SMFIF_SETSYMLIST;
  description.xxfi_connect = on_connect;
  description.xxfi_helo = on_helo;
  description.xxfi_envfrom = on_mail;
  description.xxfi_envrcpt = on_rcpt;
  description.xxfi_data = on_data;
  description.xxfi_header = on_header;
  description.xxfi_eoh = on_end_of_headers;
  description.xxfi_eom = on_end_of_message;
  description.xxfi_abort = on_abort;
  description.xxfi_close = on_close;
  description.xxfi_negotiate = on_negotiate;
  require(smfi_register(description), "smfi_register");
  g_milter = this;
}

Milter::~Milter() {
  g_milter = nullptr;
  for (int running = g_running_callbacks; running != 0; running = g_running_callbacks) {
    g_running_callbacks.wait(running);
  }
}

bool Milter::run() { return smfi_main() == MI_SUCCESS; }

}  // namespace forcetls
