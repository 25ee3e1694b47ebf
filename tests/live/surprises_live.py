#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What Postfix and Sendmail do that surprises a milter's author, each on the real server with
forcetlsd in front: surprises_live.py [FORCETLSD] [-m MTA] [-k TEXT]. The numbers are those of the
list of surprises; the tests stand in surprise_*.py, by subject."""

import sys

import surprise_life
import surprise_paths
import surprise_session
import surprise_tls
from live_bench import Suite

SUITE = Suite()
for module in (surprise_tls, surprise_session, surprise_paths, surprise_life):
    SUITE.extend(module.SUITE)

if __name__ == "__main__":
    sys.exit(SUITE.main())
