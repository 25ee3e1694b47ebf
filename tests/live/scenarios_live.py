#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs the live cases of the scenario corpus (tests/scenarios/README) through forcetlsd and a real
Postfix and Sendmail: scenarios_live.py [FORCETLSD] [-m MTA] [-k TEXT]. Both MTAs run throughout;
each config of the corpus gets a forcetlsd of its own, at the same socket.

Looked at: what the client is told and at which stage, what is delivered, held or gone, the x-tls of
delivered mail, and the connectors, violations and missing facts in forcetlsd's log."""

import argparse
import contextlib
import glob
import itertools
import os
import re
import sys
from dataclasses import dataclass, field

import instance
from forcetlsd import Forcetlsd, find_program
from instance import BaseDirectory, Unavailable
from pki import Pki
from postfix import Postfix
from sendmail import Sendmail
from smtp_client import Client, Disconnected, Reply, Tls

SCENARIOS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "scenarios")
sys.path.insert(0, SCENARIOS)
from run_explain import read_scenarios  # noqa: E402  pylint: disable=wrong-import-position

CANNOT_BE_MADE = {"at", "auth", "client-name", "unknown"}


class ScenarioPki(Pki):
    """Certificates as the corpus describes them: by names, and by whether the MTA trusts them."""

    def identity(self, facts):
        trust = one(facts, "certificate", "none")
        if trust == "none":
            return None
        root = self.root_a if trust == "verified" else self.root_b
        name = one(facts, "cert-issuer", "Test Issuing CA A1")
        label = re.sub(r"\W", "-", f"scenario-{root.name}-{name}")
        return self.client(one(facts, "cert-subject"), one(facts, "cert-organization"),
                           issuer=self.authority(label, name, root))


@dataclass
class Case:
    """A case of the corpus and, once it was sent, what the client saw."""

    file: str
    name: str
    config: str
    facts: dict
    token: str = ""               # the message's Subject
    stage: str = ""               # where it was refused: mail, rcpt, data, eoh; or done
    reply: Reply = None
    recipients: list = field(default_factory=list)    # [(path, Reply)]

    def runs_on(self, mta):
        return (one(self.facts, "live", "no") in ("yes", mta)
                and one(self.facts, "mta", mta) == mta)

    @property
    def accepted(self):
        return sorted(path.strip("<>").lower() for path, reply in self.recipients if reply.ok)


def one(facts, key, default=None):
    return facts.get(key, [default])[0]


def words(facts, key):
    """The set that `connector: a, b` names; None where nothing is said."""
    value = one(facts, key)
    return None if value is None else set(value.split(", ")) - {"none"}


# --- sending ---

def send(case, mta, pki):
    """Plays the client of this case and notes the replies."""
    facts = case.facts
    impossible = CANNOT_BE_MADE & facts.keys()
    assert not impossible, f"no live client can make: {', '.join(impossible)}"
    client = one(facts, "client", "127.0.0.5")
    address = mta.smtp6 if ":" in client else mta.smtp
    helo = one(facts, "helo", "client.example")
    with Client(address, client) as connection:
        connection.ehlo(helo)
        start_tls(connection, facts, pki, helo)
        case.stage = "mail"
        reply = connection.command(f"MAIL FROM:{one(facts, 'from')}")
        if reply.ok:
            reply = send_recipients(case, connection)
        if case.accepted:
            reply = send_message(case, connection)
        case.reply = reply


def start_tls(connection, facts, pki, helo):
    version = one(facts, "tls", "none")
    if version == "none":
        return
    # TLS 1.3 suites cannot be chosen in Python: OpenSSL takes the strongest.
    cipher = one(facts, "cipher") if version != "1.3" else None
    reply = connection.starttls(Tls(version, pki.identity(facts), cipher), helo)
    assert reply.ok, f"STARTTLS: {reply}"
    assert cipher in (None, connection.cipher), f"{connection.cipher} instead of {cipher}"


