# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What a client may say to get a partner's mail past forcetls (attacks_live.py). Each sequence is a
generator: it is given a Client that has said EHLO, and yields the replies that matter. Its messages
are the partner's by envelope or header."""

import attack_headers

USER = "user@local.test"


def text(token, author="x@else.example"):
    """A message whose author is not the partner, unless told."""
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
    yield client.data(text("MAIL twice", "a@contoso.com"))


def refused_then_again(client):
    for _ in range(3):
        yield client.mail("a@contoso.com")
    yield client.rcpt(USER)
    yield client.data(text("MAIL again"))


def ehlo_repeated(client):
    client.ehlo("contoso.com")
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


def null_sender(client, *names, author="x@else.example"):
    """Greets with each of the names, then bounces."""
    for name in names:
        client.ehlo(name)
    yield client.mail("")
    client.rcpt(USER)
    yield client.data(text(f"null sender, {names}", author))


def null_sender_of_the_partner(client):
    return null_sender(client, "contoso.com")


def null_sender_of_a_host_of_the_partner(client):
    return null_sender(client, "else.example", "mail.Contoso.COM.")


def null_sender_with_the_partner_as_author(client):
    return null_sender(client, "else.example", author="MAILER-DAEMON@contoso.com")


def null_sender_from_an_address(client):
    return null_sender(client, "[127.0.0.1]", author="MAILER-DAEMON@contoso.com")


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
    ends = ("\n.\n", "\r\n.\n", "\n.\r\n", "\r.\r", "\r\n.\r", "\r\n\0.\r\n")
    for number, end in enumerate(ends):
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
             null_sender_of_a_host_of_the_partner, null_sender_with_the_partner_as_author,
             null_sender_from_an_address, laxer_envelope, parameters, thousand_recipients, smuggled,
             chunks)
