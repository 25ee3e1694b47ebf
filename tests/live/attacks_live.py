#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A client that does everything to slip a partner's mail through in the clear, against forcetlsd
before a real Postfix and a real Sendmail: attacks_live.py [FORCETLSD] [-m MTA] [-k TEXT].

What counts is what comes out: no mail of the partner that came in the clear; and the partner's own
mail, as odd, over TLS with the right certificate, is never refused by forcetls."""

import random
import re
import sys

import attack_headers
from attack_sequences import SEQUENCES, USER, smuggled
from live_bench import Suite, expect, plain
from smtp_client import Client, Disconnected, Tls

SUITE = Suite()
CONFIG = """
[inbound contoso]
match-sender = contoso.com, bücher.example
match-sender-in = either
require-tls = 1.2
require-certificate-name = mail.contoso.com
[inbound lax]
match-sender = lax.example
require-tls = no
"""
BY_FORCETLS = "[contoso]"
TOO_LARGE = "552 5.6.0 Headers too large"   # Sendmail
# What Postfix cuts off a header, at a NUL or 60,000 bytes, neither forcetls nor a reader sees.
CUT_OFF = {"NUL"}
# Not an address of the MTA's own: Postfix mends the headers of those before a milter sees them.
PEER = "127.0.0.5"


def connect(bench, tls=None):
    client = Client(bench.mta.smtp, PEER, timeout=30)
    client.ehlo()
    if tls:
        client.starttls(tls)
    return client


def good(bench):
    """What the partner's own server shows."""
    return Tls("1.3", bench.pki.good)


def is_ours(message):
    """Whether a delivered message passes for the partner's."""
    sender = message.sender.lower()
    if re.search(r"@contoso\.com\.?$|^contoso\.com![^@]*$|^[^@]*%contoso\.com$", sender):
        return True
    return any(re.search(r"@contoso\.com\.?(?=$|[\s>,;()])", value.lower())
               for value in message.headers("From"))


def token_of(message):
    return (message.headers("X-Token") or ["?"])[0]


def check_nothing_of_ours(bench):
    ours = [f"{token_of(one)}: sender {one.sender}, From {one.headers('From')}"
            for one in bench.mta.delivered() if is_ours(one)]
    assert not ours, "delivered in the clear:\n" + "\n".join(ours)


def send_headers(client, sender, headers, token):
    """One message; the text of its refusal, or "accepted"."""
    mail = client.mail(sender)
    if not mail.ok:
        return plain(mail)
    rcpt = client.rcpt(USER)
    reply = client.data(attack_headers.message(headers, token)) if rcpt.ok else rcpt
    return "accepted" if reply.ok else plain(reply)


@SUITE.test("")
def author_in_the_header_in_the_clear(bench):
    bench.use(CONFIG)
    bench.mta.clear()
    wrong = []
    for sender in ("x@else.example", "x@lax.example", ""):
        for name, headers in attack_headers.OURS.items():
            with connect(bench) as client:
                seen = send_headers(client, sender, headers, name)
            if seen == "accepted" and name not in CUT_OFF:
                wrong.append(f"{name} from <{sender}>")
    assert not wrong, "accepted:\n" + "\n".join(wrong)
    check_nothing_of_ours(bench)


@SUITE.test("")
def author_in_the_header_with_the_right_certificate(bench):
    bench.use(CONFIG)
    wrong = []
    for sender in ("a@contoso.com", "x@lax.example"):
        with connect(bench, good(bench)) as client:
            for name, headers in attack_headers.OURS.items():
                try:
                    seen = send_headers(client, sender, headers, name)
                except Disconnected as error:
                    seen = str(error)
                if seen != "accepted" and not seen.startswith(TOO_LARGE):
                    wrong.append(f"{name} from <{sender}>: {seen}")
                client.rset()
    assert not wrong, "\n".join(wrong)
    bench.mta.clear()


@SUITE.test("")
def authors_who_are_not_the_partner(bench):
    bench.use(CONFIG)
    wrong = []
    for sender in ("x@else.example", "x@lax.example", "bounce-ceo=contoso.com@list.example", ""):
        with connect(bench) as client:
            for name, headers in attack_headers.OTHERS.items():
                seen = send_headers(client, sender, headers, name)
                if seen != "accepted":
                    wrong.append(f"{name} from <{sender}>: {seen}")
    assert not wrong, "\n".join(wrong)
    bench.mta.clear()


