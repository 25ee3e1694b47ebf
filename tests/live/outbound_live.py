#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Mail that goes out: a real Postfix whose smtp(8) asks forcetlsd's [outbound-map], and TLS sinks
that it delivers to: outbound_live.py [FORCETLSD] [-k TEXT]. The tests stand in outbound_*.py, by
subject."""

import sys

import outbound_chroot
import outbound_commands
import outbound_grammar
import outbound_hops
import outbound_life
import outbound_servers
from outbound_bench import outbound_suite

SUITE = outbound_suite()
for module in (outbound_servers, outbound_hops, outbound_life, outbound_chroot, outbound_grammar,
               outbound_commands):
    SUITE.extend(module.SUITE)


@SUITE.test("all:")
def nothing_else_came_in_the_clear(bench):
    """Than what a test expected and noted."""
    assert bench.partners.sinks
    left = {name: lines for name, lines in bench.partners.clear().items()
            if name not in bench.stray}
    assert not left, left


if __name__ == "__main__":
    sys.exit(SUITE.main())
