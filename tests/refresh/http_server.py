# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""An HTTP server on loopback that misbehaves on demand.

    with serve() as server:
        server.routes["/ca.crl"] = body(crl)
        ... server.url("/ca.crl"), server.asked (a list of Request)

A behaviour is a function of the handler; what has none is 404."""

import contextlib
import threading
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Request = namedtuple("Request", "method path headers body")
CHUNK = b"\x30" * 65536


def body(data, status=200):
    def behave(handler):
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
    return behave


def redirect(to):
    def behave(handler):
        handler.send_response(302)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
    return behave


def flood(size, announced):
    """`size` bytes; what was taken is counted in server.sent."""
    def behave(handler):
        handler.send_response(200)
        if announced:
            handler.send_header("Content-Length", str(size))
        handler.send_header("Connection", "close")
        handler.end_headers()
        while handler.server.sent < size:
            handler.wfile.write(CHUNK)
            handler.server.sent += len(CHUNK)
    return behave


def hang(handler):
    handler.server.stopping.wait()


def drip(handler):
    """A body that never ends, a byte at a time."""
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.stopping.wait(0.1):
        handler.wfile.write(b"\x30")
        handler.wfile.flush()


class _Handler(BaseHTTPRequestHandler):
    def handle_one_request(self):
        # A client may hang up whenever it likes.
        with contextlib.suppress(OSError):
            super().handle_one_request()

    def _answer(self):
        size = int(self.headers.get("Content-Length") or 0)
        request = Request(self.command, self.path, self.headers, self.rfile.read(size))
        self.server.asked.append(request)
        self.server.routes.get(self.path, body(b"not here", 404))(self)

    do_GET = do_POST = _answer

    def log_message(self, *_):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.routes, self.asked, self.sent = {}, [], 0
        self.stopping = threading.Event()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}{path}"

    def paths(self):
        return [request.path for request in self.asked]


@contextlib.contextmanager
def serve():
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()
