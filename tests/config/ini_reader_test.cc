// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "config/ini_reader.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace forcetls {
namespace {

/// Writes down what it is told: `3:key=value`, `3+more`, `3[section]`, `3!error`, `;` for a
/// comment.
class Recorder final : public IniSink {
 public:
  void section(std::string_view name, std::uint32_t line) override {
    add(fmt::format("{}[{}]", line, name));
  }
  void value(std::string_view key, std::string_view text, std::uint32_t line,
             bool commented) override {
    add(fmt::format("{}:{}={}{}", line, key, text, commented ? ";" : ""));
  }
  void continuation(std::string_view text, std::uint32_t line, bool commented) override {
    add(fmt::format("{}+{}{}", line, text, commented ? ";" : ""));
  }
  void error(std::uint32_t line, std::string text, std::string_view word) override {
    add(fmt::format("{}!{}", line, text));
    words += fmt::format("{}:{}\n", line, word);
  }

  std::string all;
  std::string words;  // of errors

 private:
  void add(const std::string& event) { all += event + "\n"; }
};

std::string read(const std::string& text) {
  std::istringstream stream(text);
  Recorder recorder;
  read_ini(stream, recorder);
  return recorder.all;
}

std::string x(std::size_t count) { return std::string(count, 'x'); }

struct Case {
  std::string text;
  std::string events;
};

void check_cases(const std::vector<Case>& cases) {
  for (const auto& [text, events] : cases) BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(read(text) == events);
    }
}

const std::string kIndented =
    "!an indented line continues the value above it; begin sections and keys in the first column\n";
const std::string kNothingAbove =
    "!an indented line continues the value directly above it, and there is none\n";
const std::string kHash =
    "!'#' after white space in a value; a comment after a value begins with ' ;'\n";
const std::string kTooLong = "!line longer than 198 bytes; a value goes on in indented lines\n";
const std::string kColon = "!':' does not separate key and value; write 'key = value'\n";

BOOST_AUTO_TEST_SUITE(ini_reader)

BOOST_AUTO_TEST_CASE(well_formed) {
  check_cases({
      {"", ""},
      {"[a]\nk = v\n", "1[a]\n2:k=v\n"},
      {"[a]\nk = v", "1[a]\n2:k=v\n"},
      {"[ a b ]  \nk=v\t\n", "1[a b]\n2:k=v\n"},
      {"[a] ; comment\nk = v ; comment\n", "1[a]\n2:k=v;\n"},
      {"[a]\n[b]\n", "1[a]\n2[b]\n"},
      {"\n; c\n# c\n  ; c\n[a]\n", "5[a]\n"},
      {"[a]\nk =\nl = ; c\n", "1[a]\n2:k=\n3:l=;\n"},
      {"k = x;y\nl = a=b:c\nm = a#b\n", "1:k=x;y\n2:l=a=b:c\n3:m=a#b\n"},
      {"k = 2001:db8::/32\n", "1:k=2001:db8::/32\n"},
      {"k = v ; # not a value\n", "1:k=v;\n"},
      {"k = \xc3\xbc \xe2\x82\xac \xf0\x9f\x93\xa7\n",
       "1:k=\xc3\xbc \xe2\x82\xac \xf0\x9f\x93\xa7\n"},
  });
}

