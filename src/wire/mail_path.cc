// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "wire/mail_path.h"

#include <cstddef>

#include "wire/domain_name.h"
#include "wire/domain_scan.h"
#include "wire/ip_text.h"

namespace forcetls {
namespace {

enum class Kind : char { Plain, Quoted, Literal };

/// An address without comments, quotes and brackets, each byte with how it stood there.
class Address {
 public:
  explicit Address(std::string_view argument) : input_(argument) {
    while (next_ < input_.size()) read_one();
    if (bracket_open_) damaged_ = true;
    strip_routes();
  }

  const std::string& text() const { return text_; }
  bool damaged() const { return damaged_; }
  bool has_route() const { return has_route_; }

  /// Where the domain begins: behind the last plain `@`.
  std::optional<std::size_t> domain() const {
    for (std::size_t i = text_.size(); i > begin_; --i) {
      if (is_plain_at(i - 1)) return i;
    }
    return std::nullopt;
  }
  Kind kind(std::size_t position) const { return kinds_[position]; }

 private:
  void add(char byte, Kind kind) {
    if (bracket_closed_) {
      damaged_ = true;
      return;
    }
    if (blank_ && !text_.empty() && is_word(text_.back(), kinds_.back()) && is_word(byte, kind)) {
      text_ += ' ';
      kinds_.push_back(Kind::Plain);
    }
    blank_ = false;
    text_ += byte;
    kinds_.push_back(kind);
  }

  static bool is_word(char byte, Kind kind) {
    return kind != Kind::Plain || std::string_view("@.:,;%!").find(byte) == std::string_view::npos;
  }

  void read_one() {
    const char byte = input_[next_++];
    switch (byte) {
      case ' ':
      case '\t': blank_ = true; break;
      case '(': skip_comment(); break;
      case '"': read_enclosed('"', Kind::Quoted); break;
      case '[':
        add(byte, Kind::Literal);
        read_enclosed(']', Kind::Literal);
        add(']', Kind::Literal);
        break;
      case '\\': read_escaped(); break;
      case '<': open_bracket(); break;
      case '>': close_bracket(); break;
      default: read_plain(byte);
    }
  }

  void read_plain(char byte) {
    const auto value = static_cast<unsigned char>(byte);
    const bool stray = value < 0x20 || value == 0x7f || byte == ')' || byte == ']';
    if (!stray) return add(byte, Kind::Plain);
    damaged_ = true;
    blank_ = true;
  }

  void skip_comment() {
    blank_ = true;
    for (std::size_t depth = 1; next_ < input_.size(); ++next_) {
      const char byte = input_[next_];
      if (byte == '\\') {
        ++next_;
      } else if (byte == '(') {
        ++depth;
      } else if (byte == ')' && --depth == 0) {
        ++next_;
        return;
      }
    }
    next_ = input_.size();
    damaged_ = true;
  }

  void read_enclosed(char end, Kind kind) {
    while (next_ < input_.size()) {
      char byte = input_[next_++];
      if (byte == end) return;
      if (byte == '\\' && next_ < input_.size()) byte = input_[next_++];
      add(byte, kind);
    }
    damaged_ = true;
  }

  void read_escaped() {
    if (next_ == input_.size()) {
      damaged_ = true;
    } else {
      add(input_[next_++], Kind::Quoted);
    }
  }

  /// The address is what the innermost bracket holds; text before it is none.
  void open_bracket() {
    if (bracket_open_ || bracket_closed_ || !text_.empty()) damaged_ = true;
    text_.clear();
    kinds_.clear();
    bracket_open_ = true;
    bracket_closed_ = false;
  }

  void close_bracket() {
    if (!bracket_open_) damaged_ = true;
    bracket_open_ = false;
    bracket_closed_ = true;
  }

  /// `@one,@two:user@domain`: moves begin_ to the user. Any other plain `:`, `,` or `;` makes a
  /// list or a group, which is no path.
  void strip_routes() {
    bool list = false;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (kinds_[i] != Kind::Plain) continue;
      if (text_[i] == ':' && begin_ < i && is_plain_at(begin_)) {
        has_route_ = true;
        list = false;
        begin_ = i + 1;
      } else if (text_[i] == ',') {
        list = true;
      } else if (text_[i] == ';' || text_[i] == ':') {
        damaged_ = true;
      }
    }
    if (list) damaged_ = true;
  }

  bool is_plain_at(std::size_t position) const {
    return text_[position] == '@' && kinds_[position] == Kind::Plain;
  }

  std::string_view input_;
  std::size_t next_ = 0;
  std::string text_;
  std::vector<Kind> kinds_;
  std::size_t begin_ = 0;
  bool blank_ = false;
  bool bracket_open_ = false;
  bool bracket_closed_ = false;
  bool has_route_ = false;
  bool damaged_ = false;
};

void add_all(std::string_view text, std::vector<std::string>& domains) {
  for (auto& domain : scan_domains(text, DomainMarks::AtPercentBang)) {
    domains.push_back(std::move(domain));
  }
}

/// The MTA delivers mail for its own literal to what the local part says. A host name in brackets
/// is no literal, though some reader may take it for the domain.
void read_literal(std::string_view local_part, std::string_view literal, MailPath& path) {
  add_all(local_part, path.domains);
  path.rewritten = !path.domains.empty();
  const auto inside = literal.substr(1, literal.size() - 2);
  if (parse_ip_address(inside)) return;
  path.damaged = true;
  if (auto domain = parse_domain(inside)) path.domains.push_back(std::move(*domain));
}

void read_domain(const Address& address, MailPath& path) {
  const std::string_view text = address.text();
  const auto begin = address.domain().value_or(text.size());
  const auto domain = text.substr(begin);
  if (domain.size() >= 2 && address.kind(begin) == Kind::Literal && domain.ends_with(']')) {
    read_literal(text.substr(0, begin - 1), domain, path);
  } else if (auto name = parse_domain(domain)) {
    path.domains.push_back(std::move(*name));
  } else {
    add_all(text, path.domains);
    path.rewritten = !path.domains.empty();
    path.damaged = path.damaged || address.domain().has_value() || address.has_route();
  }
}

}  // namespace

MailPath parse_mail_path(std::string_view argument) {
  const Address address(argument);
  MailPath path;
  path.damaged = address.damaged();
  path.null_path = address.text().empty() || address.text() == "@";
  if (!address.text().empty()) read_domain(address, path);
  if (path.damaged) add_all(argument, path.domains);
  make_unique(path.domains);
  return path;
}

MailPath parse_mail_address(std::string_view macro) { return parse_mail_path(macro); }

MailPath merge_mail_path(const MailPath& argument, const std::optional<MailPath>& macro) {
  MailPath path = argument;
  if (!macro) return path;
  path.null_path = path.null_path || macro->null_path;
  path.domains.insert(path.domains.end(), macro->domains.begin(), macro->domains.end());
  make_unique(path.domains);
  path.rewritten = path.rewritten || macro->rewritten;
  path.damaged = path.damaged || macro->damaged;
  return path;
}

}  // namespace forcetls
