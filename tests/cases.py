# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What the programs that run test cases in Python share: the command line, the run, the asserts.

A case is a function of one argument, such as the program to test. It fails by an exception."""

import argparse
import os
import sys
import traceback

CASES = []


class Skip(Exception):
    """The case cannot run here; the text says why."""


def case(function):
    CASES.append(function)
    return function


def cases_of(*modules):
    """Their functions with names in test_…, in order."""
    return [value for module in modules for name, value in vars(module).items()
            if name.startswith("test_")]


def parse_options(name):
    """`[PROGRAM] [-k TEXT]` as .program and .k. The program is by default the one of the
    environment, FORCETLS for `forcetls`, or else of the build directory. Exits where there is
    none."""
    parser = argparse.ArgumentParser()
    built = os.path.join(os.environ.get("abs_top_builddir", "."), "src", name)
    parser.add_argument("program", nargs="?", default=os.environ.get(name.upper(), built))
    parser.add_argument("-k", default="", metavar="TEXT")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    if not os.access(options.program, os.X_OK):
        print(f"no program {options.program}\n0 passed, 1 failed")
        sys.exit(1)
    return options


def run(cases, argument, text, prepare=lambda: None):
    """Runs the cases whose names hold `text`, prepare() before each; 1: some failed."""
    passed = failed = skipped = 0
    for function in cases:
        if text not in function.__name__:
            continue
        prepare()
        try:
            function(argument)
            passed += 1
        except Skip as reason:
            print(f"skipped {function.__name__}: {reason}")
            skipped += 1
        except Exception:  # pylint: disable=broad-except
            print(f"FAILED {function.__name__}")
            traceback.print_exc(file=sys.stdout)
            failed += 1
        sys.stdout.flush()
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


def equal(seen, expected):
    if seen != expected:
        raise AssertionError(f"saw\n{seen}\nexpected\n{expected}")


def starts(text, beginning):
    if not text.startswith(beginning):
        raise AssertionError(f"saw\n{text}\nexpected\n{beginning}…")


def holds(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"{part!r} is not in\n{text}")


def lacks(text, *parts):
    for part in parts:
        if part in text:
            raise AssertionError(f"{part!r} is in\n{text}")
