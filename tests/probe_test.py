#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0

"""Runs `forcetls probe` against mail and name servers on loopback, good and bad ones: the tests in
tests/probe.

Usage: probe_test.py [FORCETLS] [-k TEXT]; the program is otherwise that of the build directory. -k
runs the tests whose name holds TEXT."""

import argparse
import os
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "probe"), os.path.join(HERE, "live")]
sys.dont_write_bytecode = True

import command_line  # noqa: E402
import domains  # noqa: E402
import failing_servers  # noqa: E402
import good_servers  # noqa: E402
from bench import Skip, World  # noqa: E402


def tests():
    for module in (failing_servers, good_servers, domains, command_line):
        for name, value in list(vars(module).items()):
            if name.startswith("test_"):
                yield name, value


def main():
    parser = argparse.ArgumentParser()
    built = os.path.join(os.environ.get("abs_top_builddir", "."), "src/forcetls")
    parser.add_argument("program", nargs="?", default=built)
    parser.add_argument("-k", default="", metavar="TEXT")
    options = parser.parse_args()
    if not os.access(options.program, os.X_OK):
        print(f"no program {options.program}\n0 passed, 1 failed")
        return 1
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="forcetls-probe-") as folder:
        os.chmod(folder, 0o755)
        world = World(os.path.abspath(options.program), os.path.realpath(folder))
        for name, test in tests():
            if options.k not in name:
                continue
            try:
                test(world)
                passed += 1
            except Skip as reason:
                print(f"skipped {name}: {reason}")
                skipped += 1
            except Exception as error:  # pylint: disable=broad-except
                lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)
                         if frame.filename.startswith(HERE)]
                print(f"FAILED {name} (lines {lines[1:]}): {type(error).__name__}: {error}")
                failed += 1
            sys.stdout.flush()
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
