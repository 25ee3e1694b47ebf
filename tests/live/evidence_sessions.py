# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Evidence finds the milter session that it is about, and no other (evidence_live.py)."""

import itertools
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import instance
from certificate_bench import USER, certificate_suite, reply_of, rules_config, try_mail
from evidence_bench import PARTNER, REFUSED, STRANGER, use, wrong
from live_bench import expect, plain
from smtp_client import Client, Tls

SUITE = certificate_suite()
PIN = reply_of("pin", "pinned")
ABSENT = reply_of("absent", "pinned")
MISSING = reply_of("missing certificate", "pinned")
SESSIONS, EACH = 20, 3


def connect(address, identity, source=None, **how):
    """A client in TLS, with this certificate or none."""
    client = Client(address, source, **how)
    client.ehlo()
    client.starttls(Tls("1.3", identity))
    return client


@SUITE.test("", only="postfix")
def evidence_decides(bench):
    pki = use(bench)
    for identity, words in ((pki.selfsigned, "accepted"), (wrong(pki), "pin"), (pki.good, "pin"),
                            (None, "absent")):
        bench.judge("pinned", identity, words)
    bench.judge("known", pki.server_only, "accepted")
    bench.judge("known", wrong(pki), "untrusted")
    bench.filter.wait_log(f"cert_sha256={wrong(pki).sha256} .*connector=known")
    bench.mta.clear()
    bench.check("accepted", PARTNER, tls=Tls("1.3", pki.selfsigned))
    assert len(bench.mta.delivered()) == 1
    # In the clear there is nothing to wait for.
    bench.check("mail 530 5.7.0 Must issue a STARTTLS command first: *", PARTNER)
    bench.check("accepted", STRANGER)


@SUITE.test("", only="postfix")
def evidence_by_every_way_in(bench):
    pki = use(bench)
    services = bench.mta.service
    proxy = b"PROXY TCP4 203.0.113.7 203.0.113.1 4711 25\r\n"
    proxy6 = b"PROXY TCP6 2001:db8::7 2001:db8::1 4711 25\r\n"
    ways = [{"to": bench.mta.smtps, "wrapper": True}, {"second_ehlo": False},
            {"to": bench.mta.smtps, "wrapper": True, "helo": None}, {"source": "127.0.0.9"},
            {"to": services("proxy"), "prelude": proxy},
            {"to": services("proxy"), "prelude": proxy6},
            {"to": services("xclient"), "xclient": {"addr": "203.0.113.9", "port": "4711"}},
            {"to": services("xclient"), "xclient": {"addr": "IPv6:2001:db8::9", "port": "4711"}},
            {"to": services("xclient"), "xclient": {
                "addr": "203.0.113.9", "port": "4711", "destaddr": "203.0.113.1",
                "destport": "25"}}]
    ways += [{"to": bench.mta.smtp6}] if instance.have_ipv6() else []
    for way in ways:
        for identity, outcome in ((pki.selfsigned, "accepted"), (wrong(pki), f"rcpt {PIN}"),
                                  (None, f"rcpt {ABSENT}")):
            bench.check(outcome, PARTNER, tls=Tls("1.3", identity), **way)
    # No address or no port: no evidence, and nothing to wait for.
    for way in ({"to": services("socket")},
                {"to": services("xclient"), "xclient": {"addr": "203.0.113.9", "port": "0"}}):
        bench.check(f"mail {MISSING}", PARTNER, tls=Tls("1.3", pki.selfsigned), **way)
        bench.check("accepted", STRANGER, tls=Tls("1.3", pki.selfsigned), **way)


@SUITE.test("", only="postfix")
def xclient_within_tls(bench):
    pki = use(bench)
    for identity, after in ((pki.selfsigned, "accepted"), (wrong(pki), f"mail {PIN}")):
        with connect(bench.mta.service("xclient"), identity) as client:
            first = try_mail(client, PARTNER)
            expect(first, after.replace("mail", "rcpt", 1) if after != "accepted" else after)
            expect(try_mail(client, PARTNER), after)
            # To the milter, another session, with evidence of its own.
            client.xclient(addr="203.0.113.9", port="4711")
            client.ehlo()
            expect(try_mail(client, PARTNER), first)
            expect(try_mail(client, PARTNER), after)


