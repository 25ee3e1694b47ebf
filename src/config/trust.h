// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Reads the files that a configuration names and does not consist of: certificates, trust anchors,
/// answers about revocation. What they mean for a mail is x509's and core's.
#pragma once

#include <filesystem>
#include <memory>

#include "config/config.h"
#include "config/diagnostic.h"
#include "config/draft.h"

namespace forcetls {

struct LoadedTrust {
  TrustSettings settings;
  std::shared_ptr<const KnownCertificates> known;  ///< never nullptr
};

/// Relative paths are relative to `folder`. The first certificate of each `file` of a rule becomes
/// one of its pins. A file or folder that the configuration names must be there and be right; what
/// is wrong with a single file of a folder is a warning under that file's name.
LoadedTrust load_trust(ConfigDraft& config, const std::filesystem::path& folder,
                       DiagnosticList& diagnostics);

}  // namespace forcetls
