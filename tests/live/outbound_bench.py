# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What the live tests of mail that goes out share: a Postfix whose smtp(8) asks forcetlsd's
[outbound-map] and delivers to the sinks of partners, found by MX records; and what came of a mail,
by short words.

    bench.use(partner("contoso", "require-certificate = verified"))
    sink = bench.partners.add("contoso.test")
    bench.check_all({"contoso": "sent"})

Partner NAME has the domain NAME.test and the server mx.NAME.test. For mail from PYTHON it is the
socketmap_server bench.python that is asked for policies, and for mail of all senders for a
relayhost: that from RELAYED goes to RELAY. Mail from JAILED goes by a chrooted smtp(8) that asks at
JAIL_SOCKET in the queue directory, that from PATIENT by one with the table of STATUS_TABLE, that
from CROWD by few processes, so that one sink can serve them all."""

import contextlib
import os
import re
import shutil
from dataclasses import dataclass

import instance
import mail_sink
import socketmap_server
from forcetlsd import Forcetlsd
from live_bench import NOTHING, Bench, Suite, expect
from partners import Partners
from sending_postfix import SendingPostfix

PYTHON, JAILED, RELAYED = "python@local.test", "jail@local.test", "relayed@local.test"
RELAY = "[relay.test]:25"
PATIENT, CROWD = "patient@local.test", "crowd@local.test"
STATUS_TABLE = os.path.abspath(
    os.path.join(os.path.dirname(__file__), "../../contrib/postfix/forcetls-status"))
BUSY = "busy.test"         # Postfix keeps connections to it open
JAIL_SOCKET = "forcetls/outbound.sock"

# Word: what Postfix logs at the end of an attempt.
OUTCOMES = {
    "sent": "sent 2.0.0 250 2.0.0 taken",
    "in the clear": "sent 2.0.0 250 2.0.0 taken",
    "no TLS": "deferred 4.7.4 TLS is required, but was not offered by host *",
    "refused": "deferred 4.7.0 TLS is required, but host *",
    "returned": "bounced 5.5.1 TLS is required, but host *",
    "refused for good": "deferred 4.7.4 TLS is required, but host *",
    "no handshake": "deferred 4.7.5 Cannot start TLS: handshake failure",
    "not verified": "deferred 4.7.5 Server certificate not verified",
    "no policy": "deferred 4.7.5 client TLS configuration problem",
    "unsigned": "deferred 4.7.5 non DNSSEC destination",
    "no TLSA": "deferred 4.7.5 no TLSA records found",
}


def partner(name, demand, match=None, rules=""):
    """A connector for NAME.test, or what `match` says ("": no match-recipient), and sections."""
    scope = f"{name}.test" if match is None else match
    return (f"[outbound {name}]\n" + (f"match-recipient = {scope}\n" if scope else "") +
            f"{demand}\n{rules}\n")


class OutboundBench(Bench):
    """One SendingPostfix, one forcetlsd that it asks for policies and routes, and partners. Options
    are those of SendingPostfix.

    .stray: host names of sinks that may get mail in the clear; expect() adds those that shall."""

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.state = self.base.sub("state")
            shutil.chown(self.state, "nobody", "nogroup")
            self.stray = set()
            self.partners = stack.enter_context(Partners(self.pki))
            self.filter = stack.enter_context(Forcetlsd(
                self.base, NOTHING, self.program, outbound=f"inet:{instance.free_port()}@127.0.0.1",
                settings={"state-directory": self.state}))
            self._config = NOTHING
            self.python = stack.enter_context(socketmap_server.serve({RELAYED: f"OK {RELAY}"}))
            self.mta = stack.enter_context(self.make(
                self.base, self.pki, self.partners.resolver, **self._mta_options()))
            self._stack = stack.pop_all()
        return self

    def _mta_options(self):
        clients = {
            "crowd": {"processes": 20},
            "patient": {"smtp_delivery_status_filter": f"regexp:{STATUS_TABLE}"},
            "python": {"smtp_tls_policy_maps": self.python.table("policy")},
            "jail": {"chroot": True,
                     "smtp_tls_policy_maps": f"socketmap:unix:{JAIL_SOCKET}:postfix-tls"},
        }
        main_cf = {
            "sender_dependent_relayhost_maps": self.python.table("relay"),
            "smtp_tls_policy_maps": self.filter.table("postfix-tls"),
            "transport_maps": self.filter.table("postfix-transport"),
            "smtp_tls_fingerprint_digest": "sha256",
            "smtp_dns_support_level": "dnssec",
            "smtp_connection_cache_destinations": BUSY,
            "smtp_connection_cache_time_limit": "3s",
        }
        own = self._options.get("main_cf", {})
        return {"clients": clients, **self._options, "main_cf": {**main_cf, **own}}

    @property
    def forcetls(self):
        """The path of that program."""
        return os.path.join(os.path.dirname(self.program), "forcetls")

    def use(self, config, trust=False):
        """trust: with [trust], whose anchors are those of the MTA."""
        super().use(config + (f"[trust]\nca-file = {self.pki.ca_file}\n" if trust else ""))

    def send_all(self, recipients, **how):
        """A mail to each, tried again where it waits: [Attempts of one, ...]."""
        ids = [self.mta.submit_mail(one, **how) for one in recipients]
        first = [self.mta.wait_attempts(queue_id)[0] for queue_id in ids]
        waiting = [one for one in first if one.status == "deferred"]
        again = iter(self.mta.retry_all(waiting) if waiting else [])
        attempts = [[one, next(again)] if one.status == "deferred" else [one] for one in first]
        self.mta.clear()
        return attempts

    def check_all(self, expected, sink=None, **how):
        """Expects these {recipient: words}, at each attempt; see expect(). A partner's name will do
        for a recipient."""
        recipients = [one if "@" in one else f"u@{one}.test" for one in expected]
        for attempts, words in zip(self.send_all(recipients, **how), expected.values()):
            for attempt in attempts:
                self.expect(attempt, words, sink)

    def expect(self, attempt, words, sink=None):
        """That an attempt came to what the words say. `sink`: the one that has the mail, or must not
        have it; default: that of the recipient's domain."""
        sink = sink or self.partners.sinks[f"mx.{a_label(attempt.recipient.rpartition('@')[2])}"]
        what = f"{attempt.recipient}: {words}\n  " + "\n  ".join(attempt.notes)
        expect(str(attempt), OUTCOMES[words], what)
        if words == "in the clear":
            self.stray.add(sink.name)
        mails = [mail for mail in sink.mails if attempt.recipient in mail.recipients]
        assert bool(mails) == (attempt.status == "sent"), f"{what}\n  {mails}"
        assert all(bool(mail.tls) == (words == "sent") for mail in mails), f"{what}\n  {mails}"
        assert not sink.clear or sink.name in self.stray, f"{what}\n  in the clear: {sink.clear}"


