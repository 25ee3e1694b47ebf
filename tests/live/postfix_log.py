# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads in Postfix's log what came of each attempt to deliver a mail."""

import re
from dataclasses import dataclass, field

LINE = re.compile(r"postfix/(?P<service>[\w/-]+)\[(?P<pid>\d+)\]: (?P<text>.*)")
STATUS = re.compile(r"(?P<queue_id>\w+): to=<(?P<recipient>.*?)>, (?:orig_to=<.*?>, )?"
                    r"relay=(?P<relay>.*?), .*dsn=(?P<dsn>[\d.]+), "
                    r"status=(?P<status>\w+) \((?P<reason>.*)\)$")
TLS = re.compile(r"(?P<trust>\w+) TLS connection established to (?P<host>\S+?)\[(?P<address>.*?)\]"
                 r"\S*: (?P<version>\S+) with cipher (?P<cipher>\S+) \((?P<bits>\d+)/")


@dataclass(frozen=True)
class TlsConnection:
    """trust: Anonymous, Untrusted, Trusted or Verified."""

    trust: str
    host: str
    address: str
    version: str
    cipher: str
    bits: str


@dataclass
class Attempt:
    """One attempt to deliver to one recipient. `number` counts them for the mail, from 1. `notes`:
    what the same process had logged since its attempt before, on warnings, TLS connections, hosts
    that failed."""

    queue_id: str
    recipient: str
    relay: str                 # host[address]:port, or "none"
    dsn: str
    status: str                # sent, deferred, bounced
    reason: str
    service: str               # smtp; error or retry where none was to be connected to
    number: int
    notes: list = field(default_factory=list, repr=False)

    @property
    def tls(self):
        """All TLS connections of this attempt; the last is the one of `relay`."""
        return [TlsConnection(**found.groupdict()) for found in map(TLS.match, self.notes) if found]

    def __str__(self):
        return f"{self.status} {self.dsn} {self.reason}"


def read_attempts(log, queue_id):
    """The attempts for one mail, oldest first."""
    return read_all_attempts(log).get(queue_id, [])


def read_all_attempts(log):
    """{queue id: attempts, oldest first}"""
    notes, attempts = {}, {}
    for line in map(LINE.search, log.splitlines()):
        if not line:
            continue
        so_far, status = notes.setdefault(line["pid"], []), STATUS.match(line["text"])
        if not status:
            so_far.append(line["text"])
            continue
        of_mail = attempts.setdefault(status["queue_id"], [])
        of_mail.append(Attempt(**status.groupdict(), service=line["service"],
                               number=len(of_mail) + 1, notes=so_far))
        notes[line["pid"]] = []
    return attempts
