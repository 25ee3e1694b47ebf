// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/certificate_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/domain_pattern.h"
#include "config/ini_reader.h"
#include "config/keys.h"
#include "config/time_text.h"
#include "wire/printable.h"

namespace forcetls {

namespace {

constexpr std::size_t kMostPeerText = 300;
constexpr std::size_t kMostNames = 10;
// What partners commonly promise: a stronger key today need not be one tomorrow.
constexpr unsigned kUsualKeyBits = 2048;

std::string clean_or(std::string_view text, const char* if_empty) {
  return text.empty() ? if_empty : clean_peer_text(text);
}

/// A line for each value; the label stands before the first.
std::string lines(std::string_view label, const std::vector<std::string>& values) {
  std::string text;
  const std::size_t shown = std::min(values.size(), kMostNames);
  for (std::size_t i = 0; i < shown; ++i)
    text += format_line(i == 0 ? label : "", clean_or(values[i], "not readable"));
  if (shown < values.size())
    text += format_line("", fmt::format("and {} more", values.size() - shown));
  return text;
}

/// RFC 5280 section 4.2.1.12.
std::string purpose_text(const std::string& oid) {
  constexpr std::pair<std::string_view, std::string_view> kPurposes[] = {
      {"1.3.6.1.5.5.7.3.1", "serverAuth"},      {"1.3.6.1.5.5.7.3.2", "clientAuth"},
      {"1.3.6.1.5.5.7.3.3", "codeSigning"},     {"1.3.6.1.5.5.7.3.4", "emailProtection"},
      {"1.3.6.1.5.5.7.3.8", "timeStamping"},    {"1.3.6.1.5.5.7.3.9", "OCSPSigning"},
      {"2.5.29.37.0", "anyExtendedKeyUsage"},
  };
  for (const auto& [number, name] : kPurposes)
    if (number == oid) return std::string(name);
  return oid;
}

std::string purposes_text(const std::vector<std::string>& purposes) {
  if (purposes.empty()) return "any";
  std::string text;
  for (const auto& oid : purposes) text += (text.empty() ? "" : ", ") + purpose_text(oid);
  return clean_peer_text(text);
}

/// All names that count, that of the CN first.
std::vector<std::string> names_of(const X509Certificate& certificate) {
  const Certificate facts = facts_of(certificate);
  const std::string& cn = facts.cn_dns_name;
  auto names = certificate.dns_names;
  if (names.empty() && !cn.empty()) return {cn};
  if (const auto at = std::find(names.begin(), names.end(), cn); at != names.end())
    std::rotate(names.begin(), at, at + 1);
  return names;
}

/// Characters that are not seen, or turn the text around them: U+200B to U+200F, U+2028 to U+202E,
/// U+2060 to U+206F, U+FEFF.
bool holds_invisible(std::string_view text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const auto head = text.substr(i, 2);
    const auto last = static_cast<unsigned char>(text[i + 2]);
    if (head == "\xe2\x80" && ((last >= 0x8b && last <= 0x8f) || (last >= 0xa8 && last <= 0xae)))
      return true;
    if (head == "\xe2\x81" && last >= 0xa0 && last <= 0xaf) return true;
    if (head == "\xef\xbb" && last == 0xbf) return true;
  }
  return false;
}

/// One [certificate] section, line by line.
class RuleSection {
 public:
  RuleSection(const X509Certificate& certificate, const std::string& root_cn)
      : certificate_(certificate), root_cn_(root_cn), names_(names_of(certificate)) {}

  std::string run() {
    const bool has_root = !root_cn_.empty();
    const bool self_signed = certificate_.is_self_issued() && !has_root;
    if (self_signed) comment("self-signed: only a pin can authenticate it");
    const bool named = !self_signed && write_names();
    if (named) {
      write_text("issuer", first_of(certificate_.issuer_cns));
      write_text("root", root_cn_);
      if (!has_root) comment("no trust anchor is known for it: where there is none, pin it");
    }
    write_key_bits();
    write_pins(!named);
    return fmt::format("[certificate {}]\n", section_name()) + text_;
  }

 private:
  static std::string first_of(const std::vector<std::string>& values) {
    return values.empty() ? std::string() : values.front();
  }

  static std::string format_key(std::string_view key, std::string_view value) {
    return fmt::format("{:<12} = {}\n", key, value);
  }

  void comment(std::string_view text) { text_ += fmt::format("; {}\n", text); }

  /// Whether the certificate's holder, not only its issuer, is told.
  bool write_names() {
    const auto is_pattern = [](const std::string& name) {
      return std::holds_alternative<DomainPattern>(
          parse_domain_pattern(name, PatternForms::Named));
    };
    const auto name = std::find_if(names_.begin(), names_.end(), is_pattern);
    const bool has_name = name != names_.end();
    if (has_name)
      write_name(*name);
    else
      comment("no name: the certificate has none that is a domain");
    return write_text("organization", first_of(certificate_.organizations)) || has_name;
  }

