# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What the live tests of Sendmail's outbound mail share: a bench with a sending Sendmail whose
rulesets ask a forcetlsd (contrib/sendmail/forcetls-outbound.m4), and partners with servers of every kind.

    bench.use("[outbound a]\\nmatch-recipient = a.test\\n")
    sink = bench.partner("a.test", mail_sink.without_starttls)
    bench.check("a.test", "deferred 454 4.7.0 TLS policy: *")
    bench.check("b.test", "sent")

After each check no sink may have seen anything in the clear that it was not to see."""

import contextlib
import os
import re
import subprocess

import instance
from forcetlsd import Forcetlsd
from live_bench import Bench, expect
from partners import Partners
from sending_sendmail import SendingSendmail

HERE = os.path.dirname(os.path.realpath(__file__))
SNIPPET = os.path.join(HERE, "../../contrib/sendmail/forcetls-outbound.m4")
NOTHING = ""


class OutboundBench(Bench):
    """`asks`: Sendmail's rulesets ask forcetlsd. Further options are SendingSendmail's."""

    def __init__(self, make, base, pki, program, asks=True, **options):
        super().__init__(make, base, pki, program, **options)
        self.port, self._asks = instance.free_port(), asks

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.filter = stack.enter_context(
                Forcetlsd(self.base, self.complete(NOTHING), self.program))
            self._config = self.complete(NOTHING)
            self.partners = stack.enter_context(Partners(self.pki))
            self.mta = stack.enter_context(SendingSendmail(
                self.base, self.pki, self.partners, rules=self._rules(), **self._options))
            self._stack = stack.pop_all()
        return self

    def _rules(self):
        if not self._asks:
            return ""
        return (f"define(`FORCETLS_OUTBOUND_MAP', `inet:{self.port}@127.0.0.1')dnl\n"
                f"include(`{SNIPPET}')dnl\n")

    def complete(self, config):
        return f"{config}[outbound-map]\nsocket = inet:{self.port}@127.0.0.1\n"

    def use(self, config):
        """Forgets, too, the mail that waits: another configuration may let it go."""
        self.mta.forget()
        super().use(self.complete(config))

    def partner(self, domain, *arguments, **options):
        return self.mta.add_partner(domain, *arguments, **options)

    def check(self, to, wanted, clear=()):
        """Sends a mail to an address or a domain and expects this outcome; the Attempt. `clear`:
        the hosts that may see something in the clear."""
        recipient = to if "@" in to else f"user@{to}"
        attempt = self.mta.send(recipient)
        expect(str(attempt), wanted, recipient)
        self.expect_clear(clear)
        return attempt

    def expect_clear(self, hosts=()):
        """No other hosts saw anything in the clear."""
        seen = {host: lines for host, lines in self.partners.clear().items() if host not in hosts}
        assert not seen, seen


def policy(reason):
    """The refusal of the rulesets, in full but for the connector at its end."""
    return f"deferred 454 4.7.0 TLS policy: {reason} [outbound *"


def run_export(bench, *arguments, config, exit_code=0):
    """The output of `forcetls export` for a configuration; where it fails, the messages, with
    `forcetls.conf` as the file's name."""
    folder = bench.base.sub("export")
    path = os.path.join(folder, "forcetls.conf")
    with open(path, "w", encoding="utf-8") as out:
        out.write(config)
    program = os.path.join(os.path.dirname(bench.program), "forcetls")
    done = subprocess.run([program, "export", *arguments, "-c", path], check=False,
                                   capture_output=True, encoding="utf-8")
    assert done.returncode == exit_code, (done.returncode, done.stderr)
    return re.sub(rf"{folder}/", "", done.stdout if exit_code == 0 else done.stderr)
