# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Certificates that the daemon knows whole: its own judgement of them, the lock by which `forcetls
refresh` finds it, and what it says of those that end."""

import fcntl
import functools
import os
import shutil
import stat
import struct
import sys
import tempfile

from cases import Skip, case, equal, starts
from milter_client import TLS, VERIFIED
from sessions import DOOR, MISSING, UNTRUSTED_BY_SENDMAIL, greeted_session, running

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../live"))
from pki import make_pki  # noqa: E402

_folder = tempfile.TemporaryDirectory(prefix="forcetls-pki-")


@functools.cache
def partners():
    """A PKI for all cases of this file, or why there is none."""
    if not shutil.which("openssl"):
        raise Skip("openssl is not installed")
    return make_pki(_folder.name)


def known_config(pki, *leaves):
    """Contoso's mail must come with its name and CA; the certificates are known whole."""
    folder = tempfile.mkdtemp(dir=_folder.name)
    for number, leaf in enumerate(leaves):
        shutil.copy(leaf.chain, f"{folder}/partner{number}.pem")
    return ("[milter]\nstate-directory = {place}\n" + DOOR +
            f"[trust]\nca-file = {pki.ca_file}\nknown-certificates = {folder}\n"
            "[inbound contoso]\nmatch-sender = contoso.com\nrequire-certificate = partner\n"
            "[certificate partner]\nname = mail.contoso.com\nissuer = Test Issuing CA A1\n")


@case
def judges_known_certificates_itself(program):
    pki = partners()
    good, twin = pki.server_only, pki.issuer_twin
    wrong_name = pki.client("mail.fabrikam.com", usage="serverAuth")
    with running(program, known_config(pki, good, wrong_name)) as daemon:
        for leaf, macros, answer in (
                (good, TLS, "continue"), (wrong_name, TLS, "550 5.7.1 another name seen"),
                (twin, TLS, "550 5.7.5 an untrusted"), (None, TLS, "550 5.7.5"),
                # Postfix trusts it by its own CAs; the file tells more.
                (wrong_name, VERIFIED, "550 5.7.1 another name seen")):
            client = greeted_session(daemon, macros)
            equal(client.mail("<a@contoso.com>"), "continue")
            daemon.door.ask(client.values, leaf.sha256 if leaf else "")
            starts(client.rcpt("<u@example.org>"), answer)
            client.quit()
        client = greeted_session(daemon)
        equal(client.mail("<a@contoso.com>"), "continue")
        starts(client.rcpt("<postmaster>"), MISSING)  # silence: it might be a known one
        daemon.door.ask(client.values, good.sha256)
        equal(client.rcpt("<u@example.org>"), "continue")
        equal(client.eom(), ([], "accept"))
        client.quit()
        line = daemon.wait_for("action=pass")
        for pair in ("certificate=verified", "subject_cn=mail.contoso.com",
                     'issuer_cn="Test Issuing CA A1"', f"cert_sha256={good.sha256}",
                     f"key_sha256={good.key_sha256}", "certificate_source="):
            assert f" {pair}" in line, (pair, line)
        # One that is not known is shown with its digest, so that it can become known.
        assert f"certificate=untrusted cert_sha256={twin.sha256} " in daemon.wait_for(twin.sha256)


@case
def judges_known_certificates_on_sendmail_at_mail(program):
    pki = partners()
    good = pki.server_only
    with running(program, known_config(pki, good)) as daemon:
        for digest, answer in ((good.sha256, "accept"), ("ab" * 32, "550 5.7.5"), ("", MISSING)):
            client = greeted_session(daemon, UNTRUSTED_BY_SENDMAIL | {"{cert_fp}": digest.upper()})
            starts(client.mail("<a@contoso.com>"), answer)
            client.quit()


def lock_holder(path):
    """The process that holds a lock on the file, as forcetls refresh finds it."""
    with open(path, "rb") as file:
        asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _, _, _, pid = struct.unpack("hhqqi4x", fcntl.fcntl(file, fcntl.F_GETLK, asked))
    return pid if kind != fcntl.F_UNLCK else None


@case
def holds_a_lock_by_which_refresh_finds_it(program):
    state = "[milter]\nstate-directory = {place}\n"
    for more, held in (("", False), ("[trust]\n", True), ("[trust]\nrevocation = check\n", True)):
        with running(program, state + more) as daemon:
            path = daemon.place.path + "/forcetlsd.lock"
            equal(os.path.exists(path), held)
            if held:
                equal(stat.S_IMODE(os.stat(path).st_mode) & ~0o644, 0)
                daemon.reload()
                equal(lock_holder(path), daemon.process.pid)
                daemon.stop()
                equal(lock_holder(path), None)
    with running(program, state) as daemon:
        path = daemon.place.path + "/forcetlsd.lock"
        daemon.place.write((state + "[trust]\n").replace("{place}", daemon.place.path))
        daemon.reload()
        daemon.reload()  # the first is looked after before the second begins
        equal(lock_holder(path), daemon.process.pid)


@case
def goes_on_without_the_lock(program):
    with running(program, "[milter]\nstate-directory = {place}/none\n[trust]\n") as daemon:
        line = daemon.wait_for("forcetls refresh cannot tell this daemon")
        assert "/none/forcetlsd.lock: No such file or directory" in line, line


@case
def names_what_ends_at_start_and_after_a_reload(program):
    pki = partners()
    with running(program, known_config(pki, pki.expired)) as daemon:
        line = daemon.wait_for("expired at 2021-01-01T00:00:00Z")
        assert "warning" in line and "/partner0.pem: the certificate of " in line, line
        daemon.reload()
        daemon.wait_for("expired at 2021-01-01T00:00:00Z", 2)
