# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A man in the middle on loopback: sits on an address that mail goes to, hands it on to the server
behind, records every byte of both wires, and cuts TLS as he is told.

    with cut(mta.service("mx"), "127.1.2.3") as cutter:          port 25
        cutter.cut = answering("454 4.7.0 not now")
        cutter.front(), cutter.back()      all that went over the wire before and behind him
        cutter.read()                      all that he could read

A cut is a function of a Link; it holds for the connections to come. `target` may change as well."""

import contextlib
import select
import socket
import ssl
import sys

import instance  # noqa: F401  makes the next known
import starttls_server
from mail_sink import verb

SMTP_PORT = 25
ALERT = b"\x15\x03\x03\x00\x02\x02\x28"       # of TLS: handshake failure


class Wire:
    """One of the two connections. `raw`: its bytes of both directions as they are on the wire;
    `text`: those that came, as the man in the middle reads them."""

    def __init__(self, connection):
        self.connection = connection
        self.raw, self.text = bytearray(), bytearray()
        self._buffer, self._tls = b"", None

    def send(self, data):
        if self._tls:
            self._tls.write(data)
            data = self._outgoing.read()
        self._put(data)

    def receive(self):
        """What has come, at least one packet; of TLS that may be no text."""
        data, self._buffer = self._buffer or self._next(), b""
        return data

    @property
    def waiting(self):
        """Whether receive() would return something that has come already."""
        return bool(self._buffer)

    def read_line(self):
        while b"\n" not in self._buffer:
            self._buffer += self._next()
        line, end, self._buffer = self._buffer.partition(b"\n")
        return line + end

    def read_reply(self):
        reply = line = self.read_line()
        while line[3:4] == b"-":
            line = self.read_line()
            reply += line
        return reply

    def command(self, line):
        self.send(line)
        return self.read_reply()

    def start_tls(self, context, **side):
        """The handshake, by hand: so the bytes pass through here."""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(self._incoming, self._outgoing, **side)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._put(self._outgoing.read())
                self._incoming.write(self._get())
            except ssl.SSLError:
                self._put(self._outgoing.read())
                raise
        self._tls = tls
        self._buffer = self._decrypt()     # what came with the end of the handshake

    def _next(self):
        data = self._get()
        if not self._tls:
            self.text += data
            return data
        self._incoming.write(data)
        return self._decrypt()

    def _decrypt(self):
        data = b""
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            while more := self._tls.read(65536):
                data += more
        self._put(self._outgoing.read())
        self.text += data
        return data

    def _get(self):
        data = self.connection.recv(65536)
        if not data:
            raise ConnectionError("closed")
        self.raw += data
        return data

    def _put(self, data):
        self.raw += data
        self.connection.sendall(data)


class Link:
    """One connection: `front` leads to who sends, `back` to the server."""

    def __init__(self, connection, server):
        self.connection, self.server = connection, server
        self.front, self.back = Wire(connection), None

    def connect(self):
        self.back = Wire(socket.create_connection(self.server.target))
        self.back.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def relay(self, limit=sys.maxsize):
        """Hands on whatever comes from either side, until one ends, and no more than so many bytes
        of who sends."""
        other = {self.front: self.back, self.back: self.front}
        sides = {wire.connection: wire for wire in other}
        while limit > 0:
            ready = [wire for wire in other if wire.waiting] or [
                sides[one] for one in select.select(list(sides), [], [])[0]]
            for wire in ready:
                data = wire.receive()
                if wire is self.front:
                    data = data[:limit]
                    limit -= len(data)
                if data:
                    other[wire].send(data)


# Cuts.


def passing(link):
    """Hands on, and looks at nothing."""
    link.relay()


def converse(link, ehlo=lambda reply: reply, starttls=None):
    """Hands on lines and replies up to the 220 to STARTTLS; once mail comes in the clear, all that
    follows. ehlo: changes that reply; starttls: the reply in place of the server's."""
    link.front.send(link.back.read_reply())
    while True:
        line = link.front.read_line()
        command = verb(line.decode(errors="replace"))
        if command == "MAIL":
            link.back.send(line)
            return link.relay()
        reply = starttls if command == "STARTTLS" and starttls else link.back.command(line)
        link.front.send(ehlo(reply) if command == "EHLO" else reply)
        if command == "STARTTLS" and reply.startswith(b"220"):
            return None


def stripping(link):
    """As firewalls do it that read along."""
    converse(link, ehlo=lambda reply: reply.replace(b"STARTTLS", b"XXXXXXXA"))


def answering(reply):
    """STARTTLS is offered, and answered so."""
    return lambda link: converse(link, starttls=reply.encode() + b"\r\n")


def breaking(link):
    """STARTTLS is accepted, and the handshake answered with an alert."""
    converse(link)
    link.front.receive()
    link.front.send(ALERT)


def breaking_off(size):
    """The connection is lost once so many bytes of who sends have passed."""
    return lambda link: link.relay(size)


def impersonating(identity, onwards, **tls):
    """Ends TLS here, with a certificate of his own (**tls: see starttls_server.server_context), and
    goes on in other TLS (a Tls of smtp_client.py), or in the clear (None)."""
    def behave(link):
        converse(link, starttls=b"220 2.0.0 go ahead\r\n")
        if onwards:
            link.back.command(b"STARTTLS\r\n")
            link.back.start_tls(onwards.context)
        link.front.start_tls(starttls_server.server_context(identity, **tls), server_side=True)
        link.relay()
    return behave


# The cutter.


class WireCutter(starttls_server.Server):
    peer = Link

    def __init__(self, target, address, port):
        self.target, self.cut, self.links = target, passing, []
        super().__init__(run, None, address, port)

    def forget(self):
        self.links.clear()

    def front(self):
        """All bytes on the wires between those that send and him."""
        return join(link.front.raw for link in self.links)

    def back(self):
        """All bytes on the wires between him and the server."""
        return join(link.back.raw for link in self.links if link.back)

    def read(self):
        """All that he could read, be it decrypted by himself."""
        return join(wire.text for link in self.links for wire in (link.front, link.back) if wire)


def join(parts):
    return b"\n".join(map(bytes, parts))


def run(link):
    link.server.links.append(link)
    link.connect()
    with link.back.connection:
        link.server.cut(link)


@contextlib.contextmanager
def cut(target, address, port=SMTP_PORT):
    """A WireCutter until the end of the block, which at first only hands on."""
    cutter = WireCutter(target, address, port)
    try:
        yield cutter
    finally:
        cutter.stop()
