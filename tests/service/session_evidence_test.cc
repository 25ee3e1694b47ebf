// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// Evidence from the store to the verdict: what a MilterSession makes of it.

#include "service/session_evidence.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>
#include <string>

#include "config/loader.h"
#include "service/milter_session.h"

namespace forcetls {
namespace {

const std::string kPin(64, 'a');
const std::string kFingerprint = [] {
  std::string text = "AA";
  for (int i = 1; i < 32; ++i) text += ":AA";
  return text;
}();

const std::string kPinned =
    "[milter]\nnull-sender = none\n[postfix-evidence]\n"
    "[inbound a]\nmatch-sender = a.example\nrequire-certificate = pinned\n"
    "[certificate pinned]\nsha256 = " + kPin + "\n";

using Macros = std::map<std::string, std::string>;

const Macros kPlain = {{"v", "Postfix 3.7.11"},       {"{client_addr}", "192.0.2.1"},
                       {"{client_port}", "40000"},    {"{client_name}", "mail.a.example"},
                       {"{client_resolve}", "OK"},    {"{daemon_addr}", "192.0.2.25"},
                       {"{daemon_port}", "25"}};

Macros with(Macros macros, const Macros& more) {
  for (const auto& [name, value] : more) macros[name] = value;
  return macros;
}

const Macros kTls = with(kPlain, {{"{tls_version}", "TLSv1.3"},
                                  {"{cipher}", "TLS_AES_256_GCM_SHA384"},
                                  {"{cipher_bits}", "256"}});

/// What Postfix tells of the session of kTls.
Evidence evidence(const std::string& fingerprint = kFingerprint) {
  Evidence made;
  made.tls_version = "TLSv1.3";
  made.cipher = "TLS_AES_256_GCM_SHA384";
  made.bits = "256";
  made.fingerprint = made.key_fingerprint = fingerprint;
  return made;
}

class Given {
 public:
  explicit Given(const std::string& text = kPinned, Macros its_macros = kTls,
                 bool with_store = true)
      : macros(std::move(its_macros)),
        current_(load_config_text("test", text, Time{}).config),
        log_(LogTarget::Stderr, quiet()),
        messages_(log_),
        with_store_(with_store) {
    reconnect();
  }

  /// A new connection from the same address and port.
  void reconnect() {
    session_ = std::make_unique<MilterSession>(current_.get(), Agreement{},
                                               with_store_ ? &store : nullptr, messages_);
    session_->connect(std::nullopt, std::nullopt, lookup());
  }
  void close() { session_.reset(); }

  /// Postfix asks the policy service.
  void put(const Evidence& evidence) {
    const auto key = read_evidence_key(lookup());
    BOOST_REQUIRE(key);
    store.put(*key, evidence, EvidenceStore::Clock::now());
  }

  std::string mail(const std::string& sender = "<x@a.example>") {
    return show(session_->mail(current_, lookup(), sender, Time{}));
  }
  std::string rcpt(const std::string& recipient = "<u@example.org>") {
    return show(session_->rcpt(lookup(), recipient));
  }
  std::string data() { return show(session_->data(lookup())); }

  void load(const std::string& text) {
    current_.set(load_config_text("test", text, Time{}).config);
  }

  Macros macros;
  EvidenceStore store;

 private:
  static MilterSettings quiet() {
    MilterSettings settings;
    settings.log_level = LogLevel::Error;
    return settings;
  }

  static std::string show(const Answer& answer) {
    switch (answer.kind) {
      case Answer::Kind::Continue: return "continue";
      case Answer::Kind::Accept: return "accept";
      case Answer::Kind::Discard: return "discard";
      case Answer::Kind::Refuse: break;
    }
    return answer.reply.code + " " + answer.reply.enhanced;
  }

  MacroLookup lookup() const {
    return [this](const char* name) -> std::optional<std::string_view> {
      const auto found = macros.find(name);
      if (found == macros.end()) return std::nullopt;
      return found->second;
    };
  }

