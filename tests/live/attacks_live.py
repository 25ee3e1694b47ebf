#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A client that does everything to slip a partner's mail through in the clear, against forcetlsd
before a real Postfix and a real Sendmail: attacks_live.py [FORCETLSD] [-m MTA] [-k TEXT].

What counts is what comes out: no mail of the partner that came in the clear; and the partner's own
mail, as odd, over TLS with the right certificate, is never refused by forcetls."""

import random
import sys

import attack_headers
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
USER = "user@local.test"


def good(bench):
    """What the partner's own server shows."""
    return Tls("1.3", bench.pki.good)


def is_ours(message):
    """Whether a delivered message passes for the partner's."""
    if message.sender.lower().rstrip(".").endswith("@contoso.com"):
        return True
    return any("contoso.com" in value.lower() for value in message.headers("From"))


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
            with Client(bench.mta.smtp) as client:
                client.ehlo()
                seen = send_headers(client, sender, headers, name)
            # Some are refused by the MTA; forcetls refuses by the partner's name.
            if seen == "accepted":
                wrong.append(f"{name} from <{sender}>")
    assert not wrong, "accepted:\n" + "\n".join(wrong)
    check_nothing_of_ours(bench)


@SUITE.test("")
def author_in_the_header_with_the_right_certificate(bench):
    bench.use(CONFIG)
    wrong = []
    for sender in ("a@contoso.com", "x@lax.example"):
        with Client(bench.mta.smtp) as client:
            client.ehlo()
            client.starttls(good(bench))
            for name, headers in attack_headers.OURS.items():
                try:
                    seen = send_headers(client, sender, headers, name)
                except Disconnected as error:
                    seen = str(error)
                if seen != "accepted":
                    wrong.append(f"{name} from <{sender}>: {seen}")
                client.rset()
    assert not wrong, "\n".join(wrong)
    bench.mta.clear()


@SUITE.test("")
def authors_who_are_not_the_partner(bench):
    bench.use(CONFIG)
    wrong = []
    for sender in ("x@else.example", "x@lax.example", "bounce-ceo=contoso.com@list.example", ""):
        with Client(bench.mta.smtp) as client:
            client.ehlo()
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
        with Client(bench.mta.smtp) as client:
            client.ehlo()
            seen = send_headers(client, "x@else.example", attack_headers.long_header(size),
                                str(size))
            print(f"     From: of {size} bytes: {seen:.100}")
    check_nothing_of_ours(bench)


def text(token, author="x@else.example"):
    return attack_headers.message(f"From: {author}", token).decode()


def second_message(client):
    yield client.mail("x@else.example")
    client.rcpt(USER)
    assert client.data(text("first message")).ok
    yield client.mail("a@contoso.com")
    client.rcpt(USER)
    yield client.data(text("second message"))


def rset_between(client):
    client.mail("x@else.example")
    client.rcpt(USER)
    client.rset()
    yield client.mail("a@contoso.com")
    client.rcpt(USER)
    yield client.data(text("RSET between"))


def mail_twice(client):
    client.mail("x@else.example")
    yield client.mail("a@contoso.com")
    client.rcpt(USER)
    yield client.data(text("MAIL twice"))


def refused_then_again(client):
    for _ in range(3):
        yield client.mail("a@contoso.com")
    yield client.rcpt(USER)
    yield client.data(text("MAIL again"))


def ehlo_repeated(client):
    for name in ("contoso.com", "else.example", "contoso.com"):
        client.ehlo(name)
    yield client.mail("a@contoso.com")
    client.ehlo("else.example")
    yield client.rcpt(USER)
    yield client.data(text("EHLO repeated"))


def ehlo_within(client):
    client.mail("x@else.example")
    client.rcpt(USER)
    client.ehlo("else.example")
    yield client.mail("a@contoso.com")
    client.rcpt(USER)
    yield client.data(text("EHLO within"))


def helo_instead(client):
    client.helo("else.example")
    yield client.mail("a@contoso.com")
    client.rcpt(USER)
    yield client.data(text("HELO"))


def one_packet(client):
    yield from client.pipeline(["MAIL FROM:<a@contoso.com>", f"RCPT TO:<{USER}>", "DATA"])
    yield client.content(text("one packet"))


