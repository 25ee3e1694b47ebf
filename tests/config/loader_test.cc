// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// What a sound configuration means: keys, defaults, files.
#include "config/loader.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/domain_pattern.h"
#include "config/load_text.h"
#include "config/time_text.h"
#include "wire/ip_text.h"

namespace forcetls {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<const Config> config_of(const std::string& text) {
  auto result = load_text(text);
  BOOST_TEST_CONTEXT(text) { BOOST_REQUIRE_MESSAGE(result.config, format_all(result)); }
  return result.config;
}

const Connector& connector_of(const Config& config, std::string_view name) {
  for (const auto& connector : config.policy.connectors())
    if (connector.name == name) return connector;
  throw std::runtime_error("no connector " + std::string(name));
}

/// The terms of [inbound x], which has these lines, under these [defaults].
Terms terms_of(const std::string& defaults, const std::string& lines) {
  const auto config = config_of("[inbound x]\nmatch-sender = a.example\n" + lines + "[certificate c]\nname = c.example\n" +
                                "[certificate d]\nname = d.example\n[defaults]\n" + defaults);
  return config->policy.terms_of(connector_of(*config, "x"));
}

std::string format(const std::vector<DomainPattern>& patterns) {
  std::string text;
  for (const auto& pattern : patterns) text += format_domain_pattern(pattern) + " ";
  return text;
}

std::string format(const std::vector<Network>& networks) {
  std::string text;
  for (const auto& network : networks) text += format_network(network) + " ";
  return text;
}

std::string format(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all += text + "|";
  return all;
}

/// `no`, `verified`, or each rule as section{names}.
std::string certificate_of(const Terms& terms) {
  if (terms.require_certificate == Terms::CertificateDemand::No) return "no";
  if (terms.require_certificate == Terms::CertificateDemand::Verified) return "verified";
  std::string text;
  for (const auto& rule : terms.certificate_rules) text += rule.section + "{" + format(rule.names) + "}";
  return text;
}

/// A folder for one test.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "forcetls-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
  }
  /// All messages of loading `name`, with the folder as `~`.
  std::string messages(const std::string& name) const {
    auto text = format_all(load_config(*this / name, kNow));
    const auto folder = path_.string();
    for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder)) text.replace(at, folder.size(), "~");
    return text;
  }

 private:
  fs::path path_;
};

BOOST_AUTO_TEST_SUITE(loader)

BOOST_AUTO_TEST_CASE(milter_defaults) {
  const auto config = config_of("");
  const MilterSettings& milter = config->milter;
  BOOST_TEST(format_socket_address(milter.socket) == "inet:8891@127.0.0.1");
  BOOST_TEST(milter.socket_mode == 0660U);
  BOOST_TEST(milter.socket_group == "");
  BOOST_TEST(milter.user == "");
  BOOST_TEST(!milter.mta.has_value());
  BOOST_TEST((milter.on_error == Action::Defer));
  BOOST_TEST(milter.authserv_id == "");
  BOOST_TEST((milter.add_header == AddHeader::No));
  BOOST_TEST(milter.state_directory == "/var/lib/forcetls");
  BOOST_TEST((milter.log_level == LogLevel::Info));
  BOOST_TEST(milter.syslog_facility == "mail");
  const PolicySettings& policy = config->policy.settings();
  BOOST_TEST(format(policy.exempt_clients) == "");
  BOOST_TEST(policy.exempt_authenticated);
  BOOST_TEST(policy.null_sender_by_helo);
  BOOST_TEST(policy.reveal_connector);
  BOOST_TEST(policy.contact == "");
  BOOST_TEST(format(config->files) == "f|");
}

