#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0

"""Runs `forcetls refresh` against web, mail and name servers on loopback, good and bad ones: the
tests in tests/refresh.

Usage: refresh_test.py [FORCETLS] [-k TEXT]; the program is otherwise $FORCETLS, or that of the
build directory. -k runs the tests whose name holds TEXT."""

import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "refresh"), os.path.join(HERE, "live")]
sys.dont_write_bytecode = True

import command_cases  # noqa: E402
import http_server  # noqa: E402
import renewal_cases  # noqa: E402
import revocation_cases  # noqa: E402
from cases import cases_of, parse_options, run  # noqa: E402
from world import World  # noqa: E402


def main():
    options = parse_options("forcetls")
    with tempfile.TemporaryDirectory(prefix="forcetls-refresh-") as folder, \
            http_server.serve() as server:
        os.chmod(folder, 0o755)
        world = World(options.program, os.path.realpath(folder), server)
        cases = cases_of(revocation_cases, renewal_cases, command_cases)
        return run(cases, world, options.k, world.reset)


if __name__ == "__main__":
    sys.exit(main())
