// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/socketmap.h"

#include "wire/printable.h"

namespace forcetls {
namespace {

constexpr std::string_view kOk = "OK ";
constexpr std::size_t kMaxReply = 100'000;
constexpr std::size_t kMaxReason = 200;  // Postfix logs no more

std::string format_temp(std::string_view reason) {
  return "TEMP " + clean_text(reason, kMaxReason);
}

std::string format_ok(const std::string& entry) {
  if (entry.empty()) return format_temp("the entry is empty");
  if (entry.size() > kMaxReply - kOk.size()) return format_temp("the entry is too long");
  return std::string(kOk) += entry;
}

std::string format_content(const SocketmapReply& reply) {
  switch (reply.kind) {
    case SocketmapReply::Kind::Ok: return format_ok(reply.text);
    case SocketmapReply::Kind::NotFound: return "NOTFOUND ";
    case SocketmapReply::Kind::Temp: break;
  }
  return format_temp(reply.text);
}

}  // namespace

std::string format_netstring(std::string_view content) {
  std::string text = std::to_string(content.size());
  text.reserve(text.size() + content.size() + 2);
  return ((text += ':') += content) += ',';
}

std::optional<std::string_view> NetstringParser::feed(std::string_view& bytes) {
  while (!bytes.empty() && !failed_) {
    if (has_length_ && content_.size() < size_) {
      const auto part = bytes.substr(0, size_ - content_.size());
      content_ += part;
      bytes.remove_prefix(part.size());
      continue;
    }
    const char byte = bytes.front();
    bytes.remove_prefix(1);
    if (!has_length_) {
      take_length(byte);
    } else if (byte == ',') {
      digits_ = size_ = 0;
      has_length_ = false;
      return content_;
    } else {
      failed_ = true;
    }
  }
  return std::nullopt;
}

void NetstringParser::take_length(char byte) {
  if (byte == ':' && digits_ > 0) {
    has_length_ = true;
    content_.clear();
    return;
  }
  const bool is_digit = byte >= '0' && byte <= '9';
  const bool follows_zero = digits_ > 0 && size_ == 0;
  if (is_digit) size_ = 10 * size_ + static_cast<std::size_t>(byte - '0');
  ++digits_;
  failed_ = !is_digit || follows_zero || size_ > most_;
}

std::optional<SocketmapQuery> SocketmapParser::feed(std::string_view& bytes) {
  const auto content = failed_ ? std::nullopt : netstring_.feed(bytes);
  if (!content) return std::nullopt;
  const auto space = content->find(' ');
  failed_ = space == content->npos;
  if (failed_) return std::nullopt;
  return SocketmapQuery{content->substr(0, space), content->substr(space + 1)};
}

std::string format_socketmap_reply(const SocketmapReply& reply) {
  return format_netstring(format_content(reply));
}

}  // namespace forcetls
