# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A door that is missing, away, stalled, flooded, told rubbish or other digests: the partner whose
rule needs evidence fails closed, nobody else notices (evidence_live.py)."""

import contextlib
import errno
import grp
import os
import socket
import stat
import time

import instance
from certificate_bench import CertificateBench, certificate_suite, reply_of, try_mail
from evidence_bench import PARTNER, STRANGER, use, wrong
from live_bench import expect
from smtp_client import Client, Tls

SUITE = certificate_suite()
FLOOD = 1100
DUNNO = b"action=DUNNO\n\n"
FEW_FILES = '#!/bin/sh\nulimit -Sn 1024\nexec "{program}" "$@"\n'
LACK = "Postfix has told too little of a certificate that a connector looks at: "


def fails_closed(bench, to):
    """No evidence comes by this address: nobody but the partner is refused, whatever is shown."""
    pki = bench.pki
    for identity in (pki.selfsigned, wrong(pki), None):
        bench.judge("pinned", identity, "missing certificate", to=to)
    bench.judge("known", pki.server_only, "missing certificate", to=to)
    # What Postfix itself trusts needs no evidence, but for what only a digest can tell.
    bench.judge("named", pki.good, "accepted", to=to)
    for identity in (None, pki.good, pki.selfsigned):
        bench.check("accepted", STRANGER, tls=Tls("1.3", identity), to=to)
    bench.check("accepted", STRANGER, to=to)


@contextlib.contextmanager
def stalled_door(path):
    """A socket that takes connections and never answers."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        os.chmod(path, 0o666)
        listener.listen()
        yield


@SUITE.test("", only="postfix")
def port_without_a_door(bench):
    use(bench)
    fails_closed(bench, bench.mta.service("doorless"))
    # The other ports do not suffer.
    bench.judge("pinned", bench.pki.selfsigned, "accepted")
    bench.judge("pinned", wrong(bench.pki), "pin")


@SUITE.test("", only="postfix")
def door_that_is_not_there(bench):
    use(bench)
    fails_closed(bench, bench.mta.service("nowhere"))


@SUITE.test("", only="postfix")
def door_that_stalls(bench):
    pki = use(bench)
    stalled = bench.mta.service("stalled")
    with stalled_door(os.path.join(bench.mta.queue, "private", "stalled")):
        before = time.monotonic()
        bench.check("accepted", STRANGER, tls=Tls("1.3", pki.selfsigned), to=stalled)
        assert 0.9 < time.monotonic() - before < 4, "the policy service's own timeout is 1 s"
        fails_closed(bench, stalled)


@SUITE.test("", only="postfix")
def daemon_comes_back(bench):
    with bench.own("") as own:
        pki = use(own)
        with Client(own.mta.smtp) as client:
            client.ehlo()
            client.starttls(Tls("1.3", pki.selfsigned))
            expect(try_mail(client, PARTNER), "accepted")
            own.filter.stop()
            # Only root and postfix may remove a file there: the daemon's start replaces it.
            with socket.socket(socket.AF_UNIX) as door:
                assert door.connect_ex(own.door) == errno.ECONNREFUSED
            own.filter.start()
        # smtpd's connection to the door was cut.
        own.judge("pinned", pki.selfsigned, "accepted")
        own.judge("pinned", wrong(pki), "pin")


@SUITE.test("", only="postfix")
def lack_is_told_once_a_minute(bench):
    with bench.own("", services={"doorless": {"smtpd_recipient_restrictions": "permit"}}) as own:
        use(own)
        for _ in range(2):
            fails_closed(own, own.mta.service("doorless"))
        lines = [line for line in own.filter.log().splitlines() if LACK in line]
        assert len(lines) == 1, "\n".join(lines)
        address = "{}:{}".format(*own.mta.service("doorless"))
        expect(lines[0].partition(LACK)[2],
               f"at {address} nothing came to the service of [postfix-evidence]; the "
               "smtpd_recipient_restrictions of main.cf, or of that port in master.cf, must begin "
               "with check_policy_service, which must reach its socket; for a bare postmaster "
               "Postfix does not ask it")


