#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0

"""Runs `forcetls probe` against mail and name servers on loopback, good and bad ones: the tests in
tests/probe.

Usage: probe_test.py [FORCETLS] [-k TEXT]; the program is otherwise $FORCETLS, or that of the build
directory. -k runs the tests whose name holds TEXT."""

import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "probe"), os.path.join(HERE, "live")]
sys.dont_write_bytecode = True

import command_line  # noqa: E402
import domains  # noqa: E402
import failing_servers  # noqa: E402
import good_servers  # noqa: E402
import outbound  # noqa: E402
from bench import World  # noqa: E402
from cases import cases_of, parse_options, run  # noqa: E402


def main():
    options = parse_options("forcetls")
    with tempfile.TemporaryDirectory(prefix="forcetls-probe-") as folder:
        os.chmod(folder, 0o755)
        world = World(options.program, os.path.realpath(folder))
        cases = cases_of(failing_servers, good_servers, domains, outbound, command_line)
        return run(cases, world, options.k)


if __name__ == "__main__":
    sys.exit(main())
