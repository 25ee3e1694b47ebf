// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/milter_reply.h"

#include <cstddef>

namespace forcetls {

std::string format_milter_text(std::string_view text) {
  constexpr std::size_t kMaxText = 980;  // libmilter/smfi.c: MAXREPLYLEN
  std::string formatted;
  for (const char byte : text) {
    const std::string_view written = byte == '%'                 ? "%%"
                                     : byte < ' ' || byte > '~' ? "?"
                                                                 : std::string_view(&byte, 1);
    if (formatted.size() + written.size() > kMaxText) break;
    formatted += written;
  }
  return formatted;
}

}  // namespace forcetls
