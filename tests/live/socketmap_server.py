# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A socketmap server (socketmap_table(5)) on loopback that answers as it is told.

    with serve({"contoso.test": "OK secure", "fabrikam.test": "TEMP not now"}) as server:
        ... server.table("policy"), server.asked (list of "policy contoso.test")

What it was not told is NOTFOUND. The answers may change while it runs."""

import contextlib

import instance  # noqa: F401  makes the next known
import starttls_server
from socketmap_client import read_size


class Server(starttls_server.Server):
    def __init__(self, answers, address="127.0.0.1", port=0):
        self.answers, self.asked, self.address = answers, [], address
        super().__init__(answer, None, address, port)

    def table(self, name):
        """The map of this name as in main.cf."""
        return f"socketmap:inet:{self.address}:{self.port}:{name}"


def answer(peer):
    with peer.connection.makefile("rb") as requests:
        while size := read_size(requests):
            request = requests.read(size + 1)[:-1].decode()
            peer.server.asked.append(request)
            key = request.partition(" ")[2]
            reply = peer.server.answers.get(key, "NOTFOUND ").encode()
            peer.send(f"{len(reply)}:".encode() + reply + b",")


@contextlib.contextmanager
def serve(answers):
    """A Server until the end of the block."""
    server = Server(answers)
    try:
        yield server
    finally:
        server.stop()
