# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A tiny name server on loopback, UDP only.

    zone = {("partner.test", "MX"): [(10, "mx.partner.test")],
            ("mx.partner.test", "A"): ["127.0.0.1"], ("broken.test", "MX"): SERVFAIL}
    with answer(zone) as server:
        ... server.port, server.asked (list of names and types)

What a zone does not hold is NXDOMAIN; an empty list is an answer without records. `signed`: domains
that are answered as validated (the AD bit), with all below them; "" is everything. Zone and signed
may change while it runs."""

import contextlib
import socket
import struct
import threading

SERVFAIL, NXDOMAIN, REFUSED = 2, 3, 5
SILENCE, MALFORMED = "silence", "malformed"
TYPES = {"A": 1, "MX": 15, "AAAA": 28, "TLSA": 52}
VALIDATED = 0x20


def encoded(name):
    """In the form of RFC 1035; `\\` in front of a dot keeps it in its label."""
    labels = [part.replace("\0", ".") for part in name.replace("\\.", "\0").strip(".").split(".")]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels if label) + b"\0"


def record_data(kind, value):
    if kind == "MX":
        return struct.pack(">H", value[0]) + encoded(value[1])
    if kind == "TLSA":
        return bytes(value[:3]) + bytes.fromhex(value[3])
    return socket.inet_pton(socket.AF_INET if kind == "A" else socket.AF_INET6, value)


def read_question(query):
    """(name, type, the question's bytes)"""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    number = struct.unpack(">H", query[at + 1:at + 3])[0]
    kind = next((name for name, value in TYPES.items() if value == number), str(number))
    return ".".join(labels), kind, query[12:at + 5]


class NameServer:
    def __init__(self, zone, address, port=0, signed=()):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.zone, self.signed, self.asked = zone, set(signed), []
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.bind((address, port))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        while True:
            query, client = self._socket.recvfrom(4096)
            if not query:
                return
            response = self._respond(query)
            if response is not None:
                self._socket.sendto(response, client)

    def _respond(self, query):
        name, kind, question = read_question(query)
        self.asked.append((name, kind))
        found = self.zone.get((name, kind), NXDOMAIN)
        if found == SILENCE:
            return None
        if found == MALFORMED:
            return query[:2] + struct.pack(">HHHHH", 0x8180, 1, 5, 0, 0) + question + b"\xc0\xff"
        rcode, records = (found, []) if isinstance(found, int) else (0, found)
        answers = b""
        for value in records:
            data = value if isinstance(value, bytes) else record_data(kind, value)
            answers += b"\xc0\x0c" + struct.pack(">HHIH", TYPES[kind], 1, 60, len(data)) + data
        flags = 0x8180 | rcode | (VALIDATED if self._is_signed(name) else 0)
        header = struct.pack(">HHHHH", flags, 1, len(records), 0, 0)
        return query[:2] + header + question + answers

    def _is_signed(self, name):
        return any(not domain or f".{name}".endswith(f".{domain}") for domain in self.signed)

    def stop(self):
        with socket.socket(self._socket.family, socket.SOCK_DGRAM) as ending:
            ending.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()


@contextlib.contextmanager
def answer(zone, address="127.0.0.1", port=0, signed=()):
    """A NameServer until the end of the block; port 0: any free one."""
    server = NameServer(zone, address, port, signed)
    try:
        yield server
    finally:
        server.stop()