BOOST_AUTO_TEST_CASE(continuation_lines) {
  check_cases({
      {"k = a\n  b ; c\n\td\nl = e\n", "1:k=a\n2+b;\n3+d\n4:l=e\n"},
      {"k =\n a, b\n c\n", "1:k=\n2+a, b\n3+c\n"},
      {"k = a\n 2001:db8::1\n x; y\n", "1:k=a\n2+2001:db8::1\n3+x; y\n"},
      {"k = a\n [b]\n l = c\n", "1:k=a\n2" + kIndented + "3" + kIndented},
      {"k = a\n l= b\n\tc-d_9 \t=\n", "1:k=a\n2" + kIndented + "3" + kIndented},
      {"k = a\n =\n", "1:k=a\n2+=\n"},
      {"k = a\n\n b\n", "1:k=a\n3" + kNothingAbove},
      {"k = a\n; c\n b\n", "1:k=a\n3" + kNothingAbove},
      {"k = a\n  # c\n b\n", "1:k=a\n3" + kNothingAbove},
      {"[s]\n b\n", "1[s]\n2" + kNothingAbove},
      {" b\n", "1" + kNothingAbove},
      {" k = b\n", "1" + kIndented},
      {"k = a\n b # c\n d\n", "1:k=a\n2" + kHash},
      // What continues a line in error is not read, nor taken for part of the key before.
      {"k = a\nno separator\n b\nl = c\n", "1:k=a\n2!expected 'key = value'\n4:l=c\n"},
  });
}

BOOST_AUTO_TEST_CASE(long_lines) {
  const auto key = [](std::size_t size) { return "k = " + x(size - 4); };
  check_cases({
      {key(198) + "\n", "1:k=" + x(194) + "\n"},
      {key(198) + "\r\n", "1:k=" + x(194) + "\n"},
      {"\xef\xbb\xbf" + key(198) + "\r\n", "1:k=" + x(194) + "\n"},
      {key(198), "1:k=" + x(194) + "\n"},
      {key(199) + "\nl = 1\n", "1" + kTooLong + "2:l=1\n"},
      {"k = 1\n " + x(197) + "\n " + x(198) + "\n", "1:k=1\n2+" + x(197) + "\n3" + kTooLong},
      {"k = 1 ;" + x(200) + "\n", "1" + kTooLong},
      {"[" + x(200) + "]\nk = 1\n", "1" + kTooLong + "2:k=1\n"},
      // inih would read what stands beyond its 198th byte as a line of its own.
      {"# " + x(196) + "action=accept\n[a]\n", "2[a]\n"},
      {"  ;" + x(5000) + "action=accept\n[a]\n", "2[a]\n"},
      {std::string(300, ' ') + "\n[a]\n", "2[a]\n"},
      // inih would cut the name, and two sections could become one.
      {"[" + x(49) + "]\nk = 1\n", "1[" + x(49) + "]\n2:k=1\n"},
      {"[" + x(60) + "]\nk = 1\n", "1[" + x(60) + "]\n2:k=1\n"},
      {x(60) + " = a\n b\n", "1:" + x(60) + "=a\n2+b\n"},
  });
}

BOOST_AUTO_TEST_CASE(bad_lines) {
  check_cases({
      {"[a]\nk = 1\n[b\nl = 2\n", "1[a]\n2:k=1\n3!section header without ']'\n4:l=2\n"},
      {"[a ;b]\n", "1!section header without ']'\n"},
      {"[a] b\n", "1!text after ']'\n1[a]\n"},
      {"[a]]\n", "1!text after ']'\n1[a]\n"},
      {"[a] # c\n", "1!text after ']'\n1[a]\n"},
      {"k: v\ntls:x = 1\n", "1" + kColon + "2" + kColon},
      {"k\nk ;x = 1\n", "1!expected 'key = value'\n2!expected 'key = value'\n"},
      {"= v\n", "1!key missing before '='\n"},
      {"k = v # c\nl = #v\nm = v\t#c\n", "1" + kHash + "2" + kHash + "3" + kHash},
      {std::string("k = a\0b\nl = 1\n", 14), "1!NUL byte\n2:l=1\n"},
      {std::string("# \0\n", 4), "1!NUL byte\n"},
      {"k = \xfc\n", "1!not UTF-8\n"},
      {"# \xfc\n", "1!not UTF-8\n"},
      {"k = \xc0\xaf\n", "1!not UTF-8\n"},
      {"k = \xe2\x82\n", "1!not UTF-8\n"},
      {"k = \xed\xa0\x80\n", "1!not UTF-8\n"},
      {"k = \xf4\x90\x80\x80\n", "1!not UTF-8\n"},
      {"k = \xe0\x80\x80\n", "1!not UTF-8\n"},
      {"k = \xf0\x80\x80\x80\n", "1!not UTF-8\n"},
      {"k = \xf5\x80\x80\x80\n", "1!not UTF-8\n"},
      {"k = a\x1b[31m\n# \x1b\n", "1!control character\n"},
      {"k = a\rl = b\n", "1!control character\n"},
      {"k = a\x7f\n", "1!control character\n"},
  });
}