BOOST_AUTO_TEST_CASE(milter_keys) {
  const auto config = config_of(R"([milter]
socket = unix:/run/m.sock ; comment
socket-mode = 600
socket-group = postfix
user = forcetls
mta = Sendmail
exempt-clients = 127.0.0.0/8, ::1
  10.0.0.0/8
exempt-authenticated = off
null-sender = none
on-error = accept
authserv-id = mx.example.org
add-header = judged
contact = https://postmaster.example/tls
  or call us
reveal-connector = false
state-directory = /var/tmp
log-level = debug
syslog-facility = local7
)");
  const MilterSettings& milter = config->milter;
  BOOST_TEST(format_socket_address(milter.socket) == "unix:/run/m.sock");
  BOOST_TEST(milter.socket_mode == 0600U);
  BOOST_TEST(milter.socket_group == "postfix");
  BOOST_TEST(milter.user == "forcetls");
  BOOST_TEST((milter.mta == Mta::Sendmail));
  BOOST_TEST((milter.on_error == Action::Pass));
  BOOST_TEST(milter.authserv_id == "mx.example.org");
  BOOST_TEST((milter.add_header == AddHeader::Judged));
  BOOST_TEST(milter.state_directory == "/var/tmp");
  BOOST_TEST((milter.log_level == LogLevel::Debug));
  BOOST_TEST(milter.syslog_facility == "local7");
  const PolicySettings& policy = config->policy.settings();
  BOOST_TEST(format(policy.exempt_clients) == "127.0.0.0/8 ::1/128 10.0.0.0/8 ");
  BOOST_TEST(!policy.exempt_authenticated);
  BOOST_TEST(!policy.null_sender_by_helo);
  BOOST_TEST(!policy.reveal_connector);
  BOOST_TEST(policy.contact == "https://postmaster.example/tls or call us");
}

BOOST_AUTO_TEST_CASE(connector_keys) {
  const auto config = config_of("\xef\xbb\xbf[inbound Full]\r\n"
                                "description = M\xc3\xbcller & S\xc3\xb6hne,\r\n  contract 4711\r\n"
                                "enforce-from = 2026-12-01\r\n"
                                "suspend-until = 2026-12-01\r\n"
                                "match-sender = Contoso.COM., *.B\xc3\xbc" "cher.example <> *\r\n"
                                "match-sender-in = either\r\n"
                                "match-client =\r\n  198.51.100.0/24\r\n  2001:db8::/32\r\n"
                                "match-client-name = *.branch.example.org\r\n"
                                "match-recipient = secure.example.org\r\n"
                                "reply = Use TLS: %{domain} %{wanted} 100% %{seen}\r\n");
  const auto& connector = connector_of(*config, "Full");
  BOOST_TEST(connector.description == "M\xc3\xbcller & S\xc3\xb6hne, contract 4711");
  BOOST_TEST(format_time(connector.enforce_from.value()) == "2026-12-01T00:00:00Z");
  BOOST_TEST(format_time(connector.suspend_until.value()) == "2026-12-02T00:00:00Z");
  BOOST_TEST(format(connector.scope.match_sender) == "contoso.com *.xn--bcher-kva.example <> * ");
  BOOST_TEST((connector.scope.match_sender_in == SenderPlace::Either));
  BOOST_TEST(format(connector.scope.match_client) == "198.51.100.0/24 2001:db8::/32 ");
  BOOST_TEST(format(connector.scope.match_client_name) == "*.branch.example.org ");
  BOOST_TEST(format(connector.scope.match_recipient) == "secure.example.org ");
  BOOST_TEST(connector.reply == "Use TLS: %{domain} %{wanted} 100% %{seen}");
  BOOST_TEST(connector.where.line == 1U);
}

