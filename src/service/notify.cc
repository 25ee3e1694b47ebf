// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "service/notify.h"

#ifdef HAVE_LIBSYSTEMD

#include <systemd/sd-daemon.h>

#include <chrono>
#include <string>

namespace forcetls {

void notify_ready() { sd_notify(0, "READY=1"); }

void notify_reloading() {
  // Type=notify-reload compares this with its own CLOCK_MONOTONIC, which steady_clock is on Linux.
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count())).c_str());
}

void notify_stopping() { sd_notify(0, "STOPPING=1"); }

}  // namespace forcetls

#else

namespace forcetls {

void notify_ready() {}
void notify_reloading() {}
void notify_stopping() {}

}  // namespace forcetls

#endif
