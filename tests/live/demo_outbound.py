# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""The second half of contrib/demo --outbound: a private Postfix that sends to partners whose
servers are good and bad, and a table of what became of the mail; then the ten partners of
both_ways/ in both directions."""

import contextlib
import fnmatch
import os
import re
import shutil
import sys
import textwrap
from dataclasses import dataclass

import instance
import mail_sink
import wire_cutter
from demo_table import RULE, print_notes, print_row, wait_for_interrupt
from forcetlsd import Forcetlsd
from mail_sink import good
from partners import Partners
from pki import make_pki
from sending_postfix import SendingPostfix
from two_sides import DEMANDS, TwoSides

CONFIG = """\
[milter]

[outbound-map]                                ; Postfix asks here, for each delivery
socket       = unix:{folder}/outbound.sock
socket-group = postfix

[outbound tailspin]                           ; 1. TLS 1.2 or newer
match-recipient = tailspin.example

[outbound contoso]                            ; 2. a trusted certificate of the domain
match-recipient = contoso.example
require-certificate = verified

[outbound litware]                            ; 3. a self-signed certificate, pinned
match-recipient = litware.example
require-certificate = litware

[certificate litware]
file = litware.pem

[outbound woodgrove]                          ; 4. the certificate that DANE names
match-recipient = woodgrove.example
require-certificate = dane

[outbound fabrikam]                           ; 5. for now only watched
match-recipient = fabrikam.example
mode            = monitor

