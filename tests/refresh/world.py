# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of `forcetls refresh` share: certificates whose URLs lead to a server on loopback,
folders with a configuration, and runs."""

import fcntl
import os
import shutil
import subprocess
from dataclasses import dataclass

import pki
from http_server import body

CONFIG = """[milter]
state-directory = {state}
[trust]
ca-file = {ca}
known-certificates = known.d
revocation = check
"""
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY", "no_proxy",
           "NO_PROXY")


def read(path):
    with open(path, "rb") as file:
        return file.read()


@dataclass
class Run:
    code: int
    lines: list
    errors: str

    def line(self, beginning):
        """The rest of the one line that begins so."""
        found = [line for line in self.lines if line.startswith(beginning)]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} lines {beginning!r} in\n" + "\n".join(self.lines))
        return found[0].removeprefix(beginning)


class Place:
    """A folder with forcetls.conf, known.d and the state directory."""

    def __init__(self, world, name, text="", known=()):
        self.world, self.folder = world, os.path.join(world.folder, name)
        self.state, self.known = (os.path.join(self.folder, end) for end in ("state", "known.d"))
        os.makedirs(self.state)
        os.makedirs(self.known)
        self.config = os.path.join(self.folder, "forcetls.conf")
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(CONFIG.format(state=self.state, ca=world.pki.ca_file) + text)
        for identity in known:
            self.know(identity)

    def know(self, identity):
        name = f"{len(os.listdir(self.known))}.pem"
        shutil.copy(identity.chain, os.path.join(self.known, name))

    def refresh(self, *arguments, timeout="2", proxy=None):
        environment = {key: value for key, value in os.environ.items() if key not in PROXIES}
        if proxy:
            environment["http_proxy"] = proxy
        done = subprocess.run(
            [self.world.program, "refresh", "-c", self.config, "--timeout", timeout, *arguments],
            capture_output=True, timeout=30, check=False, stdin=subprocess.DEVNULL,
            env=environment)
        return Run(done.returncode, done.stdout.decode().splitlines(), done.stderr.decode())

    def path(self, name):
        return os.path.join(self.state, name)

    def put(self, name, data):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as out:
            out.write(data)

    def answers(self):
        """Names of the files in crl and ocsp."""
        return sorted(f"{folder}/{name}" for folder in ("crl", "ocsp")
                      for name in os.listdir(self.path(folder)))


class World:
    def __init__(self, program, folder, server):
        self.program, self.folder, self.server = program, folder, server
        self.pki = maker = pki.make_pki(os.path.join(folder, "pki"))
        self.root_url, self.crl_url, self.ocsp_url = (
            server.url(path) for path in ("/root.crl", "/issuer.crl", "/ocsp"))
        self.issuer = maker.authority("issuer", "Refreshed CA", maker.root_a, crl=self.root_url)
        self.twin = maker.authority("issuer-twin", "Refreshed CA", maker.root_c)
        self.leaf = self.make_leaf("mail.contoso.com", crl=self.crl_url)
        self.asked = self.make_leaf("ocsp.contoso.com", ocsp=self.ocsp_url)
        self.crl = maker.crl(self.issuer)
        self.root_crl = maker.crl(maker.root_a)
        self.old_crl = maker.crl(self.issuer, validity=("20260101000000Z", "20490101000000Z"))
        self.stale_crl = maker.crl(self.issuer, validity=("20260101000000Z", "20260201000000Z"))
        self.old_ocsp = maker.ocsp(self.asked)

    def make_leaf(self, name, **how):
        return self.pki.leaf(self.issuer, name, organization="Contoso Ltd", **how)

    def reset(self):
        """A server with good CRLs."""
        self.server.asked.clear()
        self.server.sent = 0
        self.server.routes.clear()
        self.server.routes |= {"/root.crl": body(self.root_crl), "/issuer.crl": body(self.crl)}


class LockedFile:
    """As the daemon, or another run, holds it; this process is then whom forcetls finds."""

    def __init__(self, path):
        self._file = open(path, "wb")  # pylint: disable=consider-using-with
        fcntl.lockf(self._file, fcntl.LOCK_EX)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()
