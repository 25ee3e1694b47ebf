// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The options and arguments of one sub-command: declared by the command, read from its command line.
/// The only place that knows the command-line library, which takes long to compile. What is declared
/// must live until parse() has been called.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace forcetls {

class OptionList {
 public:
  /// `name` as in messages: `forcetls check`.
  OptionList(const std::string& name, const std::string& summary);
  OptionList(const OptionList&) = delete;
  OptionList& operator=(const OptionList&) = delete;
  ~OptionList();

  /// An option with a value, whose `type` help shows: `FILE`. A vector's may be repeated; what is
  /// in a number, or in the text of file(), is shown as the default.
  void value(const char* name, std::string& value, const char* type, const char* help);
  void value(const char* name, std::optional<std::string>& value, const char* type,
             const char* help);
  void value(const char* name, std::vector<std::string>& values, const char* type,
             const char* help);
  void value(const char* name, std::optional<unsigned>& value, const char* type, const char* help);
  void value(const char* name, unsigned& value, const char* type, const char* help);
  void value(const char* name, std::uint16_t& value, const char* type, const char* help);
  void file(const char* name, std::string& path, const char* help);
  void flag(const char* name, bool& value, const char* help);

  /// What must stand on the command line without a dash.
  void argument(const char* name, std::string& value, const char* help);
  void arguments(const char* name, std::vector<std::string>& values, const char* help);

  /// Ends the help text.
  void footer(const std::string& text);

  struct Outcome {
    bool wants_help = false;  // --help was there, and nothing else counts
    std::string problem;      // what is wrong with the arguments, in one line; empty: nothing
  };
  Outcome parse(std::vector<std::string> arguments);
  /// After parse(): whether the option was there.
  bool was_given(const char* name) const;
  std::string help() const;

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace forcetls
