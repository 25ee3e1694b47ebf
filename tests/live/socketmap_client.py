# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Asks a socketmap server (socketmap_table(5)), over one connection a query.

    ask("inet:8892@127.0.0.1", "postfix-tls", "contoso.com")      # "OK encrypt"
    ask("unix:/run/forcetls/outbound.sock", "postfix-tls", b"\\xff")
"""

import socket

TIMEOUT = 8


def ask(address, name, key):
    """The whole reply, without its netstring's length and comma."""
    request = name.encode() + b" " + (key if isinstance(key, bytes) else key.encode())
    with connect(address) as connection:
        connection.sendall(b"%d:%s," % (len(request), request))
        with connection.makefile("rb") as replies:
            reply = replies.read(read_size(replies) + 1)
    if not reply.endswith(b","):
        raise ConnectionError(f"no whole reply to {request!r}: {reply!r}")
    return reply[:-1].decode()


def connect(address):
    """address: as `socket` in forcetls.conf."""
    kind, _, where = address.partition(":")
    if kind == "inet":
        port, _, host = where.partition("@")
        return socket.create_connection((host, int(port)), TIMEOUT)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(TIMEOUT)
    connection.connect(where)
    return connection


def read_size(stream):
    """The number in front of a netstring; 0 at the end."""
    digits = b""
    while (byte := stream.read(1)) not in (b":", b""):
        digits += byte
    return int(digits or b"0")