def two_in_one_packet(client):
    lines = ["MAIL FROM:<x@else.example>", f"RCPT TO:<{USER}>", "RSET",
             "MAIL FROM:<a@contoso.com>", f"RCPT TO:<{USER}>", "DATA"]
    yield from client.pipeline(lines)
    yield client.content(text("two in one packet"))


def null_sender_of_the_partner(client):
    for name in ("contoso.com", "mail.contoso.com", "CONTOSO.com.", "else.example"):
        client.ehlo("else.example")
        client.ehlo(name)
        yield client.mail("")
        client.rcpt(USER)
        author = "x@else.example" if name != "else.example" else "MAILER-DAEMON@contoso.com"
        yield client.data(text(f"null sender, {name}", author))
        client.rset()


def null_sender_from_an_address(client):
    client.ehlo("[127.0.0.1]")
    yield client.mail("")
    client.rcpt(USER)
    yield client.data(text("null sender, literal", "MAILER-DAEMON@contoso.com"))


def laxer_envelope(client):
    for sender in ("x@lax.example", "<@contoso.com:x@lax.example>", "contoso.com!x@lax.example"):
        yield client.mail(sender)
        client.rcpt(USER)
        yield client.data(text(f"laxer {sender}", "a@contoso.com"))
        client.rset()


def parameters(client):
    for words in ("SIZE=100", "BODY=8BITMIME", "RET=HDRS ENVID=contoso", "AUTH=<>",
                  "AUTH=a@else.example", "BODY=7BIT SIZE=1"):
        yield client.mail("a@contoso.com", words)
        client.rcpt(USER, "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b@else.example")
        yield client.data(text(f"parameters {words}"))
        client.rset()


def thousand_recipients(client):
    client.mail("x@else.example")
    replies = client.pipeline([f"RCPT TO:<user{number}@local.test>" for number in range(1000)])
    assert all(reply.ok for reply in replies)
    yield client.data(text("1,000 recipients", "a@contoso.com"))


def smuggled(client):
    for number, end in enumerate(("\n.\n", "\r\n.\n", "\n.\r\n", "\r.\r", "\r\n.\r", "\r\n\0.\r\n")):
        client.mail("x@else.example")
        client.rcpt(USER)
        if client.command("DATA").code != 354:
            continue
        inner = (f"MAIL FROM:<a@contoso.com>\r\nRCPT TO:<{USER}>\r\nDATA\r\n"
                 + text(f"smuggled {number}"))
        client.send(text("outside") + end + inner + "\r\n.\r\n")
        # However the MTA cuts this, the replies come before that of NOOP.
        client.send("NOOP\r\n")
        while not (reply := client.read_reply()).text.startswith(("2.0.0 Ok", "2.0.0 OK")) or \
                "queued" in reply.text:
            yield reply
        client.rset()


def chunks(client):
    # BDAT, where the MTA knows it: a name cut in two.
    if "CHUNKING" not in client.ehlo().lines:
        return
    for cut in (1, 20, 32, 40):
        content = attack_headers.message("From: a@contoso.com", f"chunks {cut}")
        client.mail("x@else.example")
        client.rcpt(USER)
        client.send(f"BDAT {cut}\r\n".encode() + content[:cut])
        yield client.read_reply()
        client.send(f"BDAT {len(content) - cut} LAST\r\n".encode() + content[cut:])
        yield client.read_reply()
        client.rset()


SEQUENCES = (second_message, rset_between, mail_twice, refused_then_again, ehlo_repeated,
             ehlo_within, helo_instead, one_packet, two_in_one_packet, null_sender_of_the_partner,
             null_sender_from_an_address, laxer_envelope, parameters, thousand_recipients, smuggled,
             chunks)


def run_sequence(bench, sequence, tls):
    """The replies that matter, as texts."""
    with Client(bench.mta.smtp, timeout=30) as client:
        client.ehlo()
        if tls:
            client.starttls(tls)
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
    with Client(bench.mta.smtp) as client:
        client.ehlo()
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
    with Client(bench.mta.smtp, timeout=30) as client:
        client.ehlo()
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