def send_recipients(case, connection):
    """RCPT for each; the last reply."""
    case.stage = "rcpt"
    for path in case.facts.get("to", ["<user@receiver.example>"]):
        case.recipients.append((path, connection.command(f"RCPT TO:{path}")))
    return case.recipients[-1][1]


def send_message(case, connection):
    """DATA and the message; the last reply."""
    case.stage = "data"
    reply = connection.command("DATA")
    if reply.code == 354:
        authors = "".join(f"From: {value}\r\n" for value in case.facts.get("header-from", []))
        reply = connection.content(f"{authors}Subject: {case.token}\r\n\r\nHello.\r\n")
        case.stage = "done" if reply.ok else "eoh"
    return reply


# --- judging ---

def differences(case, mta, delivered, held, logged):
    """Lines on what is not as the case says."""
    action, _, stage = one(case.facts, "expect").partition(" at ")
    yield from differing("stage", stage or "done", case.stage)
    if stage:
        codes = {"reject": "5", "defer": "4"}
        yield from differing("class of the reply", codes[action], str(case.reply)[:1])
    if "reply" in case.facts:
        yield from differing("reply", one(case.facts, "reply"), said_to(case, mta, case.reply))
    if stage != "rcpt":
        refused = [f"{path} {said_to(case, mta, reply)}" for path, reply in case.recipients
                   if not reply.ok]
        yield from differing("refused", case.facts.get("refused", []), refused)
    yield from fate_differences(action, case, mta, delivered, held)
    yield from log_differences(case, action, stage, logged)


def differing(what, expected, seen):
    if expected != seen:
        yield f"{what}: expected {expected}, seen {seen}"


def said_to(case, mta, reply):
    """The reply, without the `<address>... ` that Sendmail puts before some 550 texts."""
    if mta.name != "sendmail":
        return str(reply)
    address = "|".join(map(re.escape, [one(case.facts, "from"), *case.facts.get("to", [])]))
    return re.sub(rf"^(550 \S+ )(?:{address})\.\.\. ", r"\1", str(reply))


def fate_differences(action, case, mta, delivered, held):
    fate = {"accept": "delivered", "tag": "delivered", "quarantine": "held"}.get(action, "gone")
    yield from differing("fate", fate, "held" if held else "delivered" if delivered else "gone")
    found = delivered or held
    if not found:
        return
    if len(found) != 1:
        yield f"came out {len(found)} times"
    recipients = sorted(recipient.lower() for recipient in found[0].recipients)
    yield from differing("recipients", case.accepted, recipients)
    if held and mta.name == "sendmail" and not held[0].reason:
        yield "quarantined without a reason"
    if delivered:
        yield from header_differences(action, case, delivered[0])


def header_differences(action, case, mail):
    fields = [value for value in mail.headers("Authentication-Results") if "x-tls" in value]
    add_header = re.search(r"^add-header\s*=\s*(\w+)", case.config, re.MULTILINE)
    asked = add_header.group(1) if add_header else "no"
    judged = words(case.facts, "connector") or words(case.facts, "would")
    if action != "tag" and (asked == "no" or asked == "judged" and not judged):
        yield from differing("x-tls fields", [], fields)
    elif "x-tls" in case.facts:
        expected = [f"mx.local.test; x-tls={one(case.facts, 'x-tls')}"]
        yield from differing("x-tls fields", expected, fields)


def log_differences(case, action, stage, line):
    """`line` is forcetlsd's on this message: key=value, in order, those of a judgement after its
    connector=."""
    facts = case.facts
    pairs = re.findall(r'([\w-]+)=("(?:[^"\\]|\\.)*"|\S*)', line)
    if stage:
        yield from differing("stage in the log", [stage], values(pairs, "stage"))
    if "exempt" in facts:
        yield from differing("exempt", facts["exempt"], values(pairs, "exempt"))
    judgements = []
    for key, value in pairs:
        if key == "connector":
            judgements.append([])
        if judgements:
            judgements[-1].append((key, value))
    deciding = [pairs for pairs in judgements if values(pairs, "mode") != ["monitor"]]
    for key in ("connector", "violations", "missing"):
        seen = {word for pairs in deciding for value in values(pairs, key)
                for word in value.split(",")}
        if words(facts, key) is not None:
            yield from differing(f"{key} in the log", words(facts, key), seen)
    would = [" ".join(values(pairs, "connector") + values(pairs, "would")) for pairs in judgements
             if values(pairs, "would")]
    if "would" in facts:
        yield from differing("would in the log", sorted(facts["would"]), sorted(would))


