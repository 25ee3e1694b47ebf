// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/option_list.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>
#include <utility>

#include "config/suggestion.h"

namespace forcetls {

namespace {

template <typename Value>
CLI::Option* add(CLI::App& app, const char* name, Value& value, const char* type,
                 const char* help) {
  return app.add_option(name, value, help)->type_name(type)->allow_extra_args(false);
}

/// One line about the first argument that no option took.
std::string unexpected_argument(const CLI::App& app, const std::string& argument) {
  if (!argument.starts_with('-')) return "unexpected argument '" + argument + "'";
  const std::string name = argument.substr(0, argument.find('='));
  std::vector<std::string> names;
  for (const auto* option : app.get_options())
    if (!option->get_group().empty() && !option->get_lnames().empty())
      names.push_back("--" + option->get_lnames().front());
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  return "unknown option '" + name + "'" + did_you_mean(name, candidates);
}

}  // namespace

OptionList::OptionList(const std::string& name, const std::string& summary)
    : app_(std::make_unique<CLI::App>(summary, name)) {
  app_->allow_extras();
  app_->set_help_flag("-h,--help", "print this help");
}

OptionList::~OptionList() = default;

void OptionList::value(const char* name, std::string& value, const char* type, const char* help) {
  add(*app_, name, value, type, help);
}

void OptionList::value(const char* name, std::optional<std::string>& value, const char* type,
                       const char* help) {
  add(*app_, name, value, type, help);
}

void OptionList::value(const char* name, std::vector<std::string>& values, const char* type,
                       const char* help) {
  add(*app_, name, values, type, help);
}

void OptionList::value(const char* name, std::optional<unsigned>& value, const char* type,
                       const char* help) {
  add(*app_, name, value, type, help);
}

void OptionList::value(const char* name, unsigned& value, const char* type, const char* help) {
  add(*app_, name, value, type, help)->capture_default_str();
}

void OptionList::value(const char* name, std::uint16_t& value, const char* type,
                       const char* help) {
  add(*app_, name, value, type, help)->capture_default_str();
}

void OptionList::file(const char* name, std::string& path, const char* help) {
  add(*app_, name, path, "FILE", help)->capture_default_str();
}

void OptionList::flag(const char* name, bool& value, const char* help) {
  app_->add_flag(name, value, help);
}

void OptionList::argument(const char* name, std::string& value, const char* help) {
  app_->add_option(name, value, help)->required()->type_name("");
}

void OptionList::arguments(const char* name, std::vector<std::string>& values, const char* help) {
  app_->add_option(name, values, help)->required()->type_name(name);
}

void OptionList::footer(const std::string& text) { app_->footer(text); }

OptionList::Outcome OptionList::parse(std::vector<std::string> arguments) {
  try {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    app_->parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return {true, {}};
  } catch (const CLI::ParseError& error) {
    return {false, error.what()};
  }
  const auto rest = app_->remaining();
  return {false, rest.empty() ? std::string() : unexpected_argument(*app_, rest.front())};
}

bool OptionList::was_given(const char* name) const { return app_->count(name) > 0; }

std::string OptionList::help() const { return app_->help(); }

}  // namespace forcetls