  void write_name(const std::string& name) {
    text_ += format_key("name", name);
    std::string others;
    for (const auto& other : names_)
      if (other != name && others.size() < kMostPeerText)
        others += (others.empty() ? "" : ", ") + other;
    if (!others.empty()) comment("its other names: " + clean_peer_text(others));
  }

  /// False, with a comment, if the INI file would not hold it; see config/ini_reader.cc.
  bool write_text(std::string_view key, const std::string& value) {
    const std::string written = format_key(key, value);
    const bool comments = value.starts_with(';') || value.starts_with('#') ||
                          value.find(" ;") != value.npos || value.find(" #") != value.npos;
    if (value.find_first_not_of(' ') == value.npos) return false;
    if (comments || holds_invisible(value) || written.size() - 1 > kMaxLine) {
      comment(fmt::format("{}: this file cannot hold '{}'", key, clean_peer_text(value)));
      return false;
    }
    text_ += written;
    return true;
  }

  void write_key_bits() {
    const unsigned bits = std::min(certificate_.key_bits, kUsualKeyBits);
    if (bits >= kMinKeyBits) text_ += format_key("min-key-bits", fmt::format("{}", bits));
  }

  void write_pins(bool active) {
    const std::string sha256 = format_digest(certificate_.sha256);
    const std::string key_sha256 = format_digest(certificate_.key_sha256);
    text_ += active ? format_key("sha256", sha256) : "; " + format_key("sha256", sha256);
    text_ += "; " + format_key("key-sha256", key_sha256);
    // A pin goes on beyond the certificate's dates.
    if (active) text_ += "; " + format_key("valid-until", format_time(certificate_.not_after));
  }

  std::string section_name() const {
    std::string source = names_.empty() ? first_of(certificate_.subject_cns) : names_.front();
    if (source.empty()) source = first_of(certificate_.organizations);
    if (source.starts_with("*.")) source.erase(0, 2);
    std::string name;
    for (const char c : source) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
      if (plain)
        name += c;
      else if (!name.empty() && name.back() != '-')
        name += '-';
    }
    name.resize(std::min(name.size(), kMaxSectionName));
    while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
    // A name without a dot might be one of those that are taken: none, verified.
    if (name.find('.') == name.npos)
      name = ("cert-" + name).substr(0, kMaxSectionName);
    return name == "cert-" ? "cert" : name;
  }

  const X509Certificate& certificate_;
  const std::string& root_cn_;
  const std::vector<std::string> names_;
  std::string text_;
};

}  // namespace

std::string clean_peer_text(std::string_view text) { return clean_text(text, kMostPeerText); }

std::string format_line(std::string_view label, std::string_view value) {
  return fmt::format("  {:<14} {}\n", label, value);
}

std::string format_attributes(const X509Certificate& certificate) {
  const std::string strength =
      certificate.key_bits > 0 ? fmt::format("{} bits", certificate.key_bits) : "strength unknown";
  return format_line("subject", clean_or(certificate.subject, "none")) +
         lines("name", names_of(certificate)) +
         lines("organization", certificate.organizations) +
         lines("unit", certificate.organizational_units) +
         format_line("issuer", clean_or(certificate.issuer, "none")) +
         lines("issuer CN", certificate.issuer_cns) +
         lines("issuer O", certificate.issuer_organizations) +
         format_line("key", certificate.key_kind + ", " + strength) +
         format_line("signature", clean_peer_text(certificate.signature_algorithm)) +
         format_line("valid from", format_time(certificate.not_before)) +
         format_line("valid to", format_time(certificate.not_after)) +
         format_line("purposes", purposes_text(certificate.purposes)) +
         format_line("serial", clean_peer_text(certificate.serial)) +
         format_line("sha256", format_digest(certificate.sha256)) +
         format_line("key-sha256", format_digest(certificate.key_sha256)) +
         lines("CRL", certificate.crl_urls) + lines("OCSP", certificate.ocsp_urls);
}

std::string format_trust(const Certificate& facts) {
  if (facts.state == Certificate::State::Verified) return format_line("trust", "verified");
  const bool expired = facts.state == Certificate::State::Expired;
  const std::string why = facts.problem.empty() ? "" : ": " + clean_peer_text(facts.problem);
  return format_line("trust", (expired ? "not now" : "untrusted") + why);
}

std::string format_roots(const JudgedChain& chain) {
  std::string text;
  std::set<std::string> shown;
  for (const auto& path : chain.paths()) {
    const X509Certificate& anchor = *path.certificates.back();
    const auto& name = anchor.subject_cns.empty() ? anchor.subject : anchor.subject_cns.front();
    if (shown.insert(name).second) text += format_line("root", clean_peer_text(name));
  }
  return text;
}

std::string format_rule_section(const X509Certificate& certificate, const std::string& root_cn) {
  return RuleSection(certificate, root_cn).run();
}

}  // namespace forcetls
