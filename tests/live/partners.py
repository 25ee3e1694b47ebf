# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""The partners that mail goes out to: mail sinks on port 25 of loopback addresses of their own, and
the name server that leads to them.

    with Partners(pki) as partners:
        sink = partners.add("contoso.test")                    MX mx.contoso.test, its certificate
        partners.add("fabrikam.test", answering("454 no"), pki.selfsigned, host="mx.hosting.test")
        partners.publish_tlsa(sink)                            DNSSEC and a TLSA record
        ... partners.resolver, partners.clear()

A domain that is added again has one more MX; `zone` (see ../name_server.py) is free for the rest.
"""

import contextlib
import socket

import instance
import mail_sink
import name_server

SMTP_PORT, DNS_PORT = 25, 53


class Partners:
    """A context manager. .resolver is the name server's address, .sinks all sinks by host name,
    .asked what was asked of the name server."""

    def __init__(self, pki):
        instance.require_root()
        self._pki = pki
        self._stack = contextlib.ExitStack()
        self.zone, self.sinks = {}, {}
        self.resolver = instance.free_address(DNS_PORT, socket.SOCK_DGRAM)

    def __enter__(self):
        self._names = self._stack.enter_context(
            name_server.answer(self.zone, self.resolver, DNS_PORT))
        return self

    def __exit__(self, *_):
        self._stack.close()

    @property
    def asked(self):
        return self._names.asked

    def add(self, domain, behaviour=mail_sink.good, identity=None, host=None, preference=10):
        """A Sink that is an MX of this domain. host: its name; identity: an Identity of pki.py,
        default one for that name under issuing CA A1, which the MTA trusts."""
        host = host or f"mx.{domain}"
        address = instance.free_address(SMTP_PORT)
        sink = self._stack.enter_context(mail_sink.serve(
            behaviour, identity or self._pki.client(host, names=[host]), address, SMTP_PORT, host))
        self.sinks[host] = sink
        self.zone.setdefault((domain, "MX"), []).append((preference, host))
        self.zone[host, "A"], self.zone[host, "AAAA"] = [address], []
        return sink

    def sign(self, *names):
        """DNSSEC for these domains and all below."""
        self._names.signed.update(names)

    def publish_tlsa(self, sink, identity=None):
        """A TLSA record 3 1 1 for this sink's key, or another's, and DNSSEC for its host. The
        domain is signed on its own: sign()."""
        key = (identity or sink.identity).key_sha256
        self.zone[f"_{sink.port}._tcp.{sink.name}", "TLSA"] = [(3, 1, 1, key)]
        self.sign(sink.name)

    def clear(self):
        """{host: lines} of what came to any sink without TLS; see Sink.clear."""
        return {name: sink.clear for name, sink in self.sinks.items() if sink.clear}
