// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Files that are there whole or not at all, whatever breaks off in between. Chooses no names.
#pragma once

#include <string>
#include <string_view>

#include "x509/certificate.h"

namespace forcetls {

/// Puts `text` in place of `path`, mode 0644, on the disk when it returns. Until then it stands in
/// a hidden file beside it. Empty if it went well; else what failed, with the file's name.
std::string write_atomically(const std::string& path, std::string_view text);

/// A chain in PEM, the leaf first, in the same way.
std::string save_chain(const std::string& path, const CertificateChain& chain);

}  // namespace forcetls
