# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Judging needs neither disk nor network: forcetlsd runs without a network, and every file that it
has read turns into a FIFO, at which whoever opens it waits until it is written
(certificates_live.py)."""

import os
import re
import shutil
import signal
import subprocess

import instance
from certificate_bench import CertificateBench, certificate_suite, rules_config
from certificate_matrix import in_known_d
from certificate_revocation import answers_of
from pki import make_pki
from smtp_client import Tls

SUITE = certificate_suite()
WITHOUT_NETWORK = '#!/bin/sh\nexec unshare --net -- "{program}" "$@"\n'


def to_fifo(path):
    os.unlink(path)
    os.mkfifo(path)
    os.chmod(path, 0o666)


def reader_waits_at(fifo):
    """A descriptor that keeps it waiting; None: nobody reads."""
    try:
        return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


def files_below(directory):
    return [os.path.join(folder, name) for folder, _, names in os.walk(directory)
            for name in names]


def open_files(pid):
    """What the process has open of files and of sockets to other machines."""
    inet = "".join(open(f"/proc/{pid}/net/{table}", encoding="ascii").read()
                   for table in ("tcp", "tcp6", "udp", "udp6"))
    found = []
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{number}")
        except OSError:
            continue
        socket = re.match(r"socket:\[(\d+)\]", target)
        if target.startswith("/") or socket and f" {socket[1]} " in inet:
            found.append(target)
    return found


@SUITE.test("memory")
def neither_disk_nor_network(bench):
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        bench.skip("unshare --net is not allowed here")
    wrapper = os.path.join(bench.base.sub("no-network"), "forcetlsd")
    with open(wrapper, "w", encoding="ascii") as out:
        out.write(WITHOUT_NETWORK.format(program=bench.program))
    os.chmod(wrapper, 0o755)
    pki = bench.pki
    trust = os.path.join(bench.base.sub("trust"), "ca.pem")
    shutil.copy(pki.ca_file, trust)
    pinned = make_pki(bench.base.sub("pinned")).selfsigned
    rules = rules_config({
        "trusted": "[inbound]\nrequire-certificate = verified",
        "named": "name = mail.contoso.com\nroot = Test Root CA A\nmin-key-bits = 2048",
        "file": f"file = {pinned.certificate}"})
    known = {**in_known_d(pki), "revocable": pki.revocable, "revoked": pki.revoked}
    with CertificateBench(bench.make, bench.base, pki, wrapper) as own:
        own.use(rules, known=known.values(), trust=trust, revocation="check",
                answers=answers_of(pki, [pki.revoked], []))
        lock = os.path.join(own.state, "forcetlsd.lock")
        read = {own.filter.config_file, trust, pinned.certificate,
                *files_below(own.known), *files_below(own.state)} - {lock}
        for path in read:
            to_fifo(path)
        for version in ("1.2", "1.3"):
            for connector, certificate, words in (
                    ("trusted", known["known"], "accepted"),
                    ("named", known["known"], "accepted"),
                    ("named", known["twin"], "1024<2048 root"),
                    ("named", known["weak"], "1024<2048"),
                    ("named", known["another san"], "name"),
                    ("trusted", known["under_b"], "untrusted"),
                    ("trusted", known["expired"], "expired"),
                    ("trusted", known["outside constraints"], "untrusted"),
                    ("trusted", pki.revocable, "accepted"),
                    ("trusted", pki.revoked, "revoked"),
                    ("trusted", pki.server_only, "untrusted"),
                    ("file", pinned, "accepted"),
                    ("file", pki.selfsigned, "pin"),
                    ("trusted", None, "absent")):
                own.judge(connector, certificate, words, tls=Tls(version, certificate))
        opened = set(open_files(own.filter.pid)) - {"/dev/null", own.filter.log_file}
        assert opened <= {lock}, opened
        # Loading does read, waits, and keeps nobody waiting.
        os.kill(own.filter.pid, signal.SIGUSR1)
        held = instance.wait_for(lambda: reader_waits_at(own.filter.config_file), "a reader")
        own.judge("named", known["known"], "accepted")
        own.judge("named", known["another san"], "name")
        os.close(held)
