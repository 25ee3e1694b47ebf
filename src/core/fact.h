// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What is known of one property of a session: its value, that there is none, or nothing.
#pragma once

#include <utility>
#include <variant>

namespace forcetls {

struct Absent {
  bool operator==(const Absent&) const = default;
};
struct Unknown {
  bool operator==(const Unknown&) const = default;
};

/// A fact is present, absent or unknown, and never guessed (DESIGN.md section 5).
template <typename T>
class Fact {
 public:
  Fact() = default;
  Fact(Absent) {}
  Fact(Unknown) : state_(Unknown{}) {}
  Fact(T value) : state_(std::move(value)) {}

  bool is_present() const { return std::holds_alternative<T>(state_); }
  bool is_absent() const { return std::holds_alternative<Absent>(state_); }
  bool is_unknown() const { return std::holds_alternative<Unknown>(state_); }

  /// The value; only where is_present().
  const T& operator*() const { return std::get<T>(state_); }
  const T* operator->() const { return &std::get<T>(state_); }

  bool operator==(const Fact&) const = default;

 private:
  std::variant<Absent, Unknown, T> state_;
};

}  // namespace forcetls