BOOST_AUTO_TEST_CASE(empty_values_are_as_no_line) {
  const auto config = config_of("[milter]\nsocket =\nexempt-clients = ; networks\nmta =\ncontact = ; a URL\n"
                                "[inbound x]\nmatch-sender = a.example\ndescription =\nenabled =\nenforce-from =\n"
                                "suspend-until = ; soon\nreply = ; own text\non-violation =\nmode =\ndeny-ciphers =\n");
  BOOST_TEST(format_socket_address(config->milter.socket) == "inet:8891@127.0.0.1");
  const auto& connector = connector_of(*config, "x");
  BOOST_TEST(!connector.enforce_from.has_value());
  BOOST_TEST(connector.reply == "");
  BOOST_TEST((config->policy.terms_of(connector).on_violation == Action::Reject));
  const auto terms = terms_of("deny-ciphers = *CBC*\nmode = monitor\n", "deny-ciphers =\nmode =\n");
  BOOST_TEST(format(terms.deny_ciphers) == "*CBC*|");
  BOOST_TEST((terms.mode == Mode::Monitor));
}

BOOST_AUTO_TEST_CASE(disabled_connectors_are_not_there) {
  const auto config = config_of("[inbound a]\nmatch-sender = a.example\n"
                                "[inbound b]\nenabled = no\nmatch-sender = a.example\n"
                                "[inbound c]\nmatch-sender = c.example\n");
  BOOST_TEST(config->policy.connectors().size() == 2U);
  BOOST_TEST(connector_of(*config, "c").where.line == 6U);
}

BOOST_AUTO_TEST_CASE(terms_without_any_key) {
  const auto terms = terms_of("", "");
  BOOST_TEST((terms.require_tls == Terms::TlsDemand::Tls12));
  BOOST_TEST(!terms.require_cipher_bits.has_value());
  BOOST_TEST(!terms.require_forward_secrecy);
  BOOST_TEST(terms.deny_ciphers.empty());
  BOOST_TEST(certificate_of(terms) == "no");
  BOOST_TEST(terms.require_client.empty());
  BOOST_TEST((terms.on_violation == Action::Reject));
  BOOST_TEST((terms.on_missing_evidence == Action::Defer));
  BOOST_TEST((terms.mode == Mode::Enforce));
}

BOOST_AUTO_TEST_CASE(terms_from_the_connector_go_before_those_from_defaults) {
  const std::string defaults = "require-tls = 1.3\nrequire-cipher-bits = 256\nrequire-forward-secrecy = yes\n"
                               "deny-ciphers = *CBC*, *-SHA\nrequire-client = 10.0.0.0/8 192.0.2.0/24\non-violation = tag\n"
                               "on-missing-evidence = reject\nmode = monitor\n";
  const auto inherited = terms_of(defaults, "");
  BOOST_TEST((inherited.require_tls == Terms::TlsDemand::Tls13));
  BOOST_TEST(inherited.require_cipher_bits.value() == 256U);
  BOOST_TEST(inherited.require_forward_secrecy);
  BOOST_TEST(format(inherited.deny_ciphers) == "*CBC*|*-SHA|");
  BOOST_TEST(format(inherited.require_client) == "10.0.0.0/8 192.0.2.0/24 ");
  BOOST_TEST((inherited.on_violation == Action::Tag));
  BOOST_TEST((inherited.on_missing_evidence == Action::Reject));
  BOOST_TEST((inherited.mode == Mode::Monitor));
  const auto own = terms_of(defaults, "require-tls = no\nrequire-cipher-bits = 128\nrequire-forward-secrecy = no\n"
                                      "deny-ciphers = *RC4*\nrequire-client = ::1\non-violation = DISCARD\n"
                                      "on-missing-evidence = quarantine\nmode = enforce\n");
  BOOST_TEST((own.require_tls == Terms::TlsDemand::No));
  BOOST_TEST(own.require_cipher_bits.value() == 128U);
  BOOST_TEST(!own.require_forward_secrecy);
  BOOST_TEST(format(own.deny_ciphers) == "*RC4*|");
  BOOST_TEST(format(own.require_client) == "::1/128 ");
  BOOST_TEST((own.on_violation == Action::Discard));
  BOOST_TEST((own.on_missing_evidence == Action::Quarantine));
  BOOST_TEST((own.mode == Mode::Enforce));
  const auto none = terms_of(defaults, "deny-ciphers = none\nrequire-client = No\n");
  BOOST_TEST(none.deny_ciphers.empty());
  BOOST_TEST(none.require_client.empty());
}

