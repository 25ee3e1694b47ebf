# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""The surprises about sessions: stages, replies, recipients, clients and threads
(surprises_live.py)."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import instance
from live_bench import Suite, expect, meets, plain
from smtp_client import Client, Tls

SUITE = Suite()
SESSIONS = 50
STARTTLS = "530 5.7.0 Must issue a STARTTLS command first: mail from "
CONFIG = """
[inbound contoso]
match-sender = contoso.com
[inbound gentle]
match-sender = gentle.example
on-violation = defer
[inbound talkative]
match-sender = talkative.example
on-violation = defer
reply = 100% of %{domain} needs %{wanted}: %s %n %d%%
[inbound everyone]
match-sender = *
match-recipient = secure.example
"""
TALK = ("451 4.7.0 100% of talkative.example needs TLS 1.2 or newer: %s %n %d%% "
        "[talkative]")


@SUITE.test("10")
def starttls_is_never_spoilt(bench):
    bench.use(CONFIG)
    with Client(bench.mta.smtp) as client:
        client.ehlo("contoso.com")
        for _ in range(2):
            expect(plain(client.mail("a@contoso.com")), STARTTLS + "contoso.com *")
        expect(plain(client.starttls(Tls("1.3"))), "220 *")
        assert client.mail("a@contoso.com").ok
        assert client.rcpt("user@local.test").ok
        assert client.data().ok


@SUITE.test("11")
def percent_sign_keeps_its_class(bench):
    bench.use(CONFIG)
    expect(plain(bench.send("a@talkative.example").final), TALK)
    with bench.own("[inbound all]\nmatch-sender = *\non-violation = defer\n") as own:
        for sender in ("a@100%.example", "a@%s%n%d.example", "%s%n", "100%", "a%s@[127.0.0.1]"):
            with Client(own.mta.smtp) as client:
                client.ehlo("%s%n.example")
                reply = client.mail(sender)
            if reply.code not in (501, 553):   # not an address to Sendmail
                expect(plain(reply), "451 4.7.0 Must issue a STARTTLS command first: *", sender)


@SUITE.test("12")
def no_reply_is_left_for_later(bench):
    bench.use(CONFIG)
    with Client(bench.mta.smtp) as client:
        client.ehlo()
        for _ in range(2):
            expect(plain(client.mail("a@talkative.example")), TALK)
            assert client.mail("a@stranger.example").ok
            refusal = client.rcpt("user@secure.example")
            expect(plain(refusal), STARTTLS + "stranger.example *")
            assert client.rcpt("user@local.test").ok
            assert client.data().ok
            expect(plain(client.mail("a@gentle.example")), "451 4.7.0 Must issue *")
            expect(plain(client.mail("a@contoso.com")), STARTTLS + "contoso.com *")
            # What a stranger gets wrong is answered by the MTA, in its own words.
            assert client.mail("a@stranger.example").ok
            expect(plain(client.rcpt("<>")), "5*")
            assert "TLS" not in str(client.rcpt("<a@b c>"))
            client.rset()


@SUITE.test("13")
def recipients_are_refused_one_by_one(bench):
    bench.use(CONFIG)
    bench.mta.clear()
    recipients = ["a@secure.example", "a@open.example", "b@secure.example", "b@open.example"]
    for pipelined in (False, True):
        record = bench.send("a@stranger.example", recipients=recipients, pipelined=pipelined)
        assert record.accepted, f"{record.stage} {record.final}"
        expect(" ".join(str(reply.code) for reply in record.rcpt), "530 250 530 250")
    for message in bench.mta.delivered():
        assert sorted(message.recipients) == ["a@open.example", "b@open.example"], message
    bench.check("accepted", "a@stranger.example", recipients=recipients, tls=Tls("1.3"))
    bench.check("rcpt 530 5.7.0 *", "a@stranger.example", recipients=["a@secure.example"])


PLACES = """
[inbound place]
match-client = 203.0.113.0/24, ::1/128, 2001:db8::/32
[inbound bound]
match-sender = bound.example
require-client = 203.0.113.9/32
[inbound contoso]
match-sender = contoso.com
"""
SERVICES = {"proxy": {"smtpd_upstream_proxy_protocol": "haproxy"}, "socket": {"listen": "unix"},
            "xclient": {"smtpd_authorized_xclient_hosts": "127.0.0.0/8"}}


@SUITE.test("14", only="postfix")
def clients_that_a_proxy_names(bench):
    with bench.own(PLACES, services=SERVICES) as own:
        proxy, xclient = own.mta.service("proxy"), own.mta.service("xclient")
        for address, wanted in (("203.0.113.9", f"mail {STARTTLS}stranger.example *"),
                                ("198.51.100.9", "accepted")):
            header = f"PROXY TCP4 {address} 127.0.0.1 1234 25\r\n".encode()
            own.check(wanted, "a@stranger.example", to=proxy, prelude=header)
            own.check(wanted, "a@stranger.example", to=xclient, xclient={"addr": address})
            own.check("accepted", "a@stranger.example", to=xclient, xclient={"addr": address},
                      tls=Tls("1.3"))
        header = b"PROXY TCP6 2001:db8::7 ::1 1234 25\r\n"
        own.check("mail 530 *", "a@stranger.example", to=proxy, prelude=header)
        own.check("accepted", "a@bound.example", to=xclient, tls=Tls("1.3"),
                  xclient={"addr": "203.0.113.9"})
        own.check("mail 550 5.7.1 203.0.113.8 seen, another client address required *",
                  "a@bound.example", to=xclient, tls=Tls("1.3"), xclient={"addr": "203.0.113.8"})
        # The proxy's hop is what is encrypted: XCLIENT after STARTTLS keeps its TLS.
        with Client(xclient) as client:
            client.ehlo()
            client.starttls(Tls("1.3"))
            client.xclient(addr="203.0.113.9", port="4711")
            client.ehlo()
            assert client.mail("a@contoso.com").ok


