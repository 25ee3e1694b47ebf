#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Mail through a real Postfix, one message at a time, meets no 40 ms stall, neither where forcetls
adds a header nor where it quarantines: stall_live.py [FORCETLSD] [-m postfix]. Prints the time a
message takes, in milliseconds, and without a milter for comparison. Such a stall (a delayed ACK
that Nagle's algorithm waits for) hits every message: the median shows it on any machine."""

import statistics
import time

import instance
from forcetlsd import Forcetlsd
from live_bench import Suite
from postfix import Postfix
from smtp_client import Client, deliver

SUITE = Suite()
WARM_UP, MESSAGES = 5, 50
STALL = 25.0      # a message of 40 ms or more has stalled; a slow machine may need half of that
MESSAGE = "From: a@contoso.com\r\nSubject: x\r\n\r\n" + "Hello, this is a line of text.\r\n" * 120


def send_one(client):
    assert client.mail("a@contoso.com").ok and client.rcpt("user@local.test").ok
    reply = client.data(MESSAGE)
    assert reply.ok, str(reply)


def measure(address, one_session):
    """Milliseconds of each message, in one session or each in a session of its own."""
    times = []
    with Client(address) as client:
        client.ehlo()
        for _ in range(WARM_UP + MESSAGES):
            before = time.monotonic()
            if one_session:
                send_one(client)
            else:
                assert deliver(address, "a@contoso.com", message=MESSAGE).accepted
            times.append(1000 * (time.monotonic() - before))
    return times[WARM_UP:]


def check(what, address, limit):
    for one_session in (True, False):
        times = measure(address, one_session)
        median = statistics.median(times)
        print(f"     {what:32} {'one session' if one_session else 'a session each':15} "
              f"median {median:5.1f}  mean {statistics.mean(times):5.1f} ms", flush=True)
        assert median < limit, f"{what}: {median:.1f} ms"


@SUITE.test("", only="postfix")
def without_a_milter(bench):
    with Postfix(bench.base, bench.pki, delivery="discard") as mta:
        check("no milter", mta.smtp, 1000)


def stall_test(action, kind, scope):
    def test(bench):
        socket = (f"inet:{instance.free_port()}@127.0.0.1" if kind == "TCP" else
                  f"unix:{bench.base.sub('stall')}/milter.sock")
        config = f"[inbound contoso]\nmatch-sender = contoso.com\n{scope}on-violation = {action}\n"
        with Forcetlsd(bench.base, config, bench.program, socket) as milter, \
                Postfix(bench.base, bench.pki, milter=milter.socket, delivery="discard") as mta:
            check(f"{action}, {kind}{', by header' if scope else ''}", mta.smtp, STALL)
            assert milter.log().count(f"action={action}") >= 2 * MESSAGES, milter.log()[-500:]
    test.__name__ = f"{action}_over_{kind}{'_by_header' if scope else ''}"
    SUITE.test("", only="postfix")(test)


for each_scope in ("", "match-sender-in = either\n"):
    for each_action in ("tag", "quarantine"):
        for each_kind in ("unix", "TCP"):
            stall_test(each_action, each_kind, each_scope)

if __name__ == "__main__":
    raise SystemExit(SUITE.main())
