# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""The bench of the live tests: forcetlsd before a private MTA, and the run of tests on it.

    SUITE = Suite()

    @SUITE.test("1")                        # on both MTAs; test("14", only="postfix"): on one
    def no_second_ehlo(bench):
        bench.use(CONFIG)
        bench.check("accepted", "a@contoso.com", tls=Tls("1.3"), second_ehlo=False)
        bench.check("mail 530 5.7.0 *", "a@contoso.com")

An outcome is "accepted", or the stage and the reply of the refusal; `*` at the end of an expected
one stands for any text."""

import argparse
import contextlib
import os
import re
import traceback
from dataclasses import dataclass

from forcetlsd import Forcetlsd, find_program
from instance import BaseDirectory, Failed, Unavailable
from pki import make_pki
from postfix import Postfix
from sendmail import Sendmail
from smtp_client import Disconnected, deliver

NOTHING = "[milter]\n"
LOG_LINES = 3


def outcome(record):
    """What came of a delivery, the same on both MTAs: Sendmail puts `<address>... ` into some."""
    if record.accepted:
        return "accepted"
    return f"{record.stage} {plain(record.final)}"


def plain(reply):
    """A reply without what Sendmail puts in."""
    return re.sub(r"^(\d{3} \d\.\d+\.\d+ )<?\S*?>?\.\.\. ", r"\1", str(reply))


def meets(seen, wanted):
    return seen.startswith(wanted[:-1]) if wanted.endswith("*") else seen == wanted


def expect(seen, wanted, what=""):
    assert meets(seen, wanted), f"{what}\n  expected {wanted}\n  got      {seen}"


class Bench:
    """One MTA with one forcetlsd in front, whose configuration each test replaces (`use`)."""

    def __init__(self, make, base, pki, program, **options):
        self.make, self.base, self.pki, self.program = make, base, pki, program
        self.name = make.name
        self._options = options

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.filter = stack.enter_context(Forcetlsd(self.base, NOTHING, self.program))
            self._config = NOTHING
            self.mta = stack.enter_context(
                self.make(self.base, self.pki, milter=self.filter.socket, **self._options))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def use(self, config):
        """Puts a configuration into force for the sessions to come."""
        if config == self._config:
            return
        told = self.filter.reload(config)
        if "is in force" not in told:
            raise Failed(f"forcetlsd refused the configuration:\n{told}")
        self._config = config

    @contextlib.contextmanager
    def own(self, config, **options):
        """A bench beside this one: with MTA options of its own, or to be broken."""
        with type(self)(self.make, self.base, self.pki, self.program, **options) as bench:
            try:
                bench.use(config)
                yield bench
            except Exception as error:
                error.add_note(bench.last_words())
                raise

    def last_words(self):
        """The end of forcetlsd's log."""
        return "forcetlsd said last:\n" + "\n".join(self.filter.log().splitlines()[-LOG_LINES:])

    def send(self, sender, to=None, **how):
        return deliver(to or self.mta.smtp, sender, **how)

    def check(self, wanted, sender, **how):
        """Delivers and expects this outcome; the Record."""
        record = self.send(sender, **how)
        told = ", ".join(f"{name}={value!s:.60}" for name, value in how.items())
        expect(outcome(record), wanted, f"{sender!r} {told}")
        return record

    def pick(self, postfix, sendmail):
        """What is different on the two MTAs."""
        return postfix if self.name == "postfix" else sendmail

    def skip(self, reason):
        raise Skip(reason)


class Skip(Exception):
    """A test that this machine cannot run; the text is the reason."""


@dataclass
class Test:
    label: str
    function: object
    only: str


class Suite:
    """Tests in the order they were written down, and their count. `bench`: the class of Bench that
    they need; `mtas`: the MTAs that it is made with."""

    def __init__(self, bench=Bench, mtas=(Postfix, Sendmail)):
        self._bench, self._mtas = bench, mtas
        self.tests = []
        self.passed = self.failed = self.skipped = 0

    def test(self, number, only=None):
        def add(function):
            name = function.__name__.replace("_", " ")
            self.tests.append(Test(f"{number} {name}" if number else name, function, only))
            return function
        return add

    def extend(self, other):
        self.tests += other.tests

    def run(self, label, function, bench):
        try:
            function(bench)
        except Skip as reason:
            self.skipped += 1
            print(f"skip {label}: {reason}", flush=True)
        except (AssertionError, Failed, Disconnected, OSError, ValueError, IndexError) as error:
            self.failed += 1
            if not hasattr(error, "__notes__"):
                error.add_note(bench.last_words())
            story = "".join(traceback.format_exception(error, limit=-3))
            print(f"FAIL {label}\n{story}", flush=True)
        else:
            self.passed += 1
            print(f"ok   {label}", flush=True)

    def run_on(self, make, base, pki, chosen, options):
        tests = [test for test in self.tests
                 if test.only in (None, make.name) and chosen.k in test.label]
        if not tests:
            return
        try:
            with self._bench(make, base, pki, chosen.program, **options) as bench:
                for test in tests:
                    self.run(f"{make.name}: {test.label}", test.function, bench)
        except Unavailable as reason:
            self.skipped += len(tests)
            print(f"skip {make.name}: {reason}", flush=True)

    def main(self, **options):
        """Runs the tests, as the command line says; the exit status. `options`: {name of an MTA:
        its options}."""
        parser = argparse.ArgumentParser()
        parser.add_argument("program", nargs="?", metavar="FORCETLSD")
        parser.add_argument("-m", "--mta", choices=("postfix", "sendmail"))
        parser.add_argument("-k", default="", metavar="TEXT", help="tests whose name holds TEXT")
        chosen = parser.parse_args()
        try:
            chosen.program = os.path.abspath(chosen.program) if chosen.program else find_program()
            with BaseDirectory() as base:
                pki = make_pki(base.sub("pki"))
                for make in self._mtas:
                    if chosen.mta in (None, make.name):
                        self.run_on(make, base, pki, chosen, options.get(make.name, {}))
        except Unavailable as reason:
            print(f"skipped: {reason}")
            return 77
        print(f"{self.passed} passed, {self.failed} failed"
              + (f", {self.skipped} skipped" if self.skipped else ""))
        if not self.passed + self.failed:
            return 77
        return 1 if self.failed else 0