@SUITE.test("", only="postfix")
def no_door_configured(bench):
    with CertificateBench(bench.make, bench.base, bench.pki, bench.program, door=False,
                          main_cf={}) as own:
        use(own)
        pki = bench.pki
        for identity in (pki.selfsigned, None):
            reply = own.ask(PARTNER, identity)
            expect(reply, "mail 451 4.7.0 Cannot verify the client certificate for mail from "
                          "pinned.example, try again later [pinned]")
        own.check("accepted", STRANGER, tls=Tls("1.3", pki.selfsigned))
        own.filter.wait_log(LACK + r"configure \[postfix-evidence\]")


def digests_of_other_sizes(bench, to, sizes, setting):
    pki = bench.pki
    for size, address in zip(sizes, to, strict=True):
        for _ in range(2):
            bench.judge("pinned", pki.selfsigned, "missing certificate", to=address)
            bench.judge("known", pki.server_only, "missing certificate", to=address)
            bench.judge("pinned", None, "absent", to=address)
            bench.judge("named", pki.good, "accepted", to=address)
            bench.check("accepted", STRANGER, tls=Tls("1.3", pki.selfsigned), to=address)
        lines = [line for line in bench.filter.log().splitlines()
                 if f"tells digests of {size} bits" in line]
        assert len(lines) == 1 and setting in lines[0], "\n".join(lines)


@SUITE.test("", only="postfix")
def digests_that_do_not_count(bench):
    use(bench)
    digests_of_other_sizes(bench, map(bench.mta.service, ("md5", "sha1")), (128, 160),
                           "smtpd_tls_fingerprint_digest = sha256")
    bench.judge("pinned", bench.pki.selfsigned, "accepted")


@SUITE.test("", only="sendmail")
def fingerprints_that_do_not_count(bench):
    for fingerprint, size in ((None, 128), ("md5", 128), ("sha1", 160)):
        with bench.own("", fingerprint=fingerprint) as own:
            use(own)
            digests_of_other_sizes(own, [own.mta.smtp], [size],
                                   "CertFingerprintAlgorithm=sha256")


@SUITE.test("", only="sendmail")
def fingerprints_that_count(bench):
    pki = use(bench)
    for identity, words in ((pki.selfsigned, "accepted"), (wrong(pki), "pin"), (None, "absent")):
        bench.judge("pinned", identity, words)
    bench.judge("known", pki.server_only, "accepted")
    for version in ("1.2", "1.3"):
        tls = Tls(version, pki.selfsigned, resume=True)
        for _ in range(2):
            bench.judge("pinned", None, "accepted", tls=tls)


def request_about(client, server, identity, **changes):
    """What Postfix would ask about this connection, had it shown that certificate."""
    told = {"request": "smtpd_access_policy", "protocol_state": "RCPT",
            "client_address": "127.0.0.1", "client_port": client.local_port,
            "server_address": server[0], "server_port": server[1],
            "ccert_fingerprint": identity.sha256, "ccert_pubkey_fingerprint": identity.key_sha256,
            "ccert_subject": "", "ccert_issuer": "", "encryption_protocol": client.tls_version,
            "encryption_cipher": client.cipher, "encryption_keysize": "256", **changes}
    return "".join(f"{name}={value}\n" for name, value in told.items()).encode() + b"\n"