[trust]                                       ; of probe; Postfix has its own, smtp_tls_CAfile
ca-file = partner-cas.pem
"""
SENT = "sent 2.0.0 250 2.0.0 taken"
NOT_OFFERED = "deferred 4.7.4 TLS is required, but was not offered by host mx.tailspin.example*"
NOT_VERIFIED = "deferred 4.7.5 Server certificate not verified"
NO_HANDSHAKE = "deferred 4.7.5 Cannot start TLS: handshake failure"


@dataclass
class Row:
    """One mail, what the server is like, and what Postfix should log."""

    domain: str
    server: str                # in the reader's words
    logged: str
    behaviour: object = good
    identity: object = None    # a function of Pki; None: the right one
    clear: bool = False        # it may come in the clear
    note: str = ""

    @property
    def expected(self):
        return self.logged.split()[0].replace("deferred", "waits")


def partners():
    """[(heading, [Row])]"""
    return [
        ("1. To tailspin.example: TLS 1.2 or newer", [
            Row("tailspin.example", "as it should be", SENT),
            Row("tailspin.example", "has no STARTTLS", NOT_OFFERED, mail_sink.without_starttls),
            Row("tailspin.example", "a firewall on the way removed STARTTLS", NOT_OFFERED,
                mail_sink.stripped),
            Row("tailspin.example", "answers STARTTLS with 454",
                "deferred 4.7.0 TLS is required, but host mx.tailspin.example* refused to start "
                "TLS: 454 *", mail_sink.answering("454 4.7.0 TLS is not available")),
            Row("tailspin.example", "TLS 1.1 only", NO_HANDSHAKE, mail_sink.speaking("1.1", "1.1"))
        ]),
        ("2. To contoso.example: a trusted certificate with a name of the domain", [
            Row("contoso.example", "as it should be", SENT),
            Row("contoso.example", "certificate of mail.fabrikam.com", NOT_VERIFIED,
                identity=lambda pki: pki.wrong_name),
            Row("contoso.example", "certificate of the right name, self-signed", NOT_VERIFIED,
                identity=lambda pki: pki.leaf(None, "mx.contoso.example"))]),
        ("3. To litware.example: a self-signed certificate, which is pinned", [
            Row("litware.example", "the pinned certificate", SENT),
            Row("litware.example", "a trusted certificate, another one", NOT_VERIFIED,
                identity=lambda pki: pki.client("mx.litware.example"))]),
        ("4. To woodgrove.example: the certificate that its signed TLSA record names", [
            Row("woodgrove.example", "as it should be", SENT),
            Row("woodgrove.example", "another key", NOT_VERIFIED,
                identity=lambda pki: pki.client("mx.woodgrove.example"))]),
        ("5. To fabrikam.example: in monitor mode", [
            Row("fabrikam.example", "has no STARTTLS", SENT, mail_sink.without_starttls,
                clear=True, note="In the clear; forcetlsd's log tells of it, see below.")]),
        ("Everybody else: opportunistic TLS, as before", [
            Row("elsewhere.example", "has no STARTTLS", SENT, mail_sink.without_starttls,
                clear=True, note="In the clear.")]),
    ]


class Outbound:
    """A context manager: name server, sinks, forcetlsd and Postfix."""

    def __init__(self, base, pki):
        self.pki = pki
        self.partners = Partners(pki)
        folder = base.sub("outbound")
        self.milter = Forcetlsd(base, CONFIG.format(folder=folder))
        beside = os.path.dirname(self.milter.config_file)
        shutil.copy(pki.leaf(None, "mx.litware.example").certificate,
                    os.path.join(beside, "litware.pem"))
        shutil.copy(pki.ca_file, os.path.join(beside, "partner-cas.pem"))
        self.mta = SendingPostfix(base, pki, self.partners.resolver, main_cf={
            "smtp_tls_policy_maps": f"socketmap:unix:{folder}/outbound.sock:postfix-tls",
            "smtp_dns_support_level": "dnssec"})
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        with self._stack as stack:
            stack.enter_context(self.partners)
            self.sinks = {domain: self._add(domain) for domain in sorted(
                {row.domain for _, rows in partners() for row in rows})}
            stack.enter_context(self.milter)
            stack.enter_context(self.mta)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _add(self, domain):
        pinned = domain == "litware.example"
        sink = self.partners.add(domain,
                                 identity=self.pki.leaf(None, f"mx.{domain}") if pinned else None)
        sink.right_identity = sink.identity
        if domain == "woodgrove.example":
            self.partners.sign(domain)
            self.partners.publish_tlsa(sink)
        return sink

    def send(self, row):
        """The attempt, and in words what is wrong with it, if anything."""
        sink = self.sinks[row.domain]
        sink.behaviour = row.behaviour
        sink.identity = row.identity(self.pki) if row.identity else sink.right_identity
        came, lines = len(sink.mails), len(sink.clear)
        attempt = self.mta.send(f"user@{row.domain}", "sender@here.example")
        if not fnmatch.fnmatchcase(str(attempt), row.logged):
            return attempt, f"should have been: {row.logged}"
        if len(sink.mails) - came != (row.expected == "sent"):
            return attempt, "the server has another number of mails"
        if len(sink.clear) > lines and not row.clear:
            return attempt, f"it came in the clear: {sink.clear[lines:]}"
        return attempt, ""

    def settle(self, waiting):
        """All servers are right now: how many of the mails that wait (queue ids) arrive."""
        for sink in self.sinks.values():
            sink.behaviour, sink.identity = good, sink.right_identity
        before = self._count()
        self.mta.flush(waiting)
        with contextlib.suppress(instance.Failed):
            instance.wait_for(lambda: self._count() - before >= len(waiting), "waiting mail")
        return self._count() - before

    def _count(self):
        return sum(len(sink.mails) for sink in self.sinks.values())


def print_table(outbound):
    """Sends all mail, row by row; whether each was as expected."""
    results, waiting = [], []
    print_row("mail to", "the server there", "expected", "Postfix's log", "")
    for heading, rows in partners():
        print(f"{RULE}\n{heading}")
        for row in rows:
            attempt, wrong = outbound.send(row)
            results.append(not wrong)
            if attempt.status == "deferred":
                waiting.append(attempt.queue_id)
            print_row(f"user@{row.domain}", row.server, row.expected, str(attempt),
                      "DIFFERS" if wrong else "OK")
            print_notes(row.note, wrong)
            sys.stdout.flush()
    print(RULE)
    arrived = outbound.settle(waiting)
    results.append(arrived == len(waiting))
    print(f"The servers are put right, and the queue is run: of {len(waiting)} mails that waited, "
          f"{arrived} arrive.")
    watched = re.search("outbound .*mode=monitor.*", outbound.milter.log())
    results.append(bool(watched))
    print("Of the mail that was only watched forcetlsd's log says:\n"
          f"    {watched and watched[0]}\n")
    return results


def print_both_ways(base, pki):
    """A line for each partner and direction; whether each was as expected."""
    results = []
    print("Ten partners, each with an inbound and an outbound connector, in both directions "
          "between two\nPostfix, with a forcetlsd on each "
          "(tests/live/both_ways/ours.conf, theirs.conf):\n")
    with TwoSides(base, pki) as sides:
        mails = sides.send()
        wait_for_arrival(sides, mails)
        print(f"{'from':22} {'to':22} {'demanded':28} {'':21} arrived")
        for mail in mails:
            seen = mail.attempt.tls[-1] if mail.attempt.tls else None
            arrived = len(sides.arrived(mail))
            results.append(arrived == 1)
            tls = f"{seen.trust}, {seen.version}" if seen else str(mail.attempt)
            print(f"{mail.sender.domain:22} {mail.to.domain:22} {DEMANDS[mail.to.demand]:28} "
                  f"{tls:21} {arrived}")
        results.append(print_cut(sides))
    return results


def print_cut(sides):
    """The same while somebody between the two strips STARTTLS; whether it was as expected."""
    sides.restore()
    for party in sides.parties:
        party.cutter.cut = wire_cutter.stripping
    mails = sides.send()
    waiting = [mail for mail in mails if mail.attempt.status == "deferred"]
    clear = [mail for mail in mails if mail.token.encode() in mail.to.cutter.read()]
    sides.restore()
    sides.retry(waiting)
    wait_for_arrival(sides, waiting)
    arrived = sum(len(sides.arrived(mail)) for mail in waiting)
    print(f"\nThe same {len(mails)} while somebody between the two strips STARTTLS: {len(waiting)} "
          f"wait,\n{len(clear)} are read by him; afterwards {arrived} arrive.\n")
    return len(waiting) == arrived == len(mails) and not clear


def wait_for_arrival(sides, mails):
    with contextlib.suppress(instance.Failed):
        instance.wait_for(lambda: all(sides.arrived(mail) for mail in mails), "all mail")


def print_directions(outbound):
    host, port = outbound.mta.smtp
    forcetls = os.path.join(os.environ.get("abs_top_builddir", "."), "src", "forcetls")
    resolver, config = outbound.partners.resolver, outbound.milter.config_file
    print(f"""
