// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The domains of the authors that a From: header field names. A field that reads cleanly names the
/// domains of its addresses; any other may show a reader any address in it, so all of them count.
/// Looks at one field; a message may have several. Pure and thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace forcetls {

/// Canonical domains, sorted, each once, of all addresses of the value of a From: field (RFC 5322
/// section 3.6.2; folded or not), as raw bytes from the milter. Display names, comments and source
/// routes do not count, nor do address literals. A value that is not well-formed, over 64 kB, or
/// read differently by GMime is scanned for every `@domain`, in encoded words too; there display
/// names and comments count. Takes time linear in the size of the value.
std::vector<std::string> parse_from_domains(std::string_view value);

}  // namespace forcetls
