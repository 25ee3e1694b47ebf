#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Mail that a real Sendmail sends: outbound_sendmail_live.py [FORCETLSD] [-k TEXT]. By the rulesets of
contrib/sendmail that ask forcetlsd, and by the tables of `forcetls export`; the latter on a real
Postfix, too."""

import sys

import outbound_export
import outbound_sendmail
from live_bench import Suite
from outbound_bench import OutboundBench

SUITE = Suite(OutboundBench)
for module in (outbound_sendmail, outbound_export):
    SUITE.extend(module.SUITE)

if __name__ == "__main__":
    sys.exit(SUITE.main(sendmail={"routes": outbound_sendmail.ROUTES}))
