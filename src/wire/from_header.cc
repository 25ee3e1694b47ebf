// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/from_header.h"

#include <cstddef>
#include <utility>

#include "wire/domain_name.h"
#include "wire/domain_scan.h"
#include "wire/gmime_text.h"
#include "wire/ip_text.h"

namespace forcetls {
namespace {

constexpr std::size_t kMostParsed = 64 * 1024;

bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }

bool is_control(char byte) {
  return (static_cast<unsigned char>(byte) < 0x20 && !is_blank(byte)) || byte == 0x7f;
}

bool is_atom(char byte) {
  return !is_blank(byte) && !is_control(byte) &&
         std::string_view("()<>[]:;@\\,\"").find(byte) == std::string_view::npos;
}

/// Reads only what is beyond doubt. Being too strict costs nothing but that display names count.
class StrictReader {
 public:
  explicit StrictReader(std::string_view value) : rest_(value) {}

  /// False: not well-formed.
  bool read_list() {
    while (skip_blank()) {
      if (rest_.empty()) return !in_group_;
      if (!take(',') && !(in_group_ && end_group()) && !read_element()) return false;
    }
    return false;
  }

  std::vector<std::string> domains;

 private:
  bool take(char byte) {
    if (!rest_.starts_with(byte)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool ends_element() {
    if (!skip_blank()) return false;
    return rest_.empty() || rest_.front() == ',' || (in_group_ && rest_.front() == ';');
  }

  bool end_group() {
    if (!take(';')) return false;
    in_group_ = false;
    return ends_element();
  }

  /// White space and comments.
  bool skip_blank() {
    while (!rest_.empty()) {
      if (rest_.front() == '(') {
        if (!skip_comment()) return false;
      } else if (is_blank(rest_.front())) {
        rest_.remove_prefix(1);
      } else {
        break;
      }
    }
    return true;
  }

  bool skip_comment() {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < rest_.size() && !is_control(rest_[i]); ++i) {
      if (rest_[i] == '\\') {
        ++i;
      } else if (rest_[i] == '(') {
        ++depth;
      } else if (rest_[i] == ')' && --depth == 0) {
        rest_.remove_prefix(i + 1);
        return true;
      }
    }
    return false;
  }

  bool read_word() { return rest_.starts_with('"') ? read_quoted() : read_atom(); }

  bool read_atom() {
    std::size_t size = 0;
    while (size < rest_.size() && is_atom(rest_[size])) ++size;
    rest_.remove_prefix(size);
    return size > 0;
  }

  bool read_quoted() {
    for (std::size_t i = 1; i < rest_.size() && !is_control(rest_[i]); ++i) {
      if (rest_[i] == '\\') {
        ++i;
      } else if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return true;
      }
    }
    return false;
  }

  bool read_element() {
    std::size_t words = 0;
    for (auto word = rest_; read_word(); word = rest_) {
      word.remove_suffix(rest_.size());
      if (++words == 1 && rest_.starts_with('@')) return read_address(word) && ends_element();
      if (!skip_blank()) return false;
    }
    if (take('<')) return read_angle() && ends_element();
    if (words == 0 || in_group_) return false;
    in_group_ = true;
    return take(':');
  }

  bool read_angle() {
    if (!skip_blank() || !skip_route()) return false;
    auto local_part = rest_;
    if (!read_word()) return false;
    local_part.remove_suffix(rest_.size());
    return read_address(local_part) && skip_blank() && take('>');
  }

  /// Some mail readers decode encoded words in a local part and then show what stands there as the
  /// author: `=?utf-8?Q?ceo=40contoso.com=00?=@evil.example` ("Mailsploit").
  bool read_address(std::string_view local_part) {
    return local_part.find("=?") == std::string_view::npos && take('@') && read_domain();
  }

  bool skip_route() {
    if (!rest_.starts_with('@')) return true;
    std::size_t size = 0;
    const auto in_route = [](char byte) {
      return is_domain_byte(byte) || byte == '@' || byte == ',';
    };
    while (size < rest_.size() && in_route(rest_[size])) ++size;
    rest_.remove_prefix(size);
    return take(':');
  }

  bool read_domain() {
    if (take('[')) return read_literal();
    std::size_t size = 0;
    while (size < rest_.size() && is_domain_byte(rest_[size])) ++size;
    auto domain = parse_domain(rest_.substr(0, size));
    rest_.remove_prefix(size);
    if (!domain) return false;
    domains.push_back(std::move(*domain));
    return true;
  }

  bool read_literal() {
    const auto end = rest_.find(']');
    if (end == std::string_view::npos || !parse_ip_address(rest_.substr(0, end))) return false;
    rest_.remove_prefix(end + 1);
    return true;
  }

  std::string_view rest_;
  bool in_group_ = false;
};

void append(const std::vector<std::string>& more, std::vector<std::string>& domains) {
  domains.insert(domains.end(), more.begin(), more.end());
}

}  // namespace

std::vector<std::string> parse_from_domains(std::string_view value) {
  StrictReader reader(value);
  const bool whole = value.size() <= kMostParsed && reader.read_list();
  auto domains = std::move(reader.domains);
  make_unique(domains);
  if (whole && parse_with_gmime(value) == domains) return domains;
  append(scan_domains(value, DomainMarks::At), domains);
  append(scan_domains(decode_header_text(value), DomainMarks::At), domains);
  make_unique(domains);
  return domains;
}

}  // namespace forcetls