@SUITE.test("", only="postfix")
def several_recipients_and_messages(bench):
    pki = use(bench)
    recipients = [f"user{number}@{domain}.test" for number, domain in
                  itertools.product(range(2), ("one", "two"))]
    with connect(bench.mta.smtp, pki.selfsigned) as client:
        for sender in (PARTNER, STRANGER, PARTNER):
            assert client.mail(sender).ok
            assert all(client.rcpt(recipient).ok for recipient in recipients)
            assert client.data().ok
    with connect(bench.mta.smtp, wrong(pki)) as client:
        assert client.mail(PARTNER).ok
        for recipient in recipients:
            expect(plain(client.rcpt(recipient)), PIN, recipient)
        client.rset()
        # What is known of the session need not wait for a recipient again.
        expect(plain(client.mail(PARTNER)), PIN)
        assert client.mail(STRANGER).ok and client.rcpt(USER).ok and client.data().ok
        expect(plain(client.mail(PARTNER)), PIN)
    with connect(bench.mta.smtp, pki.selfsigned) as client:
        replies = client.pipeline([f"MAIL FROM:<{PARTNER}>", *(f"RCPT TO:<{one}>"
                                                               for one in recipients)])
        assert all(reply.ok for reply in replies), replies


@SUITE.test("", only="postfix")
def postmaster_is_not_told_of(bench):
    pki = use(bench)
    with connect(bench.mta.smtp, pki.selfsigned) as client:
        expect(try_mail(client, PARTNER, "postmaster"), f"rcpt {MISSING}")
        bench.mta.clear()
        assert client.mail(PARTNER).ok
        expect(plain(client.rcpt("postmaster")), MISSING)
        # In postmaster's own domain, and then postmaster again: the certificate is known now.
        assert client.rcpt("user@mx.local.test").ok
        assert client.rcpt(USER).ok
        assert client.rcpt("PostMaster").ok
        assert client.data().ok
    (message,) = bench.mta.delivered()
    assert sorted(message.recipients) == ["PostMaster@mx.local.test", "user@local.test",
                                          "user@mx.local.test"], message.recipients
    with connect(bench.mta.smtp, wrong(pki)) as client:
        assert client.mail(PARTNER).ok
        expect(plain(client.rcpt("postmaster")), MISSING)
        expect(plain(client.rcpt("user@mx.local.test")), PIN)
        expect(plain(client.rcpt("postmaster")), PIN)
    with connect(bench.mta.smtp, None) as client:
        assert client.mail(STRANGER).ok and client.rcpt("postmaster").ok and client.data().ok


@SUITE.test("", only="postfix")
def evidence_of_before_starttls(bench):
    pki = use(bench)
    for identity, outcome in ((pki.selfsigned, "accepted"), (wrong(pki), f"rcpt {PIN}")):
        with Client(bench.mta.smtp) as client:
            client.ehlo()
            expect(try_mail(client, STRANGER), "accepted")
            client.starttls(Tls("1.3", identity))
            expect(try_mail(client, PARTNER, "postmaster"), f"rcpt {MISSING}")
            expect(try_mail(client, PARTNER), outcome)


@SUITE.test("", only="postfix")
def same_address_and_port_again(bench):
    pki = use(bench)
    address = bench.mta.service("choosy")
    for number, (second, outcome) in enumerate((
            (wrong(pki), f"rcpt {PIN}"), (None, f"rcpt {ABSENT}"), (pki.selfsigned, "accepted"))):
        source = ("127.0.0.5", 33000 + number)
        for first in (pki.selfsigned, wrong(pki)):
            client = connect(address, first, source)
            assert client.mail(PARTNER).ok
            # The door was told, the milter not: what is held belongs to this connection.
            expect(plain(client.rcpt(REFUSED)), "554 5.7.1 *")
            client.abort()
            client = connect(address, second, source)
            expect(try_mail(client, PARTNER, "postmaster"), f"rcpt {MISSING}")
            expect(try_mail(client, PARTNER), outcome)
            client.abort()


