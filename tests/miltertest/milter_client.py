# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""The MTA's side of the milter protocol, version 6, as Postfix speaks it: macros go before each
step if the filter asked for them, steps that it declined are not sent, answers that it declined are
not awaited. miltertest(8) cannot show the text of a reply or the macros asked for; this can."""

import socket
import struct

ADDHDRS, CHGHDRS, QUARANTINE, SETSYMLIST = 0x01, 0x10, 0x20, 0x100
NOCONNECT, NOHELO, NOMAIL, NORCPT, NOBODY, NOHDRS, NOEOH = 1, 2, 4, 8, 0x10, 0x20, 0x40
NR_HDR, NOUNKNOWN, NODATA, NR_CONN, NR_HELO = 0x80, 0x100, 0x200, 0x1000, 0x2000
ALL_ACTIONS, ALL_STEPS = 0x1FF, 0x1FFFFF

CONNECT, HELO, MAIL, RCPT, DATA, EOM, EOH = range(7)  # stages, as setsymlist counts them
_LETTERS = {CONNECT: b"C", HELO: b"H", MAIL: b"M", RCPT: b"R", DATA: b"T", EOM: b"E", EOH: b"N"}

PLAIN = {"v": "Postfix 3.7.11", "j": "mx.example.org", "{client_addr}": "192.0.2.1",
         "{client_port}": "40000", "{client_name}": "mail.contoso.com", "{client_resolve}": "OK",
         "{daemon_addr}": "192.0.2.25", "{daemon_port}": "25"}
TLS = PLAIN | {"{tls_version}": "TLSv1.3", "{cipher}": "TLS_AES_256_GCM_SHA384",
               "{cipher_bits}": "256"}
VERIFIED = TLS | {"{cert_subject}": "mail.contoso.com", "{cert_issuer}": "Test CA"}


class Closed(Exception):
    """The filter closed the connection."""


class MilterClient:
    """One milter session. Steps give the answer: `continue`, `accept`, `discard`, `reject`,
    `tempfail`, the SMTP reply as text, or None where no answer is due."""

    def __init__(self, address, macros=None):
        """`address`: a unix socket's path, or (host, port)."""
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(30)
        self.socket.connect(address)
        self.values = dict(PLAIN if macros is None else macros)
        self.actions = self.steps = 0
        self.lists = {}

    def negotiate(self, actions=ALL_ACTIONS, steps=ALL_STEPS):
        self.send(b"O", struct.pack(">III", 6, actions, steps))
        command, data = self.receive()
        assert command == b"O", command
        _, self.actions, self.steps = struct.unpack(">III", data[:12])
        rest = data[12:]
        while rest:
            stage = struct.unpack(">I", rest[:4])[0]
            names, _, rest = rest[4:].partition(b"\0")
            self.lists[stage] = names.decode().split()
        return self

    def connect(self, host="mail.contoso.com", family=b"4", port=40000, address="192.0.2.1"):
        data = host.encode() + b"\0" + family
        if family != b"U":
            data += struct.pack(">H", port) + address.encode() + b"\0"
        return self._step(CONNECT, NOCONNECT, NR_CONN, data)

    def helo(self, name):
        return self._step(HELO, NOHELO, NR_HELO, name.encode() + b"\0")

    def mail(self, argument, *parameters, **macros):
        """`macros` for this command: mail(..., cipher="X") sends {cipher}."""
        self.values |= {"{%s}" % name: value for name, value in macros.items()}
        return self._step(MAIL, NOMAIL, 0, _strings(argument, *parameters))

    def rcpt(self, argument, **macros):
        self.values["{rcpt_addr}"] = argument.strip("<>")
        self.values |= {"{%s}" % name: value for name, value in macros.items()}
        return self._step(RCPT, NORCPT, 0, _strings(argument))

    def data(self):
        return self._step(DATA, NODATA, 0, b"")

    def header(self, name, value):
        if self.steps & NOHDRS:
            return None
        self.send(b"L", _strings(name, value))
        return None if self.steps & NR_HDR else self._answer()

    def eoh(self):
        return self._step(EOH, NOEOH, 0, b"")

    def eom(self):
        """The edits, as (letter, data), and the answer."""
        self._send_macros(EOM)
        self.send(b"E", b"")
        edits = []
        while True:
            command, data = self.receive()
            if command not in b"hmiq":
                return edits, _name(command, data)
            edits.append((command.decode(), data))

    def message(self, sender, *recipients, headers=()):
        """A whole message up to its first final answer; (edits, answer)."""
        answer = self.mail(sender)
        if answer != "continue":
            return [], answer
        for recipient in recipients or ("<u@example.org>",):
            answer = self.rcpt(recipient)
            if answer not in (None, "continue"):
                return [], answer
        answers = [self.data(), *(self.header(*field) for field in headers), self.eoh()]
        for answer in answers:
            if answer not in (None, "continue"):
                return [], answer
        return self.eom()

    def abort(self):
        self.send(b"A", b"")

    def quit(self):
        self.send(b"Q", b"")
        self.socket.close()

    def end(self):
        """As quit(), and waits until the filter has dealt with the end."""
        self.send(b"Q", b"")
        rest = self.socket.recv(1)
        assert not rest, rest
        self.socket.close()

    def close(self):
        self.socket.close()

    def send(self, command, data):
        self.socket.sendall(struct.pack(">I", len(data) + 1) + command + data)

    def receive(self):
        size = struct.unpack(">I", self._read(4))[0]
        packet = self._read(size)
        return packet[:1], packet[1:]

    def _step(self, stage, declined, unanswered, data):
        self._send_macros(stage)
        if self.steps & declined:
            return None
        self.send(_LETTERS[stage], data)
        return None if self.steps & unanswered else self._answer()

    def _send_macros(self, stage):
        names = self.lists.get(stage)
        if names is None:  # no list taken: what Postfix sends by default and forcetls looks at
            names = {CONNECT: ["j", "v"], HELO: ["{tls_version}", "{cipher}", "{cipher_bits}"],
                     MAIL: ["i", "{auth_authen}", "{mail_addr}"], RCPT: ["{rcpt_addr}"],
                     EOM: ["i"]}.get(stage, [])
        pairs = [text for name in names if name in self.values
                 for text in (name, self.values[name])]
        self.send(b"D", _LETTERS[stage] + _strings(*pairs))

    def _answer(self):
        return _name(*self.receive())

    def _read(self, size):
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise Closed()
            data += part
        return data


def _strings(*texts):
    return b"".join(text.encode() + b"\0" for text in texts)


def _name(command, data):
    if command == b"y":
        return data.rstrip(b"\0").decode()
    return {b"c": "continue", b"a": "accept", b"d": "discard", b"r": "reject",
            b"t": "tempfail"}[command]
