// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/gmime_text.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>

#include "wire/domain_name.h"
#include "wire/domain_scan.h"

namespace forcetls {
namespace {

struct Release {
  void operator()(InternetAddressList* list) const { g_object_unref(list); }
  void operator()(char* text) const { g_free(text); }
};

constexpr std::array<const char*, 38> kCharsets{
    "us-ascii",     "utf-8",        "utf-7",        "utf-16",       "utf-16be",     "utf-16le",
    "utf-32",       "iso-8859-1",   "iso-8859-2",   "iso-8859-3",   "iso-8859-4",   "iso-8859-5",
    "iso-8859-6",   "iso-8859-7",   "iso-8859-8",   "iso-8859-9",   "iso-8859-10",  "iso-8859-13",
    "iso-8859-14",  "iso-8859-15",  "windows-1250", "windows-1251", "windows-1252", "windows-1253",
    "windows-1254", "windows-1255", "windows-1256", "windows-1257", "koi8-r",       "koi8-u",
    "gb2312",       "gbk",          "gb18030",      "big5",         "euc-jp",       "euc-kr",
    "iso-2022-jp",  "shift_jis"};

/// g_mime_init() is not thread-safe. GMime keeps every character set name it meets for ever
/// (g_mime_charset_iconv_name), so it meets ours here, where nobody else writes to its table, and
/// never one that a peer makes up.
void initialise() {
  static const bool done = [] {
    g_mime_init();
    for (const char* name : kCharsets) g_mime_charset_iconv_name(name);
    return true;
  }();
  static_cast<void>(done);
}

bool is_known_charset(std::string_view charset) {
  return std::any_of(kCharsets.begin(), kCharsets.end(), [&](std::string_view name) {
    return name.size() == charset.size() &&
           g_ascii_strncasecmp(name.data(), charset.data(), name.size()) == 0;
  });
}

/// `=?charset*language?encoding?payload?=`
struct EncodedWord {
  std::string_view charset, encoding, payload;
  std::size_t end = 0;  // behind it in the text
};

/// The encoded word at `begin`, where `=?` stands; `end` is 0 if there is none. `last_end`: where
/// the last `?=` stands, so that words never closed are not searched to the end each.
EncodedWord find_word(std::string_view text, std::size_t begin, std::size_t last_end) {
  const auto charset_end = text.find('?', begin + 2);
  if (charset_end == std::string_view::npos || charset_end + 3 > text.size()) return {};
  const auto encoding = text.substr(charset_end + 1, 1);
  if (std::string_view("BbQq").find(encoding) == std::string_view::npos) return {};
  if (text[charset_end + 2] != '?') return {};
  const auto payload = charset_end + 3;
  if (last_end == std::string_view::npos || payload > last_end) return {};
  const auto payload_end = text.find("?=", payload);
  const auto charset = text.substr(begin + 2, charset_end - begin - 2);
  return {charset.substr(0, charset.find('*')), encoding,
          text.substr(payload, payload_end - payload), payload_end + 2};
}

std::string decode_word(const EncodedWord& word) {
  std::string source = "=?";
  source += is_known_charset(word.charset) ? word.charset : "utf-8";
  source.append("?").append(word.encoding).append("?").append(word.payload).append("?=");
  const std::unique_ptr<char, Release> text(
      g_mime_utils_header_decode_text(nullptr, source.c_str()));
  return text.get();
}

std::string to_utf8(std::string_view value) {
  std::string text(value);
  std::replace(text.begin(), text.end(), '\0', ' ');
  if (g_utf8_validate(text.c_str(), static_cast<gssize>(text.size()), nullptr)) return text;
  const std::unique_ptr<char, Release> decoded(
      g_mime_utils_decode_8bit(nullptr, text.c_str(), text.size()));
  return decoded.get();
}

bool add_domain(InternetAddress* address, std::vector<std::string>& domains);

bool add_domains(InternetAddressList* list, std::vector<std::string>& domains) {
  for (int i = 0; i < internet_address_list_length(list); ++i) {
    if (!add_domain(internet_address_list_get_address(list, i), domains)) return false;
  }
  return true;
}

bool add_domain(InternetAddress* address, std::vector<std::string>& domains) {
  if (INTERNET_ADDRESS_IS_GROUP(address)) {
    return add_domains(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)),
                       domains);
  }
  auto* mailbox = INTERNET_ADDRESS_MAILBOX(address);
  if (mailbox->at < 0) return false;
  const std::string_view domain = internet_address_mailbox_get_addr(mailbox) + mailbox->at + 1;
  if (domain.starts_with('[')) return true;
  auto name = parse_domain(domain);
  if (!name) return false;
  domains.push_back(std::move(*name));
  return true;
}

}  // namespace

std::optional<std::vector<std::string>> parse_with_gmime(std::string_view addresses) {
  initialise();
  std::string text(addresses);
  // Display names do not matter: keep GMime from decoding them, see initialise().
  for (auto at = text.find("=?"); at != std::string::npos; at = text.find("=?", at))
    text[at + 1] = '_';
  std::vector<std::string> domains;
  const std::unique_ptr<InternetAddressList, Release> list(
      internet_address_list_parse(nullptr, text.c_str()));
  if (list && !add_domains(list.get(), domains)) return std::nullopt;
  make_unique(domains);
  return domains;
}

std::string decode_header_text(std::string_view value) {
  initialise();
  const std::string text = to_utf8(value);
  const auto last_end = text.rfind("?=");
  std::string result;
  std::size_t done = 0;
  bool after_word = false;
  for (auto at = text.find("=?"); at != std::string::npos; at = text.find("=?", at)) {
    const auto word = find_word(text, at, last_end);
    if (word.end == 0) {
      at += 2;
      continue;
    }
    const auto between = std::string_view(text).substr(done, at - done);
    const bool blank = between.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (!after_word || !blank) result += between;
    result += decode_word(word);
    after_word = true;
    done = at = word.end;
  }
  return result.append(text, done);
}

}  // namespace forcetls
