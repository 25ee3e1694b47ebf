# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A partner with mail and name servers on loopback."""

import contextlib

import name_server
from cases import Skip
from starttls_server import good, serve


def zone_of_partner():
    both = {"A": ["127.0.0.1"], "AAAA": ["::1"]}
    zone = {
        ("partner.test", "MX"): [(20, "mx2.partner.test"), (10, "mx1.partner.test"),
                                 (30, "MX1.partner.test")],
        ("xn--prtner-bua.test", "MX"): [(10, "mx1.partner.test")],
        ("nomail.test", "MX"): [(0, ".")],
        ("odd.test", "MX"): [(10, "not\\.one"), (10, "a b.test"), b"\0", b"\0\1\xc0"],
        ("mixed.test", "MX"): [(0, "."), (10, "mx1.partner.test")],
        ("bare.test", "MX"): [], ("bare.test", "A"): ["127.0.0.1"],
        ("empty.test", "MX"): [], ("empty.test", "A"): [],
        ("lost.test", "MX"): [(10, "nowhere.test")],
        ("half.test", "MX"): [(10, "mx1.partner.test"), (20, "nowhere.test")],
        ("many.test", "MX"): [(i, f"mx{i}.many.test") for i in range(12)],
        ("broken.test", "MX"): name_server.SERVFAIL,
        ("refused.test", "MX"): name_server.REFUSED,
        ("silent.test", "MX"): name_server.SILENCE,
        ("malformed.test", "MX"): name_server.MALFORMED,
        ("badaddress.test", "MX"): [], ("badaddress.test", "A"): name_server.SERVFAIL,
    }
    for host in ("mx1.partner.test", "mx2.partner.test"):
        zone |= {(host, kind): values for kind, values in both.items()}
    zone |= {(f"mx{i}.many.test", "A"): ["127.0.0.1"] for i in range(12)}
    return zone


@contextlib.contextmanager
def servers_of_partner(world):
    """A mail server on both loopback addresses at one port, and a name server."""
    with contextlib.ExitStack() as stack:
        four = stack.enter_context(serve(good, world.pki.good))
        try:
            six = stack.enter_context(serve(good, world.pki.good, "::1", four.port))
        except OSError as error:
            raise Skip(f"no ::1 on this machine: {error}") from error
        names = stack.enter_context(name_server.answer(zone_of_partner()))
        yield four, six, names