@SUITE.test("", only="postfix")
def what_counts_as_evidence(bench):
    pki = use(bench)
    with Client(bench.mta.smtp) as client:
        client.ehlo()
        client.starttls(Tls("1.3", wrong(pki)))
        for changes in ({"protocol_state": "MAIL"}, {"protocol_state": "DATA"},
                        {"protocol_state": "END-OF-MESSAGE"}, {"request": "other"},
                        {"client_port": client.local_port + 1}, {"client_address": "127.0.0.2"},
                        {"server_address": "127.0.0.2"}, {"server_port": 25},
                        {"client_port": "unknown"}, {"encryption_protocol": "TLSv1.2"},
                        {"encryption_cipher": "TLS_AES_128_GCM_SHA256"},
                        {"encryption_keysize": "128"}, {"ccert_subject": "mail.contoso.com"},
                        {"encryption_protocol": "", "encryption_cipher": "",
                         "encryption_keysize": "0"}):
            expect(str(ask_door(bench.door, request_about(client, bench.mta.smtp, pki.selfsigned,
                                                          **changes))), str(DUNNO))
            expect(try_mail(client, PARTNER, "postmaster"),
                   f"rcpt {reply_of('missing certificate', 'pinned')}", str(changes))
        bench.filter.wait_log("was of another TLS session than its macros, and was dropped")
        # Whoever may talk to the door is believed: it is a socket that only Postfix may open.
        ask_door(bench.door, request_about(client, bench.mta.smtp, pki.selfsigned))
        expect(try_mail(client, PARTNER, "postmaster"), "accepted")
    mode = stat.filemode(os.stat(bench.door).st_mode)
    expect(f"{mode} {grp.getgrgid(os.stat(bench.door).st_gid).gr_name}", "srw-rw---- postfix")


def ask_door(path, request):
    """The answer to a request, or b"" if the connection is closed."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(path)
        client.sendall(request)
        try:
            return client.recv(4096)
        except ConnectionError:
            return b""


def send_until_cut_off(path, chunk, most):
    """How many bytes the door took before it hung up."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(path)
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < most:
                sent += client.send(chunk)
    return sent


@SUITE.test("", only="postfix")
def rubbish_at_the_door(bench):
    pki = use(bench)
    for request, answer in (
            (b"request=smtpd_access_policy\nprotocol_state=RCPT\n\n", DUNNO),
            (b"request=smtpd_access_policy\nprotocol_state=END-OF-MESSAGE\nsize=1\n\n", DUNNO),
            (b"request=junk\nclient_port=unknown\nccert_fingerprint=zz\n\n", DUNNO),
            (b"\n", DUNNO), (b"no such line\n\n", b""), (b"a=\0\n\n", b""),
            (b"EHLO client.example\r\n", b"")):
        expect(str(ask_door(bench.door, request)), str(answer), str(request))
    for chunk in (b"name=value\n" * 100, b"x" * 1000, b"name=" + b"x" * 995):
        sent = send_until_cut_off(bench.door, chunk, 10_000_000)
        assert sent < 1_000_000, f"{sent} bytes"
    bench.judge("pinned", pki.selfsigned, "accepted")
    assert bench.filter.running()


@SUITE.test("", only="postfix")
def flooded_door(bench):
    """1,000 connections are served and no more; with all taken, smtpd learns nothing for the
    partner, and the milter goes on, though the daemon began with 1,024 files."""
    wrapper = os.path.join(bench.base.sub("few-files"), "forcetlsd")
    with open(wrapper, "w", encoding="ascii") as out:
        out.write(FEW_FILES.format(program=bench.program))
    os.chmod(wrapper, 0o755)
    with CertificateBench(bench.make, bench.base, bench.pki, wrapper) as own, \
            contextlib.ExitStack() as stack:
        pki = use(own)
        flood = []
        for _ in range(FLOOD):
            client = stack.enter_context(socket.socket(socket.AF_UNIX))
            client.settimeout(5)
            client.connect(own.door)
            flood.append(client)
        for client in flood[1000:]:
            expect(str(client.recv(1)), "b''")
        for client in flood[:1000]:
            client.settimeout(0)
            try:
                raise AssertionError(f"closed early: {client.recv(1)}")
            except BlockingIOError:
                pass
        own.judge("pinned", pki.selfsigned, "missing certificate")
        own.judge("named", pki.good, "accepted")
        own.check("accepted", STRANGER, tls=Tls("1.3", pki.selfsigned))
        # All of them are still served.
        for client in flood[:1000]:
            client.settimeout(5)
            client.sendall(b"request=smtpd_access_policy\n\n")
            expect(str(client.recv(100)), str(DUNNO))
        for client in flood:
            client.close()
        # When they have gone the door is open again.
        instance.wait_for(lambda: own.ask(PARTNER, pki.selfsigned) == "accepted", "evidence", 5)
        own.judge("pinned", wrong(pki), "pin")
        lines = own.filter.log().count("connections are open, one more was closed at once")
        assert lines == 1, own.filter.log()