BOOST_AUTO_TEST_CASE(first_words_of_bad_lines) {
  const struct {
    std::string text;
    std::string words;
  } cases[] = {
      {"match-sender: a\n", "1:match-sender\n"},
      {"mode = a # b\nmode=a # b\nmode a\nmode\n", "1:mode\n2:mode\n3:mode\n4:mode\n"},
      {std::string("mode\t= \0\n", 9), "1:mode\n"},
      {"mode = " + x(200) + "\n", "1:mode\n"},
      {"= v\n= v # c\n", "1:=\n2:=\n"},
      {"[a b\n[a] b\n", "1:[a\n2:[a]\n"},
      {"k = a\n  mode = b\n", "2:mode\n"},
      {"# \xfc\n  ; \xfc\n", "1:#\n2:;\n"},
      // Lines that go on with a value.
      {"k = a\n  b # c\n", "2:\n"},
      {"k = a\n\n  b\n", "3:\n"},
      {"k = a\n  \xfc\n", "2:\n"},
      {"k = a\n  [b]\n", "2:\n"},
  };
  for (const auto& [text, words] : cases) BOOST_TEST_CONTEXT(text) {
      std::istringstream stream(text);
      Recorder recorder;
      read_ini(stream, recorder);
      BOOST_TEST(recorder.words == words);
    }
}

BOOST_AUTO_TEST_CASE(byte_order_mark_and_line_ends) {
  check_cases({
      {"\xef\xbb\xbf[a]\r\nk = v\r\n l\r\n\r\n; c\r\n", "1[a]\n2:k=v\n3+l\n"},
      {"[a]\n\xef\xbb\xbfk = v\n", "1[a]\n2:\xef\xbb\xbfk=v\n"},
      {"\xed\x9f\xbf = \xee\x80\x80\xf4\x8f\xbf\xbf\xe0\xa0\x80\xf0\x90\x80\x80\n",
       "1:\xed\x9f\xbf=\xee\x80\x80\xf4\x8f\xbf\xbf\xe0\xa0\x80\xf0\x90\x80\x80\n"},
  });
}

// Debian's inih has its options as variables of the process; another build may have been made with
// others. What then is not understood must be seen.
BOOST_AUTO_TEST_CASE(other_builds_of_inih) {
  auto* multiline = static_cast<bool*>(dlsym(RTLD_DEFAULT, "ini_allow_multiline"));
  auto* max_line = static_cast<unsigned*>(dlsym(RTLD_DEFAULT, "ini_max_line"));
  if (!multiline || !max_line) {
    BOOST_TEST_MESSAGE("this inih has no options at run time");
    return;
  }
  *multiline = false;
  const auto without_continuation = read("k = a\n b\nl = c\n");
  *multiline = true;
  BOOST_TEST(without_continuation ==
             "1:k=a\n2!the INI library did not understand this line\n3:l=c\n");
  const auto usual = *max_line;
  *max_line = 20;
  const auto short_lines = read("k = 1\nk = " + x(30) + "\nl = 1\n");
  *max_line = usual;
  BOOST_TEST(short_lines == "1:k=1\n2!line longer than 18 bytes\n3:l=1\n");
}

BOOST_AUTO_TEST_CASE(unreadable_stream) {
  struct Broken : std::streambuf {
    int_type underflow() override { throw 1; }
  } buffer;
  std::istream stream(&buffer);
  Recorder recorder;
  read_ini(stream, recorder);
  BOOST_TEST(recorder.all == "0!cannot be read to its end\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace forcetls