@SUITE.test("15")
def ipv6_clients(bench):
    if not instance.have_ipv6():
        bench.skip("no IPv6 here")
    bench.use(PLACES)
    bench.check(f"mail {STARTTLS}stranger.example *", "a@stranger.example", to=bench.mta.smtp6)
    bench.check("accepted", "a@stranger.example", to=bench.mta.smtp6, tls=Tls("1.2"))
    bench.check("mail 550 5.7.1 ::1 seen, another client address required for mail from "
                "bound.example [bound]", "a@bound.example", to=bench.mta.smtp6, tls=Tls("1.2"))
    bench.check("accepted", "a@stranger.example", source="127.0.0.9")


@SUITE.test("15", only="postfix")
def clients_without_an_address(bench):
    config = PLACES.replace("match-client", "match-sender = placed.example\nmatch-client")
    unknown = "mail 451 4.7.0 Cannot verify the client's address for mail from "
    with bench.own(config, services=SERVICES) as own:
        path = own.mta.service("socket")
        for tls in (Tls("1.3"), Tls("1.2", own.pki.good)):
            own.check(unknown + "placed.example*", "a@placed.example", to=path, tls=tls)
            own.check(unknown + "bound.example*", "a@bound.example", to=path, tls=tls)
            own.check("accepted", "a@contoso.com", to=path, tls=tls)
        own.check("mail 530 *", "a@placed.example", to=path)
        own.check("mail 530 *", "a@contoso.com", to=path)
        own.check("accepted", "a@stranger.example", to=path)


@SUITE.test("16")
def tls_facts_last_to_the_end(bench):
    bench.use("[milter]\nadd-header = all\nauthserv-id = mx.local.test\n"
              "[inbound contoso]\nmatch-sender = contoso.com\nmatch-sender-in = either\n"
              "require-tls = 1.3\non-violation = tag\n")
    forged = "Authentication-Results: mx.local.test; x-tls=pass\r\n"
    for sender, author, tls, wanted in (
            ("a@contoso.com", "a@contoso.com", None, "fail"),
            ("a@contoso.com", "a@contoso.com", Tls("1.2"), "fail"),
            ("a@contoso.com", "a@contoso.com", Tls("1.3"), "pass"),
            ("a@else.example", "a@contoso.com", Tls("1.2"), "fail"),
            ("a@else.example", "a@contoso.com", Tls("1.3"), "pass"),
            ("a@else.example", "a@else.example", None, "none")):
        bench.mta.clear()
        bench.check("accepted", sender, tls=tls, second_ehlo=False,
                    message=f"{forged}From: {author}\r\n{forged}\r\nHello.\r\n")
        (message,) = bench.mta.delivered()
        expect(str(message.headers("Authentication-Results")), f"['mx.local.test; x-tls={wanted}']",
               f"{sender} {author} {tls}")
        assert message.header_names[0] == "authentication-results", message.header_names


@SUITE.test("18")
def many_sessions_at_once(bench):
    bench.use(CONFIG)
    kinds = [("a@contoso.com", STARTTLS + "contoso.com *", "550 5.7.4 TLSv1.1 seen, *", "250 *"),
             ("a@gentle.example", "451 4.7.0 Must issue *", "451 4.7.4 TLSv1.1 seen, *", "250 *"),
             ("a@talkative.example", TALK, "451 4.7.4 100% of *", "250 *"),
             ("a@stranger.example", "250 *", "250 *", "250 *")]

    gate, everyone_is_here = threading.Semaphore(5), threading.Barrier(SESSIONS, timeout=60)

    def session(number):
        dice = random.Random(number)
        tls, place = [(None, 1), (Tls("1.1"), 2), (Tls("1.3"), 3)][number % 3]
        wrong = []
        # Sendmail listens with a short backlog.
        with gate:
            client = Client(bench.mta.smtp, timeout=60)
        with client:
            everyone_is_here.wait()
            client.ehlo(f"client{number}.example")
            if tls:
                client.starttls(tls, dice.choice([None, "client.example"]))
            for kind in dice.choices(kinds, k=5):
                reply = client.mail(kind[0])
                if not meets(plain(reply), kind[place]):
                    wrong.append(f"{kind[0]} {tls}: expected {kind[place]}, got {reply}")
                if reply.ok:
                    client.rcpt("user@local.test")
                    client.data()
        return wrong

    with ThreadPoolExecutor(SESSIONS) as threads:
        wrong = [line for lines in threads.map(session, range(SESSIONS)) for line in lines]
    assert not wrong, "\n".join(wrong)
    bench.mta.clear()
