# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A small mail server on loopback that offers STARTTLS and misbehaves on demand. It takes no mail.

    with serve(good, pki.good) as server:
        ... server.port, server.heard (lines of the clients), server.names (by SNI)
    with serve(drop("handshake"), pki.good, address="::1") as server:

A behaviour is a function of a Peer; when it returns the connection is closed. `identity` is one of
tests/live/pki.py, or anything with `chain` and `key` (PEM files)."""

import contextlib
import socket
import ssl
import threading

OLDEST, NEWEST = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_3
GREETING = "220-mx.local.test ESMTP\r\n220 ready"
EHLO_ANSWER = "250-mx.local.test\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 HELP"


class Peer:
    """One connection, as the server sees it."""

    def __init__(self, connection, server):
        self.connection = connection
        self.server = server
        self.name = None               # by SNI

    def send(self, data):
        self.connection.sendall(data)

    def say(self, text):
        self.send(text.encode() + b"\r\n")

    def hear(self):
        """The client's next line; it is noted in server.heard."""
        line = self.read_line().decode(errors="replace").strip()
        self.server.heard.append(line)
        return line

    def read_line(self):
        """The client's next line as it came; the last may lack its end."""
        line = b""
        while not line.endswith(b"\n"):
            byte = self.connection.recv(1)
            if not byte:
                break
            line += byte
        if not line:
            raise ConnectionError("the client is gone")
        return line

    def wait_for_end(self):
        while self.connection.recv(65536):
            pass

    def start_tls(self, **tls):
        context = server_context(self.server.identity, **tls)
        context.sni_callback = self._note_name
        self.connection = context.wrap_socket(self.connection, server_side=True)

    def _note_name(self, _connection, name, _context):
        self.name = name
        self.server.names.append(name)


def server_context(identity, oldest=OLDEST, newest=NEWEST, ciphers="DEFAULT:@SECLEVEL=0"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(ciphers)
    context.minimum_version, context.maximum_version = oldest, newest
    context.load_cert_chain(identity.chain, identity.key)
    return context


# Behaviours.


def talk(peer, until="quit", greeting=GREETING, ehlo=EHLO_ANSWER, starttls="220 go ahead", **tls):
    """The good server, up to and without its part in the step `until`: greeting, ehlo, starttls,
    handshake, quit."""
    if until == "greeting":
        return
    peer.say(greeting)
    peer.hear()
    if until == "ehlo":
        return
    peer.say(ehlo)
    peer.hear()
    if until == "starttls":
        return
    peer.say(starttls)
    if until == "handshake":
        return
    peer.start_tls(**tls)
    peer.hear()
    peer.say("221 bye")


def good(peer):
    talk(peer)


def saying(**texts):
    """The good server, but with other answers or another TLS; then it waits for the client's
    end."""
    def behave(peer):
        talk(peer, **texts)
        peer.wait_for_end()
    return behave


def drop(step):
    return lambda peer: talk(peer, step)


def stall(step):
    def behave(peer):
        talk(peer, step)
        peer.wait_for_end()
    return behave


def send(step, data, times=1):
    """Sends bytes (many times) where the step's answer should be."""
    def behave(peer):
        talk(peer, step)
        for _ in range(times):
            peer.send(data)
        peer.wait_for_end()
    return behave


# The server.


class Server:
    peer = Peer

    def __init__(self, behaviour, identity, address, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.behaviour, self.identity = behaviour, identity
        self.heard, self.names = [], []
        self._open = set()
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._listener.bind((address, port))
        except OSError:
            self._listener.close()
            raise
        self._listener.listen(128)
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection = self._listener.accept()[0]
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                peer = self.peer(connection, self)
                self._open.add(peer)
                self._threads.append(threading.Thread(target=self._serve, args=(peer,)))
                self._threads[-1].start()

    def _serve(self, peer):
        with contextlib.suppress(OSError):  # a client may hang up whenever it likes
            self.behaviour(peer)
        self._open.discard(peer)
        peer.connection.close()

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listener.close()
        for peer in list(self._open):
            with contextlib.suppress(OSError):
                peer.connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()


@contextlib.contextmanager
def serve(behaviour, identity=None, address="127.0.0.1", port=0):
    """A Server until the end of the block; port 0: any free one."""
    server = Server(behaviour, identity, address, port)
    try:
        yield server
    finally:
        server.stop()
