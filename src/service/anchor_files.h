// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The trust anchors that TLS policies name by `tafile=`, for Postfix to read.
#pragma once

#include <string>

#include "config/config.h"

namespace forcetls {

/// Writes Config::anchor_files, mode 0644, each whole or not at all; makes their folder, mode 0755,
/// where it is missing; root gives that to whom the folder above belongs. What is there already is
/// not written again. Empty if all are there; else what failed. Files of others are left alone:
/// a policy given before may name them.
std::string write_anchor_files(const Config& config);

}  // namespace forcetls