BOOST_AUTO_TEST_CASE(tls_words) {
  const struct {
    const char* word;
    Terms::TlsDemand demand;
  } cases[] = {{"no", Terms::TlsDemand::No},     {"yes", Terms::TlsDemand::Any},   {"1.0", Terms::TlsDemand::Tls10},
               {"1.1", Terms::TlsDemand::Tls11}, {"1.2", Terms::TlsDemand::Tls12}, {"1.3", Terms::TlsDemand::Tls13}};
  for (const auto& [word, demand] : cases)
    BOOST_TEST((terms_of("", std::string("require-tls = ") + word + "\n").require_tls == demand), word);
}

BOOST_AUTO_TEST_CASE(certificates) {
  const struct {
    std::string defaults;
    std::string own;
    std::string demand;
  } cases[] = {
      {"", "require-certificate = no", "no"},
      {"", "require-certificate = none", "no"},
      {"", "require-certificate = verified", "verified"},
      {"", "require-certificate = c", "c{c.example }"},
      {"", "require-certificate = D,\n C", "d{d.example }c{c.example }"},
      {"", "require-certificate-name = *.x.example y.example", "{*.x.example y.example }"},
      {"", "require-certificate-name = none", "no"},
      {"require-certificate = c", "", "c{c.example }"},
      {"require-certificate-name = x.example", "", "{x.example }"},
      {"require-certificate = c", "require-certificate = d", "d{d.example }"},
      {"require-certificate = c", "require-certificate = none", "no"},
      {"require-certificate = c", "require-certificate-name = x.example", "{x.example }"},
      {"require-certificate-name = x.example", "require-certificate = verified", "verified"},
      {"require-certificate-name = x.example", "require-certificate = no", "no"},
      {"require-certificate-name = x.example", "require-certificate-name = no", "no"},
      // Cancels a name only; what is demanded beside must not get lost.
      {"require-certificate = verified", "require-certificate-name = none", "verified"},
  };
  for (const auto& [defaults, own, demand] : cases)
    BOOST_TEST_CONTEXT(defaults << " / " << own) { BOOST_TEST(certificate_of(terms_of(defaults + "\n", own + "\n")) == demand); }
}

BOOST_AUTO_TEST_CASE(certificate_keys) {
  const auto config = config_of("[inbound x]\nmatch-sender = a.example\nrequire-certificate = full\n"
                                "[certificate Full]\n"
                                "name = mail.contoso.com *.Contoso.com\n"
                                "organization = Contoso Ltd ; comment\n  Contoso, Inc.\n"
                                "organizational-unit =\n  Mail\n"
                                "issuer = DigiCert TLS RSA SHA256 2020 CA1\n"
                                "issuer-organization = DigiCert, Inc.\n"
                                "min-key-bits = 2048\nvalid-from = 2026-09-03\nvalid-until = 2026-12-31\n");
  const auto& terms = config->policy.terms_of(connector_of(*config, "x"));
  const auto& rule = terms.certificate_rules.at(0);
  BOOST_TEST(rule.section == "Full");
  BOOST_TEST(format(rule.names) == "mail.contoso.com *.contoso.com ");
  BOOST_TEST(format(rule.organizations) == "Contoso Ltd|Contoso, Inc.|");
  BOOST_TEST(format(rule.organizational_units) == "Mail|");
  BOOST_TEST(format(rule.issuers) == "DigiCert TLS RSA SHA256 2020 CA1|");
  BOOST_TEST(format(rule.issuer_organizations) == "DigiCert, Inc.|");
  BOOST_TEST(rule.min_key_bits.value() == 2048U);
  BOOST_TEST(format_time(rule.valid_from.value()) == "2026-09-03T00:00:00Z");
  BOOST_TEST(format_time(rule.valid_until.value()) == "2027-01-01T00:00:00Z");
}