@SUITE.test("", only="postfix")
def one_port_to_two_servers(bench):
    pki = use(bench)
    source = ("127.0.0.5", 33010)
    with connect(bench.mta.service("choosy"), pki.selfsigned, source) as good, \
            connect(bench.mta.smtp, wrong(pki), source) as bad:
        assert good.mail(PARTNER).ok and bad.mail(PARTNER).ok
        # The door is told of the good one, which does not take it yet.
        expect(plain(good.rcpt(REFUSED)), "554 5.7.1 *")
        expect(plain(bad.rcpt("postmaster")), MISSING)
        expect(plain(bad.rcpt(USER)), PIN)
        assert good.rcpt("postmaster").ok


@SUITE.test("", only="postfix")
def resumed_sessions(bench):
    pki = use(bench)
    for version in ("1.2", "1.3"):
        for identity, outcome in ((pki.selfsigned, "accepted"), (wrong(pki), f"rcpt {PIN}"),
                                  (pki.server_only, f"rcpt {PIN}")):
            tls = Tls(version, identity, resume=True)
            for resumed in (False, True):
                with Client(bench.mta.smtp) as client:
                    client.ehlo()
                    client.starttls(tls)
                    assert client.resumed == resumed, f"TLS {version}: {client.resumed}"
                    expect(try_mail(client, PARTNER), outcome, f"{version} {resumed}")
                    if identity is pki.server_only:
                        expect(try_mail(client, "a@known.example"), "accepted")


@SUITE.test("", only="postfix")
def reload_within_a_session(bench):
    pki = use(bench)
    with connect(bench.mta.smtp, pki.selfsigned) as fresh, \
            connect(bench.mta.smtp, pki.server_only) as told:
        assert fresh.mail(PARTNER).ok
        expect(try_mail(told, "a@known.example"), "accepted")
        expect(try_mail(told, PARTNER), f"mail {PIN}")
        # The other one is pinned, and none is known any more.
        bench.use(rules_config({"pinned": f"sha256 = {pki.server_only.sha256}",
                                "known": "root = Test Root CA A"}), known=[pki.good])
        # A message is judged by the configuration of its MAIL.
        assert fresh.rcpt(USER).ok
        fresh.rset()
        expect(try_mail(fresh, PARTNER), f"mail {PIN}")
        expect(try_mail(told, PARTNER), "accepted")
        expect(try_mail(told, "a@known.example"), f"mail {reply_of('untrusted', 'known')}")


@SUITE.test("", only="postfix")
def many_sessions_at_once(bench):
    pki = use(bench)
    kinds = [(pki.selfsigned, ("accepted",), ("accepted",)),
             (wrong(pki), (f"rcpt {PIN}",), (f"mail {PIN}",)),
             (None, (f"rcpt {ABSENT}",), (f"mail {ABSENT}",))]
    over = threading.Event()

    def session(number):
        dice = random.Random(number)
        seen_wrong = []
        for _ in range(EACH):
            kind = dice.choice(kinds)
            identity, first, later = kind
            with connect(bench.mta.smtp, identity, f"127.0.0.{5 + number % 2}",
                         timeout=60) as client:
                for sender, wanted in ((STRANGER, ("accepted",)), (PARTNER, first),
                                       (PARTNER, later), (STRANGER, ("accepted",))):
                    seen = try_mail(client, sender)
                    if seen not in wanted:
                        seen_wrong.append(f"{sender}: expected {wanted}, got {seen}")
        return seen_wrong

    def keep_reloading():
        while not over.wait(0.1):
            bench.filter.reload()

    reloads = threading.Thread(target=keep_reloading)
    reloads.start()
    try:
        with ThreadPoolExecutor(SESSIONS) as threads:
            seen_wrong = [line for lines in threads.map(session, range(SESSIONS))
                          for line in lines]
    finally:
        over.set()
        reloads.join()
    assert not seen_wrong, "\n".join(seen_wrong)
