# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Debian's smtp(8), which is chrooted in the queue directory: a unix socket and trust anchors there
(outbound_live.py)."""

import contextlib
import os
import re
import shutil
import subprocess

from forcetlsd import Forcetlsd
from mail_sink import without_starttls
from outbound_bench import JAIL_SOCKET, JAILED, outbound_suite, partner
from socketmap_client import ask

SUITE = outbound_suite()
QUEUE = "/var/spool/postfix"
ROOT = "require-certificate = {0}\n[certificate {0}]\nroot = Test Root CA A"


@contextlib.contextmanager
def jailed_daemon(bench, config, queue, before=()):
    """A forcetlsd that the chrooted smtp(8) asks. queue: the queue directory's name to it."""
    folder = os.path.join(bench.mta.queue, os.path.dirname(JAIL_SOCKET))
    os.makedirs(folder, exist_ok=True)
    shutil.chown(folder, "nobody", "postfix")
    config += f"[trust]\nca-file = {bench.pki.ca_file}\n"
    with Forcetlsd(bench.base, config, bench.program, outbound=f"unix:{queue}/{JAIL_SOCKET}",
                   settings={"state-directory": bench.state}, before=before) as daemon:
        yield daemon
    shutil.rmtree(folder)


def as_debian(bench):
    """Words of a command that has the queue directory at the place that Debian's has."""
    words = ["unshare", "--mount", "sh", "-c",
             f'mount --bind {bench.mta.queue} {QUEUE} && exec "$@"', "sh"]
    if not os.path.isdir(QUEUE) or subprocess.run([*words, "true"], capture_output=True,
                                                  check=False).returncode:
        bench.skip("cannot mount a queue directory")
    return words


@SUITE.test("chroot:")
def asks_by_a_unix_socket(bench):
    config = partner("jailed", "require-certificate = verified") + partner("jailed-clear", "")
    bench.partners.add("jailed.test")
    for name in ("jailed-clear", "jailed-other"):
        bench.partners.add(f"{name}.test", without_starttls)
    with jailed_daemon(bench, config, bench.mta.queue):
        bench.check_all({"jailed": "sent", "jailed-clear": "no TLS",
                         "jailed-other": "in the clear"}, sender=JAILED)
    bench.check_all({"v@jailed.test": "no policy", "v@jailed-clear.test": "no policy"},
                    sender=JAILED)


@SUITE.test("chroot:")
def anchors_it_cannot_read_make_mail_wait(bench):
    """Those in state-directory."""
    bench.partners.add("unreadable.test")
    config = partner("unreadable", ROOT.format("c-unreadable"))
    with jailed_daemon(bench, config, bench.mta.queue):
        (attempt, _), = bench.send_all(["u@unreadable.test"], sender=JAILED)
    bench.expect(attempt, "no policy")
    warning = rf"warning: error opening trust anchor file: {bench.state}/anchors/\w+.pem: No such"
    assert any(re.match(warning, line) for line in attempt.notes), attempt.notes


@SUITE.test("chroot:")
def anchors_in_it_are_found(bench):
    config = (partner("jail-right", ROOT.format("c-right")) +
              partner("jail-other", ROOT.format("c-other")) +
              f"[outbound-map]\nanchor-directory = {QUEUE}/forcetls/anchors\n")
    bench.partners.add("jail-right.test")
    bench.partners.add("jail-other.test", identity=bench.pki.client(
        "mx.jail-other.test", issuer=bench.pki.root_c))
    with jailed_daemon(bench, config, QUEUE, as_debian(bench)):
        policy = ask(f"unix:{bench.mta.queue}/{JAIL_SOCKET}", "postfix-tls", "jail-right.test")
        assert " tafile=forcetls/anchors/" in policy, policy
        bench.check_all({"jail-right": "sent", "jail-other": "not verified"}, sender=JAILED)
