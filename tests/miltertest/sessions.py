# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A daemon with a configuration of a case, and sessions with it."""

import itertools
from contextlib import contextmanager

from daemon_process import Daemon, Place
from milter_client import TLS, MilterClient
from policy_client import PolicyClient

DOOR = "[postfix-evidence]\nsocket = unix:{place}/evidence.sock\n"
MISSING = "451 4.7.0 Cannot verify"
UNTRUSTED_BY_SENDMAIL = TLS | {
    "v": "8.17.1.9", "{verify}": "FAIL", "{cn_subject}": "mail.contoso.com",
    "{cn_issuer}": "Test+20CA", "{cert_subject}": "/CN=mail.contoso.com",
    "{cert_issuer}": "/CN=Test+20CA"}


@contextmanager
def running(program, config):
    """A daemon with `{place}` in the configuration replaced; .door: a client of its door."""
    with Place() as place:
        place.write(config.replace("{place}", place.path))
        with Daemon(program, place) as daemon:
            daemon.door = PolicyClient(place.path + "/evidence.sock") if DOOR in config else None
            yield daemon
            if daemon.door:
                daemon.door.close()


def session(daemon, macros=None, **offer):
    """No more than negotiated."""
    return MilterClient(daemon.place.socket, macros).negotiate(**offer)


_ports = itertools.count(40000)


def greeted_session(daemon, macros=TLS, port=None):
    """After HELO. From a port of its own: the end of an earlier session may reach the filter
    late."""
    port = str(next(_ports)) if port is None else port
    client = session(daemon, macros | {"{client_port}": port})
    client.connect()
    client.helo("mail.contoso.com")
    return client