def a_label(domain):
    """As it is looked up."""
    return domain.lower().encode("idna").decode()


def outbound_suite():
    return Suite(OutboundBench, [SendingPostfix])


@dataclass
class Case:
    """A partner and what becomes of mail to it."""

    name: str
    demand: str               # keys of [outbound]
    words: str                # of OUTCOMES
    sink: object = mail_sink.good
    identity: object = None   # function of (pki, the server's name); None: what Partners gives
    rules: str = ""           # [certificate] sections; {sha256}, {key_sha256}: of the identity
    tls: str = ".*"           # regular expression for "Verified TLSv1.3 CIPHER" of what was sent
    log: str = ""             # regular expression for a line of Postfix's log
    prepare: object = None    # function of (partners, sink, pki), for the DNS


class Table:
    """Cases in groups. Each becomes a test of the suite; the mails of all are sent, and tried again
    where they wait, when the first is looked at."""

    def __init__(self, suite):
        self._suite, self._cases, self._attempts = suite, [], None

    def add(self, group, cases):
        self._cases += cases
        for case in cases:
            self._suite.test(group)(self._test_of(case))

    def _test_of(self, case):
        def test(bench):
            if self._attempts is None:
                self._run(bench)
            self._judge(bench, case)
        test.__name__ = case.name
        return test

    def _run(self, bench):
        config = ""
        for case in self._cases:
            identity = case.identity and case.identity(bench.pki, f"mx.{case.name}.test")
            sink = bench.partners.add(f"{case.name}.test", case.sink, identity)
            if case.prepare:
                case.prepare(bench.partners, sink, bench.pki)
            own = {"sha256": sink.identity.sha256, "key_sha256": sink.identity.key_sha256,
                   "other": bench.pki.good.sha256}
            config += partner(case.name, case.demand, rules=case.rules.format_map(own))
        bench.use(config, trust=True)
        recipients = [f"u@{case.name}.test" for case in self._cases]
        self._attempts = {case.name: attempts for case, attempts in
                          zip(self._cases, bench.send_all(recipients))}

    def _judge(self, bench, case):
        for attempt in self._attempts[case.name]:
            bench.expect(attempt, case.words)
            if attempt.status == "sent":
                seen = attempt.tls[-1]
                expect_pattern(case.tls, f"{seen.trust} {seen.version} {seen.cipher}", case.name)
            lines = "\n".join(attempt.notes)
            assert re.search(case.log, lines), f"{case.name}: no {case.log!r} in\n{lines}"


def expect_pattern(pattern, text, what):
    assert re.fullmatch(pattern, text), f"{what}\n  expected {pattern}\n  got      {text}"
