// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Explanations for the tests of the trace's two forms.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <variant>

#include "cli/explanation.h"
#include "config/loader.h"
#include "config/time_text.h"

namespace forcetls {

/// An explanation with the configuration it refers to.
struct GivenExplanation {
  std::shared_ptr<const Config> config;
  Explanation explanation;
};

inline GivenExplanation explain_given(std::string_view config_text, const MailOptions& options) {
  const Time now = *parse_time("2026-12-01T08:00:00Z", DateMeans::ItsBeginning);
  const auto loaded = load_config_text("forcetls.conf", config_text, now);
  BOOST_REQUIRE(loaded.config);
  auto mail = read_mail_options(options, *loaded.config, now);
  if (const auto* problem = std::get_if<std::string>(&mail)) BOOST_FAIL(*problem);
  return {loaded.config,
          explain(loaded.config->policy, std::get<ExplainedMail>(std::move(mail)))};
}

}  // namespace forcetls
