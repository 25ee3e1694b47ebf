# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Evidence with every kind of connector: by header, recipient or HELO, in monitor mode, suspended,
with the milder consequences; and in a chrooted smtpd (evidence_live.py)."""

import os

from certificate_bench import ASK_THE_DOOR, USER, certificate_suite, reply_of
from evidence_bench import PARTNER, STRANGER, wrong
from forcetlsd import Forcetlsd
from live_bench import expect, outcome, plain
from postfix import Postfix
from smtp_client import Client, Tls, deliver

SUITE = certificate_suite()
PIN = reply_of("pin", "pinned")
MISSING = reply_of("missing certificate", "pinned")


def pinned(bench, lines=""):
    """`pinned` with these lines in its [inbound] section."""
    return ("[milter]\nadd-header = all\nauthserv-id = mx.local.test\n"
            "[inbound pinned]\nmatch-sender = pinned.example\nrequire-certificate = pinned\n"
            f"{lines}\n[certificate pinned]\nsha256 = {bench.pki.selfsigned.sha256}\n")


def use(bench, lines=""):
    """Judged as `pinned` is, and with certificates that are known."""
    bench.use(pinned(bench, lines), known=[bench.pki.server_only])
    bench.mta.clear()
    return bench.pki


def send(bench, identity, sender=PARTNER, recipients=USER, author="a@other.example", **how):
    return bench.send(sender, recipients=recipients, tls=Tls("1.3", identity),
                      message=f"From: {author}\r\n\r\nHello.\r\n", **how)


def results(message):
    return message.headers("Authentication-Results")


@SUITE.test("", only="postfix")
def author_of_the_header(bench):
    pki = use(bench, "match-sender-in = either")
    author = {"sender": STRANGER, "author": PARTNER}
    assert send(bench, pki.selfsigned, **author).accepted
    expect(outcome(send(bench, wrong(pki), **author)), f"data {PIN}")
    expect(outcome(send(bench, pki.selfsigned, recipients="postmaster", **author)),
           f"data {MISSING}")
    assert send(bench, pki.selfsigned, recipients=["postmaster", USER], **author).accepted
    expect(outcome(send(bench, wrong(pki), recipients=["postmaster", USER], **author)),
           f"data {PIN}")
    assert send(bench, None, STRANGER, "postmaster").accepted


@SUITE.test("", only="postfix")
def recipient_and_helo(bench):
    pki = use(bench, "match-recipient = secure.example")
    here = ["user@secure.example", USER]
    for identity, refusal in ((pki.selfsigned, None), (wrong(pki), PIN)):
        with Client(bench.mta.smtp) as client:
            client.ehlo()
            client.starttls(Tls("1.3", identity))
            for recipients in (here, here[::-1]):
                assert client.mail(PARTNER).ok
                for recipient in recipients:
                    reply = client.rcpt(recipient)
                    if refusal and recipient == here[0]:
                        expect(plain(reply), refusal)
                    else:
                        assert reply.ok, reply
                client.rset()
    pki = use(bench)
    assert send(bench, pki.selfsigned, "", helo="mx.pinned.example").accepted
    expect(outcome(send(bench, wrong(pki), "", helo="mx.pinned.example")),
           f"rcpt {reply_of('pin', 'pinned', 'mx.pinned.example')}")


@SUITE.test("", only="postfix")
def milder_consequences(bench):
    pki = use(bench, "on-violation = tag\non-missing-evidence = quarantine")
    assert send(bench, pki.selfsigned).accepted
    assert send(bench, wrong(pki)).accepted
    assert [results(one) for one in bench.mta.delivered()] == [
        ["mx.local.test; x-tls=pass"], ["mx.local.test; x-tls=fail"]]
    assert send(bench, pki.selfsigned, recipients="postmaster").accepted
    assert len(bench.mta.held()) == 1
    # Postmaster came first: the message is held, and whoever may have it must have his own.
    record = send(bench, pki.selfsigned, recipients=["postmaster", USER])
    expect(plain(record.rcpt[1]), "451 4.5.3 Send separately to this recipient")
    assert record.accepted and len(bench.mta.held()) == 2
    bench.mta.clear()
    use(bench, "on-missing-evidence = reject")
    expect(outcome(send(bench, pki.selfsigned, recipients="postmaster")),
           "rcpt " + MISSING.replace("451 4.7.0", "550 5.7.0"))


@SUITE.test("", only="postfix")
def monitor_and_suspended(bench):
    for lines, told in (("mode = monitor", "connector=pinned mode=monitor would="),
                        ("suspend-until = 2099-01-01", "connector=pinned mode=suspended would=")):
        pki = use(bench, lines)
        for identity, action in ((pki.selfsigned, "pass"), (wrong(pki), "reject violations="
                                                            "certificate-pin")):
            logged = bench.filter.log().count(told + action)
            assert send(bench, identity).accepted
            assert bench.filter.log().count(told + action) == logged + 1, bench.filter.log()[-900:]
        assert send(bench, pki.selfsigned, recipients="postmaster").accepted
        bench.filter.wait_log(told + "defer missing=require-certificate")


@SUITE.test("", only="postfix")
def chrooted_smtpd(bench):
    """As Debian has it: both sockets below the queue directory, and named from there."""
    services = {"jail": {"chroot": True, "smtpd_milters": "unix:forcetls/milter.sock",
                         "smtpd_recipient_restrictions": ASK_THE_DOOR}}
    with Postfix(bench.base, bench.pki, services=services) as mta:
        os.mkdir(os.path.join(mta.queue, "forcetls"))
        config = (f"[milter]\nsocket-group = postfix\n{pinned(bench)}[postfix-evidence]\n"
                  f"socket = unix:{mta.queue}/private/forcetls-evidence\nsocket-mode = 0660\n"
                  "socket-group = postfix\n").replace("[milter]\nadd-header", "add-header")
        with Forcetlsd(bench.base, config, bench.program,
                       f"unix:{mta.queue}/forcetls/milter.sock"):
            for identity, wanted in ((bench.pki.selfsigned, "accepted"),
                                     (wrong(bench.pki), f"rcpt {PIN}")):
                record = deliver(mta.service("jail"), PARTNER, tls=Tls("1.3", identity))
                expect(outcome(record), wanted)