def values(pairs, key):
    return [value for name, value in pairs if name == key]


# --- all of them ---

def corpus(text):
    for path in sorted(glob.glob(os.path.join(SCENARIOS, "*.txt"))):
        for name, config, facts in read_scenarios(path):
            if text in f"{os.path.basename(path)}: {name}":
                yield Case(os.path.basename(path), name, config, facts)


def run_config(config, cases, mtas, pki, start):
    """Runs the cases of one config on each MTA; the number of those passed."""
    if not any(case.runs_on(mta.name) for mta in mtas for case in cases):
        return 0                  # such a config may name files that are not there
    passed = 0
    with start(config) as milter:
        for mta in mtas:
            chosen = [case for case in cases if case.runs_on(mta.name)]
            chosen = [Case(case.file, case.name, case.config, case.facts) for case in chosen]
            passed += sum(run_on(mta, chosen, milter, pki))
    return passed


def run_on(mta, cases, milter, pki):
    """Sends all, then looks at what became of them. Yields for each whether it passed."""
    sent, broken = [], {}
    for number, case in enumerate(cases):
        case.token = f"case-{number}"
        before = judged_lines(milter)
        try:
            send(case, mta, pki)
            lines = instance.wait_for(lambda: judged_lines(milter)[len(before):], "log line", 10)
            sent.append((case, " ".join(lines)))
        except (AssertionError, Disconnected, OSError, instance.Failed) as error:
            broken[id(case)] = f"{type(error).__name__}: {error}"
    delivered, held = mta.delivered(), mta.held()
    mta.clear()
    logged = {id(case): line for case, line in sent}
    for case in cases:
        found = [broken[id(case)]] if id(case) in broken else list(differences(
            case, mta, of(case, delivered), of(case, held), logged[id(case)]))
        for difference in found:
            print(f"{mta.name}: {case.file}: {case.name}: {difference}", flush=True)
        yield not found


def judged_lines(milter):
    return [line for line in milter.log().split("\n")[:-1] if "stage=" in line]


def of(case, messages):
    return [message for message in messages if message.headers("Subject") == [case.token]]


def run_all(options, base):
    pki = ScenarioPki(base.sub("pki"))
    socket = f"unix:{base.path}/milter.sock"
    makers = [make for make in (Postfix, Sendmail) if options.mta in (None, make.name)]
    cases = list(corpus(options.k))
    with contextlib.ExitStack() as stack:
        mtas, missing = [], []
        for make in makers:
            try:
                mtas.append(stack.enter_context(make(base, pki, milter=socket)))
            except Unavailable as reason:
                print(f"skipped {make.name}: {reason}")
                missing.append(make.name)
        passed = sum(run_config(config, list(group), mtas, pki,
                                lambda text: Forcetlsd(base, text, options.program, socket,
                                                       # a line for each message, judged or not
                                                       {"log-level": "debug"}))
                     for config, group in itertools.groupby(cases, lambda case: case.config))
    wanted = sum(case.runs_on(mta.name) for case in cases for mta in mtas)
    skipped = sum(case.runs_on(name) for case in cases for name in missing)
    return passed, wanted - passed, skipped


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="?", metavar="FORCETLSD")
    parser.add_argument("-m", "--mta", choices=("postfix", "sendmail"))
    parser.add_argument("-k", default="", metavar="TEXT", help="cases whose name holds TEXT")
    options = parser.parse_args()
    try:
        options.program = os.path.abspath(options.program) if options.program else find_program()
        with BaseDirectory() as base:
            passed, failed, skipped = run_all(options, base)
    except Unavailable as reason:
        print(f"skipped: {reason}")
        return 77
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    if not passed + failed:
        return 77
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
