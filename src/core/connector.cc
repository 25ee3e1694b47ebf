// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "core/connector.h"

namespace forcetls {

bool is_in_domain(std::string_view name, std::string_view domain) {
  if (!name.ends_with(domain)) return false;
  return name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.';
}

bool DomainPattern::matches(std::string_view name) const {
  switch (kind) {
    case Kind::Any: return true;
    case Kind::Subtree: return is_in_domain(name, domain);
    case Kind::Exact: return name == domain;
    case Kind::NullSender: break;
  }
  return false;
}

const Particulars& Connector::particulars() const {
  static const Particulars kNone;
  return own_particulars ? *own_particulars : kNone;
}

}  // namespace forcetls
