// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What the tests of the configuration's mistakes share: texts and all their messages.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "config/load_text.h"

namespace forcetls {

struct Case {
  std::string text;
  std::string messages;
};

inline void check_cases(const std::vector<Case>& cases) {
  for (const auto& [text, expected] : cases) BOOST_TEST_CONTEXT(text) {
      const auto result = load_text(text);
      BOOST_TEST(format_all(result) == expected);
      BOOST_TEST((result.config == nullptr));
    }
}

/// Warnings only: the configuration loads.
inline void check_warnings(const std::vector<Case>& cases) {
  for (const auto& [text, expected] : cases) BOOST_TEST_CONTEXT(text) {
      const auto result = load_text(text);
      BOOST_TEST(format_all(result) == expected);
      BOOST_TEST((result.config != nullptr));
    }
}

/// A mistake on line 3 of an otherwise sound [inbound x].
inline Case inbound(const std::string& lines, const std::string& message) {
  return {"[inbound x]\nmatch-sender = a.example\n" + lines + "\n",
          "f:3: error: " + message + "\n"};
}

inline Case bad(const std::string& key, const std::string& value, const std::string& message) {
  return inbound(key + " = " + value,
                 "bad value '" + value + "' for '" + key + "' in [inbound x]: " + message);
}

/// A mistake on line 2 of [milter].
inline Case milter(const std::string& line, const std::string& message) {
  return {"[milter]\n" + line + "\n", "f:2: error: " + message + "\n"};
}

/// A mistake on line 3 of an otherwise sound [certificate c].
inline Case certificate(const std::string& line, const std::string& message) {
  return {"[certificate c]\nname = a.example\n" + line + "\n", "f:3: error: " + message + "\n"};
}

/// A mistake on line 3 of an otherwise sound [outbound x].
inline Case outbound(const std::string& lines, const std::string& message) {
  return {"[outbound x]\nmatch-recipient = a.example\n" + lines + "\n",
          "f:3: error: " + message + "\n"};
}

inline Case bad_outbound(const std::string& key, const std::string& value,
                         const std::string& message) {
  return outbound(key + " = " + value,
                  "bad value '" + value + "' for '" + key + "' in [outbound x]: " + message);
}

inline const std::string kHeader = "[inbound x]\nmatch-sender = a.example\n";
inline const std::string kOutboundHeader = "[outbound x]\nmatch-recipient = a.example\n";

}  // namespace forcetls