// Not every difference in scope is one: these may stand side by side.
BOOST_AUTO_TEST_CASE(scopes_that_differ) {
  config_of("[inbound a]\nmatch-sender = a.example, a.example\n"
            "[inbound b]\nmatch-sender = *.a.example\n"
            "[inbound c]\nmatch-sender = a.example\nmatch-sender-in = header\n"
            "[inbound d]\nmatch-sender = a.example\nmatch-client = 10.0.0.0/8\n"
            "[inbound e]\nmatch-sender = a.example\nmatch-client = 10.0.0.0/9\n"
            "[inbound f]\nmatch-sender = a.example\nmatch-client-name = a.example\n"
            "[inbound g]\nmatch-sender = a.example\nmatch-recipient = a.example\n"
            "[inbound h]\nmatch-recipient = a.example\n"
            "[inbound i]\nmatch-client-name = a.example\n"
            "[inbound j]\nmatch-client = 10.0.0.0/8\n"
            "[inbound k]\nmatch-sender = a.example, b.example\nmatch-client = ::1\n"
            "[inbound l]\nmatch-sender = a.example, c.example\nmatch-client = ::2\n");
}

BOOST_AUTO_TEST_CASE(includes) {
  const Folder folder;
  folder.write("f.conf", "[milter]\ninclude = conf.d/*.conf none/*.conf\n  extra.conf\n" +
                             ("  " + (folder / "conf.d/abs[.]cnf")) + "\n[defaults]\nmode = monitor\n");
  folder.write("conf.d/b.conf", "[inbound b]\nmatch-sender = b.example\n");
  folder.write("conf.d/a.conf", "\xef\xbb\xbf[inbound a]\nmatch-sender = a.example\nrequire-certificate = c\n");
  folder.write("conf.d/.hidden.conf", "garbage");
  folder.write("conf.d/abs.cnf", "");
  folder.write("extra.conf", "[certificate c]\nname = c.example\n");
  const auto result = load_config(folder / "f.conf", kNow);
  BOOST_REQUIRE_MESSAGE(result.config, format_all(result));
  const auto& config = *result.config;
  BOOST_TEST(format(config.files) == (folder / "f.conf|") + (folder / "conf.d/a.conf|") + (folder / "conf.d/b.conf|") +
                                         (folder / "extra.conf|") + (folder / "conf.d/abs.cnf|"));
  BOOST_TEST(connector_of(config, "b").where.file == 2U);
  BOOST_TEST((config.policy.terms_of(connector_of(config, "b")).mode == Mode::Monitor));
  BOOST_TEST(folder.messages("f.conf") ==
             "~/extra.conf:1: warning: [certificate c] binds no CA: any CA that the MTA trusts may issue such a certificate\n");
  BOOST_TEST((config.warnings == result.diagnostics));
}

