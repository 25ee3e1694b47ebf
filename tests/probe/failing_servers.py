# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Servers that fail: each is one line and exit code 69."""

import concurrent.futures
import contextlib
import os
import re
import ssl

from cases import equal, holds
from starttls_server import drop, good, saying, send, serve, stall, talk

MANY = b"250-" + b"x" * 60 + b"\r\n"
FAILURES = [
    (drop("greeting"), "closed the connection before its greeting"),
    (drop("ehlo"), "closed the connection after EHLO"),
    (drop("starttls"), "closed the connection after STARTTLS"),
    (drop("handshake"), "closed the connection during the TLS handshake"),
    (stall("greeting"), "timed out while waiting for the greeting"),
    (stall("ehlo"), "timed out while waiting for the answer to EHLO"),
    (stall("starttls"), "timed out while waiting for the answer to STARTTLS"),
    (stall("handshake"), "timed out during the TLS handshake"),
    (send("greeting", b"220-and more\r\n" * 1000, 500), "sent more than 64 KiB before TLS"),
    (send("ehlo", MANY * 1000, 128), "sent more than 64 KiB before TLS"),
    (send("greeting", b"220 " + b"x" * 100_000), "sent a line of more than 2 KiB"),
    (send("ehlo", b"250-" + b"x" * 3000 + b"\r\n250 STARTTLS\r\n"),
     "sent a line of more than 2 KiB"),
    (send("ehlo", b"250-" + b"\0" * 100_000, 80), "sent a line of more than 2 KiB"),
    (send("greeting", b"\x15\x03\x01\x00\x02\x02\x46\n"),
     'sent what is no SMTP reply: "??????F"'),
    (send("greeting", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
     'sent what is no SMTP reply: "HTTP/1.1 400 Bad Request"'),
    (send("greeting", b"\r\n"), 'sent what is no SMTP reply: ""'),
    (send("ehlo", b"25\x1b[31m\r\n"), 'sent what is no SMTP reply: "25?[31m"'),
    (saying(starttls="220 go\r\n250 you are mine"),
     "sent more in the clear behind its answer to STARTTLS"),
    (saying(greeting="554 5.7.1 go\taway \x1b]0;x\x07"),
     'greeted with "554 5.7.1 go?away ?]0;x?"'),
    (saying(greeting="421-later\r\n421 please"), 'greeted with "421 please"'),
    (saying(ehlo="502 5.5.1 no EHLO here"), 'answered EHLO with "502 5.5.1 no EHLO here"'),
    (saying(ehlo="250 mx.local.test"), "does not offer STARTTLS"),
    (saying(ehlo="250-STARTTLS\r\n250-XSTARTTLS\r\n250 STARTTLSX"), "does not offer STARTTLS"),
    (saying(starttls="454 4.7.0 TLS not available"),
     'answered STARTTLS with "454 4.7.0 TLS not available"'),
    (saying(newest=ssl.TLSVersion.TLSv1_2, ciphers="aNULL:@SECLEVEL=0"),
     "TLS handshake failed: the server's alert is 'Handshake failed'"),
    (saying(starttls="220"), None),
    (saying(ehlo="250-mx\r\n250-starttls and more\r\n250 x"), None),
    (saying(greeting="220 bare line feeds\n220 ignored"), 'answered EHLO with "220 ignored"'),
]


def test_failures_one_line_each(world):
    def failure(case):
        behaviour, expected = case
        with serve(behaviour, identity) as server:
            code, out, err = world.probed("-c", config, f"127.0.0.1:{server.port}")
        if expected is None:
            equal((code, err), (0, ""))
        else:
            equal((code, out, err),
                  (69, f"\n127.0.0.1 [127.0.0.1]:{server.port}\n  {expected}\n", ""))

    config, identity = world.config("failures"), world.pki.server
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in pool.map(failure, FAILURES):
            pass


def test_garbage_in_place_of_tls(world):
    def garble(peer):
        talk(peer, "handshake")
        peer.connection.recv(100)
        peer.send(garbage)
        peer.wait_for_end()

    for number, garbage in enumerate((b"\x16\x03\x01\x00\x05hello", b"250 OK\r\n" * 100,
                                      os.urandom(70_000))):
        with serve(garble, world.pki.server) as server:
            code, out, _ = world.probed("-c", world.config(f"garbage-{number}"),
                                        f"127.0.0.1:{server.port}")
        equal(code, 69)
        if not re.search(r"^  (TLS handshake failed: |closed the connection during the TLS |"
                         r"timed out during the TLS )[ -~]*\n\Z", out, re.MULTILINE):
            raise AssertionError(out)


def test_slow_dribble_ends_at_the_deadline(world):
    def dribble(peer):
        with contextlib.suppress(OSError):
            while True:
                peer.send(b"2")
                peer.connection.settimeout(0.05)
                with contextlib.suppress(TimeoutError):
                    peer.connection.recv(1)

    with serve(dribble) as server:
        code, out, _ = world.probed("-c", world.config("dribble"), f"127.0.0.1:{server.port}")
    equal(code, 69)
    holds(out, "timed out while waiting for the greeting\n")


def test_nobody_listens(world):
    with serve(good, world.pki.server) as server:
        port = server.port
    code, out, _ = world.probed("-c", world.config("nobody"), f"127.0.0.1:{port}")
    equal((code, out), (69, f"\n127.0.0.1 [127.0.0.1]:{port}\n  connection refused\n"))
