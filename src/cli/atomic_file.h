// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Files that are there whole or not at all, whatever breaks off in between. Chooses no names.
#pragma once

#include <string>
#include <string_view>

namespace forcetls {

/// Puts `text` in place of `path`, mode 0644, on the disk when it returns. Until then it stands in
/// a hidden file beside it. Empty if it went well; else what failed, with the file's name.
std::string write_atomically(const std::string& path, std::string_view text);

}  // namespace forcetls