It is left running, with all servers as they should be. From another terminal (Debian: swaks):

  swaks --server {host}:{port} --from you@here.example --to user@contoso.example
  {forcetls} explain -c {config} \\
    --outbound --to user@contoso.example
  {forcetls} probe -c {config} \\
    --resolver {resolver} contoso.example

Configuration          {config}
  after a change       kill -USR1 {outbound.milter.pid}
forcetlsd's log        {outbound.milter.log_file}
Postfix's log          {outbound.mta.log_file}
its queue              postqueue -c {outbound.mta.config} -p

Ctrl-C stops and removes all of it.""", flush=True)


def run(options, base):
    print("Making a throw-away PKI, and servers of partners with a name server that leads to them")
    pki = make_pki(base.sub("pki"))
    with Outbound(base, pki) as outbound:
        print("Starting forcetlsd with these connectors:\n")
        with open(outbound.milter.config_file, encoding="utf-8") as file:
            print(textwrap.indent(file.read(), "    "))
        print("Postfix has smtp_tls_policy_maps = socketmap:unix:...:postfix-tls; sending mail:\n",
              flush=True)
        results = print_table(outbound)
        results += print_both_ways(base, pki)
        print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
        if options.keep:
            print_directions(outbound)
            wait_for_interrupt()
    return 0 if all(results) else 1
