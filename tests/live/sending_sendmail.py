# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A private Sendmail that sends to the sinks of partners.py.

    with SendingSendmail(base, pki, partners, access="TLS_Rcpt:a.test\\tTEMP+ENCR:1\\n") as mta:
        str(mta.send("user@a.test"))                  # "sent", "deferred 454 4.7.0 TLS policy: ..."
        mta.run_queue()

It asks no DNS: mail for a domain goes to the host `mx.` and the domain, or to those that `routes`
names for it ({"two.test": "mx.two.test:mx2.two.test"}, as several MX). A mail is tried again by
run_queue() alone."""

import glob
import os
import re
import subprocess
from dataclasses import dataclass

import instance
from sendmail import Sendmail
from smtp_client import MESSAGE, deliver

SENDER = "sender@local.test"
ROUTE = "R$* < @ {domain} . > $*\t$#esmtp $@ {hosts} $: $1 < @ {domain} . > $2\n"
ROUTE_OTHERS = "R$* < @ $+ . > $*\t$#esmtp $@ mx.$2 $: $1 < @ $2 . > $3\n"
TO_LINE = re.compile(r": (?P<id>\w+): to=(?P<to>.*?), .*stat=(?P<stat>.*)")
REJECT_LINE = re.compile(
    r": (?P<id>\w+): ruleset=tls_rcpt, arg1=(?P<to>.*?), .*reject=(?P<text>.*)")


@dataclass
class Attempt:
    """What became of a mail for one recipient: "sent", or "deferred" or "bounced" and why."""

    queue_id: str
    recipient: str
    outcome: str

    def __str__(self):
        return self.outcome


class SendingSendmail(Sendmail):
    """As Sendmail, but for delivered(): here nothing is. access: the text of its access map, made
    by makemap; None: it has none."""

    def __init__(self, base, pki, partners, access=None, routes=None, **options):
        self._partners, self._access = partners, access
        routing = "LOCAL_RULE_0\n" + "".join(
            ROUTE.format(domain=domain, hosts=hosts) for domain, hosts in (routes or {}).items())
        rules = routing + ROUTE_OTHERS + options.pop("rules", "")
        defines = {"SMART_HOST": None, **options.pop("defines", {})}
        super().__init__(base, pki, rules=rules, defines=defines, **options)

    def send(self, recipients, sender=SENDER, message=MESSAGE, wanted=1):
        """Submits a mail and waits until it was tried for `wanted` recipients: one Attempt, or, for
        a list of recipients, all."""
        record = deliver(self.smtp, sender, recipients, message=message)
        if not record.accepted:
            raise instance.Failed(f"not submitted: {record.stage} {record.final}")
        queue_id = record.data.text.split()[1]
        attempts = self.wait_attempts(queue_id, wanted)
        return attempts if isinstance(recipients, list) else attempts[0]

    def wait_attempts(self, queue_id, count):
        """All attempts for a mail, once there are so many."""
        return instance.wait_for(lambda: self.attempts(queue_id)[count - 1:] and
                                 self.attempts(queue_id), f"attempts for {queue_id}",
                                 process=self._daemon)

    def attempts(self, queue_id):
        log = self.log()
        rejects = {found["to"]: found["text"] for found in REJECT_LINE.finditer(log)
                   if found["id"] == queue_id}
        return [Attempt(queue_id, address, read_outcome(found["stat"], rejects.get(address, "")))
                for found in TO_LINE.finditer(log) if found["id"] == queue_id
                for address in found["to"].replace("<", "").replace(">", "").split(",")]

    def run_queue(self):
        """Tries all that waits in one process, and waits for its end."""
        self._run(["-qf", "-O", "MinQueueAge=0"])

    def forget(self):
        """Forgets all that waits, once nothing is under way."""
        instance.wait_for(lambda: len(self.processes()) <= 1, "end of deliveries",
                          process=self._daemon)
        for path in glob.glob(os.path.join(self.queue, "*")):
            os.unlink(path)

    def write_config(self):
        self._publish_hosts()
        if self._access is not None:
            path = os.path.join(self.etc, "access")
            with open(path, "w", encoding="utf-8") as out:
                out.write(self._access)
            self.make_map(path)
            feature = f"FEATURE(`access_db', `hash {path}')\n"
            if not self._mc.startswith(feature):
                self._mc = feature + self._mc
        super().write_config()

    def make_map(self, path):
        """Debian's makemap(8) on a source; the map lies beside it."""
        with open(path, "rb") as source:
            self._makemap("hash", path, source=source)

    def dump_map(self, path):
        """The lines of a map, as `makemap -u` has them."""
        return self._makemap("-u", "hash", path).splitlines()

    def _makemap(self, *arguments, source=subprocess.DEVNULL):
        none = os.path.join(self.etc, "none.cf")
        open(none, "w", encoding="ascii").close()
        program = os.path.join(os.path.dirname(self._program), "makemap")
        environment = {"LD_LIBRARY_PATH": self._environment()["LD_LIBRARY_PATH"]}
        done = subprocess.run([program, "-C", none, *arguments], stdin=source, check=False,
                              capture_output=True, env=environment, encoding="utf-8")
        if done.returncode:
            raise instance.Failed(f"makemap {arguments}: {done.stderr}")
        return done.stdout

    def add_partner(self, *arguments, **options):
        """As Partners.add(); Sendmail finds it from now on."""
        sink = self._partners.add(*arguments, **options)
        self._publish_hosts()
        return sink

    def _publish_hosts(self):
        hosts = {sink.address: name for name, sink in self._partners.sinks.items()}
        instance.write_hosts(self.directory, hosts)


def read_outcome(stat, reject):
    if stat.startswith("Sent"):
        return "sent"
    kind, _, why = stat.partition(": ")
    why = reject or why
    return f"deferred {why}".rstrip() if kind == "Deferred" else f"bounced {stat}"
