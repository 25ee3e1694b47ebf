#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Mail that a real Sendmail sends: sendmail_outbound_live.py [FORCETLSD] [-k TEXT]. By the rulesets
of contrib/sendmail that ask forcetlsd, and by the tables of `forcetls export`; the latter on a real
Postfix, too."""

import sys

import exported_tables
import sendmail_outbound
from live_bench import Suite
from sendmail_outbound_bench import OutboundBench

SUITE = Suite(OutboundBench)
for module in (sendmail_outbound, exported_tables):
    SUITE.extend(module.SUITE)

if __name__ == "__main__":
    sys.exit(SUITE.main(sendmail={"routes": sendmail_outbound.ROUTES}))