@SUITE.test("")
def header_too_long_for_a_milter(bench):
    bench.use(CONFIG)
    bench.mta.clear()
    for size in (66_000, 110_000, 400_000):
        with connect(bench) as client:
            seen = send_headers(client, "x@else.example", attack_headers.long_header(size),
                                str(size))
            print(f"     From: of {size} bytes: {seen:.100}")
    check_nothing_of_ours(bench)


def run_sequence(bench, sequence, tls):
    """The replies that matter, as texts."""
    with connect(bench, tls) as client:
        try:
            return [plain(reply) for reply in sequence(client)]
        except Disconnected:   # Sendmail's answer to some of it
            return ["421"]


def add_sequences():
    for sequence in SEQUENCES:
        def in_the_clear(bench, sequence=sequence):
            bench.use(CONFIG)
            bench.mta.clear()
            for tls in (None, Tls("1.1", bench.pki.good), Tls("1.3", bench.pki.untrusted)):
                replies = run_sequence(bench, sequence, tls)
                if sequence is not smuggled and replies:
                    assert any(BY_FORCETLS in reply for reply in replies), f"{tls}: {replies}"
                check_nothing_of_ours(bench)

        def with_certificate(bench, sequence=sequence):
            bench.use(CONFIG)
            replies = run_sequence(bench, sequence, good(bench))
            assert not any(BY_FORCETLS in reply for reply in replies), replies
            bench.mta.clear()

        for function in (in_the_clear, with_certificate):
            function.__name__ = f"{sequence.__name__}_{function.__name__}"
            SUITE.test("")(function)


add_sequences()


@SUITE.test("")
def commands_before_the_handshake(bench):
    bench.use(CONFIG)
    bench.mta.clear()
    with connect(bench) as client:
        client.send(f"STARTTLS\r\nMAIL FROM:<a@contoso.com>\r\nRCPT TO:<{USER}>\r\nDATA\r\n")
        expect(plain(client.read_reply()), "220 *")
        # Both MTAs forget what came in the clear.
        client._secure(good(bench))  # pylint: disable=protected-access
        expect(plain(client.command("DATA")), "503 *")
        assert client.mail("a@contoso.com").ok
    check_nothing_of_ours(bench)


WORDS = ("a", "a", "@", "@", "contoso.com", "contoso.com", "else.example", "lax.example", "%", "!",
         "\\", '"', "(", ")", " ", ":", ",", ".", "@contoso.com", "<", ">", "[127.0.0.1]", "x.")


@SUITE.test("")
def spellings_at_random(bench):
    bench.use(CONFIG)
    bench.mta.clear()
    dice = random.Random(4711)
    with connect(bench) as client:
        taken = 0
        for number in range(1500):
            address = "".join(dice.choices(WORDS, k=dice.randint(2, 7)))
            token = f"{number} {address}"
            if client.command(f"MAIL FROM:<{address}>").ok and client.rcpt(USER).ok:
                taken += client.data(f"X-Token: {token}\r\n\r\nHello.\r\n").ok
            client.rset()
    assert taken > 20, taken
    check_nothing_of_ours(bench)
    bench.mta.clear()


@SUITE.test("")
def bounces_and_reports_of_the_partner(bench):
    bench.use(CONFIG)
    report = ("From: Mail Delivery System <MAILER-DAEMON@contoso.com>\r\n"
              "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
              "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
              "--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
              "Reporting-MTA: dns; mail.contoso.com\r\n\r\nFinal-Recipient: rfc822; x@contoso.com"
              "\r\nAction: failed\r\nStatus: 5.1.1\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
              "From: user@local.test\r\n\r\nHello.\r\n--b--\r\n")
    for helo in ("mail.contoso.com", "contoso.com", "[127.0.0.1]"):
        bench.check("accepted", "", tls=good(bench), helo=helo, message=report)
    bench.check("accepted", "", helo="mx.else.example",
                message=report.replace("MAILER-DAEMON@contoso.com", "MAILER-DAEMON@else.example"))
    bench.check("mail 530 *", "", helo="mail.contoso.com", message=report)
    bench.mta.clear()


if __name__ == "__main__":
    sys.exit(SUITE.main())