  CurrentConfig current_;
  Log log_;
  MessageLog messages_;
  const bool with_store_;
  std::unique_ptr<MilterSession> session_;
};

const std::string kMissing = "451 4.7.0";

BOOST_AUTO_TEST_SUITE(session_evidence)

BOOST_AUTO_TEST_CASE(it_decides_at_the_first_recipient) {
  const struct {
    const char* certificate;
    Evidence evidence;
    std::string answer;
  } kCases[] = {
      {"the agreed one", evidence(), "continue"},
      {"another", evidence("BB" + kFingerprint.substr(2)), "550 5.7.1"},
      {"none", evidence(""), "550 5.7.5"},
      {"an MD5 digest", evidence(kFingerprint.substr(0, 47)), kMissing},
  };
  for (const auto& row : kCases) {
    BOOST_TEST_CONTEXT(row.certificate) {
      Given given;
      BOOST_TEST(given.mail() == "continue");
      given.put(row.evidence);
      BOOST_TEST(given.rcpt() == row.answer);
      BOOST_TEST(given.store.size() == 0U);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_did_not_come_is_missing) {
  Given given;
  BOOST_TEST(given.mail() == "continue");
  BOOST_TEST(given.rcpt() == kMissing);
  BOOST_TEST(given.rcpt() == kMissing);
}

BOOST_AUTO_TEST_CASE(it_may_come_with_a_later_recipient) {
  Given given;
  BOOST_TEST(given.mail() == "continue");
  BOOST_TEST(given.rcpt("<postmaster>") == kMissing);  // of whom Postfix asks nobody
  given.put(evidence());
  BOOST_TEST(given.rcpt() == "continue");
  BOOST_TEST(given.rcpt("<postmaster>") == "continue");
  BOOST_TEST(given.data() == "accept");
}

BOOST_AUTO_TEST_CASE(it_is_kept_for_later_messages) {
  Given given;
  BOOST_TEST(given.mail() == "continue");
  given.put(evidence());
  BOOST_TEST(given.rcpt() == "continue");
  given.put(evidence());
  BOOST_TEST(given.rcpt("<v@example.org>") == "continue");
  BOOST_TEST(given.store.size() == 1U);  // once taken is enough
  BOOST_TEST(given.data() == "accept");
  BOOST_TEST(given.mail() == "accept");
  BOOST_TEST(given.mail() == "accept");
  given.close();
  BOOST_TEST(given.store.size() == 0U);
}

BOOST_AUTO_TEST_CASE(of_another_tls_session_it_does_not_count) {
  Evidence other_cipher = evidence();
  other_cipher.cipher = "AES256-SHA";
  Evidence named = evidence();
  named.subject_cn = "mail.a.example";
  for (const auto& disagreeing : {other_cipher, named, Evidence{}}) {
    Given given;
    BOOST_TEST(given.mail() == "continue");
    given.put(disagreeing);
    BOOST_TEST(given.rcpt() == kMissing);
    BOOST_TEST(given.store.size() == 0U);
    given.put(evidence());
    BOOST_TEST(given.rcpt("<v@other.example>") == "continue");
  }
}

BOOST_AUTO_TEST_CASE(another_tls_session_makes_it_forgotten) {
  Given given;
  BOOST_TEST(given.mail() == "continue");
  given.put(evidence());
  BOOST_TEST(given.rcpt() == "continue");
  BOOST_TEST(given.data() == "accept");
  given.macros["{cipher}"] = "TLS_CHACHA20_POLY1305_SHA256";
  BOOST_TEST(given.mail() == "continue");
  BOOST_TEST(given.rcpt() == kMissing);
  given.macros = kTls;
  BOOST_TEST(given.mail() == "continue");
  BOOST_TEST(given.rcpt() == kMissing);
}

BOOST_AUTO_TEST_CASE(starttls_after_mail_in_the_clear) {
  Given given(kPinned, kPlain);
  BOOST_TEST(given.mail("<x@elsewhere.example>") == "accept");
  given.put(Evidence{.bits = "0"});
  BOOST_TEST(given.mail() == "530 5.7.0");
  given.macros = kTls;
  BOOST_TEST(given.mail() == "continue");
  BOOST_TEST(given.rcpt("<postmaster>") == kMissing);  // what was put in the clear is dropped
  given.put(evidence());
  BOOST_TEST(given.rcpt() == "continue");
}

BOOST_AUTO_TEST_CASE(a_new_connection_finds_nothing_of_an_older_one) {
  Given given;
  given.put(evidence());
  given.reconnect();
  BOOST_TEST(given.store.size() == 0U);
  BOOST_TEST(given.mail() == "continue");
  BOOST_TEST(given.rcpt() == kMissing);
  given.put(evidence());
  given.close();
  BOOST_TEST(given.store.size() == 0U);
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_what_cannot_come) {
  const std::string without_door =
      "[milter]\nnull-sender = none\n" + kPinned.substr(kPinned.find("[inbound"));
  BOOST_TEST(Given(kPinned, with(kTls, {{"{client_port}", "0"}})).mail() == kMissing);
  BOOST_TEST(Given(kPinned, with(kTls, {{"{daemon_port}", "unknown"}})).mail() == kMissing);
  BOOST_TEST(Given(kPinned, with(kTls, {{"v", "8.17.1.9"}, {"{verify}", "OK"}})).mail() ==
             kMissing);
  BOOST_TEST(Given(kPinned, kTls, false).mail() == kMissing);
  BOOST_TEST(Given(without_door).mail() == kMissing);
}

BOOST_AUTO_TEST_CASE(mail_that_is_settled_leaves_it_alone) {
  Given given;
  given.put(evidence());
  BOOST_TEST(given.mail("<x@elsewhere.example>") == "accept");
  BOOST_TEST(given.store.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_configuration_of_the_message_counts) {
  Given given;
  BOOST_TEST(given.mail() == "continue");
  given.put(evidence());
  BOOST_TEST(given.rcpt() == "continue");
  BOOST_TEST(given.data() == "accept");
  given.load("[milter]\nnull-sender = none\n" + kPinned.substr(kPinned.find("[inbound")));
  BOOST_TEST(given.mail() == kMissing);
  given.load(kPinned);
  BOOST_TEST(given.mail() == "accept");
}

BOOST_AUTO_TEST_CASE(the_administrator_is_told_what_is_lacking) {
  const auto config = load_config_text("test", kPinned, Time{}).config;
  const auto bare = load_config_text("test", "", Time{}).config;
  EvidenceStore store;
  Macros macros = kTls;
  const MacroLookup lookup = [&](const char* name) -> std::optional<std::string_view> {
    return macros.at(name);
  };
  const std::string kHead =
      "Postfix has told too little of a certificate that a connector looks at: ";
  SessionEvidence evidence(&store);
  BOOST_TEST(evidence.explain_lack(*bare) == kHead + "configure [postfix-evidence]");
  BOOST_TEST(SessionEvidence(nullptr).explain_lack(*config) ==
             kHead + "[postfix-evidence] needs a restart of forcetlsd");
  BOOST_TEST(evidence.explain_lack(*config) ==
             kHead + "it does not know the client's or its own address and port");
  BOOST_TEST(evidence.server() == "an unknown address");
  macros["{daemon_addr}"] = "2001:db8::25";
  evidence.connect(lookup);
  BOOST_TEST(evidence.server() == "[2001:db8::25]:25");
  macros["{daemon_addr}"] = "192.0.2.25";
  evidence.connect(lookup);
  BOOST_TEST(evidence.explain_lack(*config) ==
             kHead +
                 "at 192.0.2.25:25 nothing came to the service of [postfix-evidence]; the "
                 "smtpd_recipient_restrictions of main.cf, or of that port in master.cf, must "
                 "begin with check_policy_service, which must reach its socket; for a bare "
                 "postmaster Postfix does not ask it");

  Session session;
  session.mta = Mta::Postfix;
  session.tls = Tls{"TLSv1.3", TlsVersion::Tls13, "other", 256U};
  store.put(*read_evidence_key(lookup), forcetls::Evidence{}, EvidenceStore::Clock::now());
  BOOST_TEST((evidence.take(session) == SessionEvidence::Take::Nothing));
  store.put(*read_evidence_key(lookup), {.tls_version = "TLSv1.2"}, EvidenceStore::Clock::now());
  BOOST_TEST((evidence.take(session) == SessionEvidence::Take::Disagreeing));
  BOOST_TEST(evidence.explain_lack(*config) ==
             kHead + "what came of evidence was of another TLS session");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
