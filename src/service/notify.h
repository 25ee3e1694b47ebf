// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Tells the service manager what the daemon is doing (sd_notify(3)). Does nothing where the
/// program was built without libsystemd or $NOTIFY_SOCKET is not set.
#pragma once

namespace forcetls {

void notify_ready();
void notify_reloading();  // to be followed by notify_ready()
void notify_stopping();

}  // namespace forcetls