BOOST_AUTO_TEST_CASE(include_errors) {
  const Folder folder;
  folder.write("f.conf", "[milter]\ninclude = gone.conf, f.conf\n  d/* a.conf a.con?\n");
  folder.write("a.conf", "[milter]\nmta = exim\ninclude = *\n[defaults]\nmode = x\n[outbound x]\n[inbound a]\nmatch-sendr = a\n");
  folder.write("d/folder/x", "");
  folder.write("d/e.conf", "k = v\n[inbound a]\nmatch-sender = a\n a b\n");
  fs::create_symlink(folder / "nowhere", folder / "d/link");
  BOOST_TEST(folder.messages("f.conf") ==
             "~/f.conf:2: error: no file 'gone.conf' for 'include' in [milter]\n"
             "~/f.conf: error: has been read already; include each file once\n"
             "~/d/e.conf:1: error: key 'k' outside a section\n"
             "~/d/e.conf:4: warning: 'a' stands twice in 'match-sender' in [inbound a]\n"
             "~/d/folder: error: is a folder; to include the files in it write FOLDER/*.conf\n"
             "~/d/link: error: cannot be opened: No such file or directory\n"
             "~/a.conf:1: error: [milter] in an included file, where only [inbound], [outbound] and [certificate] may stand\n"
             "~/a.conf:4: error: [defaults] in an included file, where only [inbound], [outbound] and [certificate] may stand\n"
             "~/a.conf:6: error: [outbound x] is not supported by this version\n"
             "~/a.conf:7: error: duplicate section [inbound a]; the first is at ~/d/e.conf:2\n"
             "~/a.conf:7: error: [inbound a] has no 'match-' key; 'match-sender = *' is mail from everybody\n"
             "~/a.conf:8: error: unknown key 'match-sendr' in [inbound a]; did you mean 'match-sender'?\n"
             "~/a.conf: error: has been read already; include each file once\n");
}

BOOST_AUTO_TEST_CASE(main_file_errors) {
  const Folder folder;
  BOOST_TEST(folder.messages("f.conf") == "~/f.conf: error: cannot be opened: No such file or directory\n");
  BOOST_TEST(folder.messages("") == "~/: error: is a folder; to include the files in it write FOLDER/*.conf\n");
  folder.write("f.conf", "");
  BOOST_TEST(folder.messages("f.conf/x") == "~/f.conf/x: error: cannot be opened: Not a directory\n");
}

// The folder of the main file may be called anything.
BOOST_AUTO_TEST_CASE(folders_with_wildcards_in_their_names) {
  const Folder folder;
  folder.write("[a]*\\?/f.conf", "[milter]\ninclude = c.d/*\n");
  folder.write("[a]*\\?/c.d/x", "[inbound x]\nmatch-sender = x.example\n");
  const auto result = load_config(folder / "[a]*\\?/f.conf", kNow);
  BOOST_REQUIRE_MESSAGE(result.config, format_all(result));
  BOOST_TEST(result.config->policy.connectors().size() == 1U);
}

BOOST_AUTO_TEST_CASE(files_that_may_not_be_read) {
  if (geteuid() == 0) {
    BOOST_TEST_MESSAGE("root may read everything");
    return;
  }
  const Folder folder;
  folder.write("f.conf", "[milter]\ninclude = a.conf secret/*\n");
  folder.write("a.conf", "");
  folder.write("secret/b.conf", "");
  chmod((folder / "a.conf").c_str(), 0);
  chmod((folder / "secret").c_str(), 0);
  BOOST_TEST(folder.messages("f.conf") == "~/f.conf:2: error: cannot read the folder of 'secret/*' for 'include' in [milter]\n"
                                          "~/a.conf: error: cannot be opened: Permission denied\n");
  chmod((folder / "secret").c_str(), 0700);
}

BOOST_AUTO_TEST_CASE(many_connectors_keep_apart) {
  std::string text;
  for (int i = 0; i < 50'000; ++i)
    text += "[inbound p" + std::to_string(i) + "]\nmatch-sender = p" + std::to_string(i) + ".example\nrequire-tls = 1." +
            std::to_string(i % 4) + "\n";
  const Folder folder;
  folder.write("f.conf", text);
  const auto result = load_config(folder / "f.conf", kNow);
  BOOST_REQUIRE_MESSAGE(result.config, format_all(result));
  const auto& connectors = result.config->policy.connectors();
  BOOST_TEST(connectors.size() == 50'000U);
  BOOST_TEST(connectors.at(49'999).scope.match_sender.at(0).domain == "p49999.example");
  BOOST_TEST((result.config->policy.terms_of(connectors[49'999]).require_tls == Terms::TlsDemand::Tls13));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
