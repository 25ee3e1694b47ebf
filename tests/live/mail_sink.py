# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A mail server on loopback that takes mail, and tells what came in the clear.

    with serve(good, pki.good) as sink:
        ... sink.address, sink.port
        sink.mails[0].tls.version, .tls.name (SNI), .sender, .recipients, .content
        assert not sink.clear
    with serve(answering("454 4.7.0 TLS is not available")) as sink:

A behaviour is a function of a peer, as those of ../starttls_server.py, which do here too. The next
connection has the behaviour and the certificate that sink.behaviour and sink.identity say then."""

import contextlib
import re
import socket
import ssl
from dataclasses import dataclass, replace

import instance
import starttls_server
from smtp_client import VERSIONS

HARMLESS = {"EHLO", "HELO", "STARTTLS", "NOOP", "RSET", "QUIT"}
TLS_HANDSHAKE = b"\x16"
EHLO = ("PIPELINING", "SIZE 10000000", "STARTTLS", "8BITMIME")


@dataclass(frozen=True)
class Tls:
    """What a connection had: "TLSv1.3", OpenSSL's name of the cipher, its bits, the SNI name."""

    version: str
    cipher: str
    bits: int
    name: str = None


@dataclass
class Mail(instance.Message):
    """A mail that came to its end. STARTTLS ends a transaction, so `tls` (None: in the clear) held
    from MAIL to the last line."""

    tls: Tls = None


class Peer(starttls_server.Peer):
    """A peer that notes in server.clear each line without TLS that is not HARMLESS."""

    @property
    def tls(self):
        if not isinstance(self.connection, ssl.SSLSocket):
            return None
        cipher, _, bits = self.connection.cipher()
        return Tls(self.connection.version(), cipher, bits, self.name)

    def read_line(self):
        line = super().read_line()
        if not self.tls and verb(line.decode(errors="replace")) not in HARMLESS:
            self.server.clear.append(line)
        return line

    def expect_handshake(self):
        """Text in place of TLS is noted, and no TLS library sees it."""
        if self.connection.recv(1, socket.MSG_PEEK) not in (TLS_HANDSHAKE, b""):
            self.read_line()
            raise ConnectionError("no TLS handshake")

    def start_tls(self, *arguments, **options):
        self.expect_handshake()
        super().start_tls(*arguments, **options)

    def wait_for_end(self):
        if not self.tls:
            self.expect_handshake()
        super().wait_for_end()


def verb(line):
    return re.split(r"[ \r\n]", line.upper(), maxsplit=1)[0]


# Behaviours.


def take(peer, ehlo=EHLO, starttls="220 2.0.0 go ahead", handshake=True, **tls):
    """The good server; with other options, the bad ones below."""
    mail = None
    peer.say(f"220 {peer.server.name} ESMTP")
    while True:
        line = peer.hear()
        match verb(line):
            case "EHLO":
                lines = [peer.server.name, *(one for one in ehlo
                                             if one != "STARTTLS" or not peer.tls)]
                peer.say("\r\n".join(f"250-{one}" for one in lines[:-1]) + f"\r\n250 {lines[-1]}")
            case "STARTTLS" if not peer.tls:
                mail = None
                peer.say(starttls)
                if starttls.startswith("220") and not handshake:
                    peer.expect_handshake()
                    return
                if starttls.startswith("220"):
                    peer.start_tls(**tls)
            case "MAIL":
                mail = Mail(path(line), [], b"", tls=peer.tls)
                peer.say("250 2.1.0 ok")
            case "RCPT" if mail:
                mail.recipients.append(path(line))
                peer.say("250 2.1.5 ok")
            case "DATA" if mail and mail.recipients:
                peer.say("354 go on")
                peer.server.mails.append(replace(mail, content=read_content(peer)))
                mail = None
                peer.say("250 2.0.0 taken")
            case "HELO" | "RSET" | "NOOP":
                mail = None
                peer.say("250 2.0.0 ok")
            case "QUIT":
                return peer.say("221 2.0.0 bye")
            case _:
                peer.say("503 5.5.1 not now")


def path(line):
    """The address of `MAIL FROM:<address> SIZE=...`."""
    found = re.search(r"<(.*?)>", line)
    return found[1] if found else ""


def read_content(peer):
    lines = []
    while (line := peer.read_line()) != b".\r\n":
        if not line.endswith(b"\n"):
            raise ConnectionError("cut off in its content")
        lines.append(line.removeprefix(b"."))
    return b"".join(lines)


def doing(**options):
    """take() with options; `tls` ones as of Peer.start_tls."""
    return lambda peer: take(peer, **options)


def answering(starttls):
    """Offers STARTTLS and answers it so."""
    return doing(starttls=starttls)


def speaking(oldest, newest, **tls):
    """TLS of these versions only, "1.0" to "1.3"; ciphers="ECDHE-ECDSA-AES128-SHA" chooses those to
    1.2, which have to suit the key."""
    return doing(oldest=VERSIONS[oldest], newest=VERSIONS[newest], **tls)


good = take
without_starttls = doing(ehlo=("PIPELINING", "8BITMIME"), starttls="502 5.5.1 unknown command")
# As firewalls do it that read along.
stripped = doing(ehlo=("PIPELINING", "XXXXXXXA", "8BITMIME"), starttls="500 5.5.1 XXXXXXXA")
handshake_dropped = doing(handshake=False)


# The server.


class Sink(starttls_server.Server):
    """`mails`: those that came to their end. `clear`: whatever came without TLS, as lines of bytes,
    but for HARMLESS commands: envelope, content, anything. `heard`: all commands."""

    peer = Peer

    def __init__(self, behaviour, identity, address, port, name):
        self.mails, self.clear = [], []
        self.name, self.address = name, address
        super().__init__(behaviour, identity, address, port)

    def is_idle(self):
        """Whether no connection is open."""
        return not self._open

    @property
    def next_hop(self):
        """As in a transport map."""
        return f"[{self.address}]:{self.port}"


@contextlib.contextmanager
def serve(behaviour=good, identity=None, address="127.0.0.1", port=0, name="sink.test"):
    """A Sink until the end of the block; port 0: any free one."""
    sink = Sink(behaviour, identity, address, port, name)
    try:
        yield sink
    finally:
        sink.stop()
