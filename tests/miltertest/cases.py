# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What a test case is: a function with a name, registered in order."""

CASES = []


class Skip(Exception):
    """The case cannot run here; the text says why."""


def case(function):
    CASES.append(function)
    return function


def equal(seen, wanted):
    assert seen == wanted, f"\n  seen   {seen!r}\n  wanted {wanted!r}"
