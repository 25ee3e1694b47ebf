#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Proves the live harness alone, without forcetls: each MTA starts, takes mail in the clear and
over TLS, lets it be read back, asks a milter, holds what that quarantines, leaves nothing behind.
Mail that goes out: harness_outbound.py."""

import contextlib
import os
import socket
import struct
import sys
import threading
import time
import traceback

import harness_outbound
import instance
from instance import BaseDirectory, Unavailable
from partners import Partners
from pki import make_pki
from postfix import Postfix
from sending_postfix import SendingPostfix
from sendmail import Sendmail
from smtp_client import Client, Disconnected, Tls, deliver

# libmilter/mfdef.h: actions and protocol flags of a milter that wants to hear of nothing but EOM.
SMFIF_QUARANTINE, SMFIP_NO_ALL_BUT_EOM = 0x20, 0x37F


class QuarantineMilter:
    """Quarantines every message, reason "harness". Listens when constructed."""

    def __init__(self, listener):
        self._listener = listener
        threading.Thread(target=self._accept, daemon=True).start()

    @classmethod
    def on_unix(cls, path):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        os.chmod(path, 0o666)
        listener.listen()
        return cls(listener)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as packets:
            while size := packets.read(4):
                command = packets.read(struct.unpack(">I", size)[0])[:1]
                if command == b"O":
                    self._send(connection, b"O" + struct.pack(">III", 6, SMFIF_QUARANTINE,
                                                              SMFIP_NO_ALL_BUT_EOM))
                elif command == b"E":
                    self._send(connection, b"qharness\0")
                    self._send(connection, b"c")

    @staticmethod
    def _send(connection, packet):
        connection.sendall(struct.pack(">I", len(packet)) + packet)

    def close(self):
        self._listener.close()


def accepts(mta, pki, expected_version, **how):
    """Delivers with these options; true if the message came out and shows this TLS version."""
    mta.clear()
    record = deliver(how.pop("to", mta.smtp), "a@contoso.com", **how)
    assert record.accepted, f"{record.stage}: {record.final}"
    assert record.tls_version == expected_version, record.tls_version
    (message,) = mta.delivered()
    assert message.sender == "a@contoso.com" and message.recipients == ["user@local.test"], message
    assert message.headers("Subject") == ["test"], message.header_names
    received = message.headers("Received")[0]
    assert expected_version is None or expected_version in received, received


def plain(mta, pki):
    accepts(mta, pki, None)


def tls_1_1(mta, pki):
    accepts(mta, pki, "TLSv1.1", tls=Tls("1.1"))


def tls_1_0_without_second_ehlo(mta, pki):
    accepts(mta, pki, "TLSv1", tls=Tls("1.0"), second_ehlo=False)


def tls_1_3_with_certificate(mta, pki):
    accepts(mta, pki, "TLSv1.3", tls=Tls("1.3", pki.good))
    trusted = {"postfix": r"Trusted TLS connection.*TLSv1\.3", "sendmail": r"TLSv1\.3, verify=OK"}
    mta.wait_log(trusted[mta.name])


def untrusted_certificate(mta, pki):
    accepts(mta, pki, "TLSv1.3", tls=Tls("1.3", pki.untrusted))
    untrusted = {"postfix": "Untrusted TLS connection", "sendmail": "verify=FAIL"}
    mta.wait_log(untrusted[mta.name])


def cipher_is_chosen(mta, pki):
    record = deliver(mta.smtp, "a@contoso.com", tls=Tls("1.2", ciphers="AES128-SHA"))
    assert record.accepted and record.cipher == "AES128-SHA", record


def wrapper_mode(mta, pki):
    accepts(mta, pki, "TLSv1.3", to=mta.smtps, tls=Tls("1.3", pki.good), wrapper=True)


def ipv6(mta, pki):
    if instance.have_ipv6():
        accepts(mta, pki, "TLSv1.2", to=mta.smtp6, tls=Tls("1.2"))


def names_of_clients(mta, pki):
    for address, name in (("127.0.0.5", "mx.contoso.com"), ("127.0.0.6", None)):
        mta.clear()
        assert deliver(mta.smtp, "a@contoso.com", source=address).accepted
        received = mta.delivered()[0].headers("Received")[0]
        assert address in received and ("mx.contoso.com" in received) == bool(name), received


def null_sender_and_recipients(mta, pki):
    mta.clear()
    recipients = ["a@x.test", "b@y.test", "c@y.test"]
    record = deliver(mta.smtp, "", recipients, pipelined=True)
    assert record.accepted and len(record.rcpt) == 3, record
    (message,) = mta.delivered()
    assert message.sender == "" and sorted(message.recipients) == recipients, message


def two_messages_one_connection(mta, pki):
    mta.clear()
    with Client(mta.smtp) as client:
        client.ehlo()
        for sender in ("a@one.test", "b@two.test"):
            assert client.mail(sender).ok and client.rcpt("user@local.test").ok
            assert client.data("Subject: x\n\n.dot\n").ok
    messages = mta.delivered()
    assert sorted(message.sender for message in messages) == ["a@one.test", "b@two.test"]
    assert all(message.content.endswith(b"\n\n.dot\n") for message in messages), messages


def resumption(mta, pki):
    tls = Tls("1.2", pki.good, resume=True)
    for expected in (False, True):
        with Client(mta.smtp) as client:
            client.ehlo()
            client.starttls(tls)
            assert client.resumed == expected


def failed_handshake_is_a_record(mta, pki):
    record = deliver(mta.smtp, "a@contoso.com", tls=Tls("1.2", ciphers="PSK"))
    assert (record.stage, record.final.code) == ("starttls", 0), record


def local_submission(mta, pki):
    mta.clear()
    mta.submit("a@contoso.com", "user@local.test", "Subject: local\n\nHello.\n")
    assert mta.delivered()[0].headers("Subject") == ["local"]


def reload(mta, pki):
    mta.reload(**{"postfix": {"main_cf": {"smtpd_banner": "mx.local.test ESMTP other"}},
                  "sendmail": {"mc": "define(`confSMTP_LOGIN_MSG', `mx.local.test other')"}
                  }[mta.name])
    with Client(mta.smtp) as client:
        assert "other" in client.banner.text, client.banner


ON_ONE_INSTANCE = (
    plain, tls_1_1, tls_1_0_without_second_ehlo, tls_1_3_with_certificate, untrusted_certificate,
    cipher_is_chosen, wrapper_mode, ipv6, names_of_clients, null_sender_and_recipients,
    two_messages_one_connection, resumption, failed_handshake_is_a_record, local_submission, reload)


def starts_and_ends(make, base, pki):
    before = time.monotonic()
    with make(base, pki) as mta:
        assert time.monotonic() - before < 15, "slow start"
        assert mta.processes()
        directory = mta.directory
    # Looked at from outside, not by what the harness believes it has started.
    left = [pid for pid in filter(str.isdigit, os.listdir("/proc"))
            if directory in _command_and_place(pid)]
    assert not left and not mta.running(), left


def _command_and_place(pid):
    with contextlib.suppress(OSError):
        command = open(f"/proc/{pid}/cmdline", errors="replace").read()
        return command + os.readlink(f"/proc/{pid}/cwd")
    return ""


def milter_missing_means_451(make, base, pki):
    with make(base, pki, milter=f"inet:{instance.free_port()}@127.0.0.1") as mta:
        assert deliver(mta.smtp, "a@contoso.com").final.code == 451


def quarantine(make, base, pki):
    path = os.path.join(base.path, f"quarantine-{make.name}.sock")
    milter = QuarantineMilter.on_unix(path)
    with make(base, pki, milter=f"unix:{path}") as mta:
        assert deliver(mta.smtp, "a@contoso.com").accepted
        assert mta.delivered() == []
        (held,) = mta.held()
        assert held.sender == "a@contoso.com" and held.recipients == ["user@local.test"], held
        assert held.headers("Subject") == ["test"] and b"Hello." in held.content, held
        assert held.reason == ("harness" if mta.name == "sendmail" else ""), held.reason
        mta.release(held.queue_id)
        instance.wait_for(lambda: not mta.held(), "release")
        assert mta.delivered()[0].queue_id
        assert deliver(mta.smtp, "a@contoso.com").accepted
        mta.clear()
        assert mta.held() == mta.delivered() == []
    milter.close()


def postfix_services(_, base, pki):
    services = {"proxy": {"smtpd_upstream_proxy_protocol": "haproxy"}, "un": {"listen": "unix"},
                "jail": {"chroot": True}, "xc": {"smtpd_authorized_xclient_hosts": "127.0.0.0/8"}}
    header = b"PROXY TCP4 203.0.113.9 127.0.0.1 1234 25\r\n"
    with Postfix(base, pki, services=services) as mta:
        for name, how, seen in (
                ("proxy", {"prelude": header}, "203.0.113.9"), ("un", {}, "localhost"),
                ("jail", {"tls": Tls("1.3", pki.good)}, "TLSv1.3"),
                ("xc", {"xclient": {"addr": "203.0.113.7", "name": "a.example"}}, "a.example")):
            mta.clear()
            record = deliver(mta.service(name), "a@contoso.com", **how)
            assert record.accepted, f"{name}: {record.stage} {record.final}"
            assert seen in mta.delivered()[0].headers("Received")[0], name


def null_cipher(make, base, pki):
    options = {"postfix": {"main_cf": {"smtpd_tls_ciphers": "null"}},
               "sendmail": {"ciphers": "ALL:eNULL:@SECLEVEL=0"}}[make.name]
    with make(base, pki, **options) as mta:
        record = deliver(mta.smtp, "a@contoso.com", tls=Tls("1.2", ciphers="eNULL"))
        assert record.accepted and "NULL" in record.cipher, record


def sendmail_options(_, base, pki):
    services = {"more": {"listen": "127.0.0.1", "modifiers": "a"}}
    with Sendmail(base, pki, services=services, fingerprint="sha256", ask_for_certificate=False,
                  delivery="discard") as mta:
        with Client(mta.service("more")) as client:
            assert client.ehlo().ok and client.mail("a@contoso.com").code == 530
        assert deliver(mta.smtp, "a@contoso.com", tls=Tls("1.3", pki.good)).accepted
        assert mta.delivered() == []
        mta.wait_log(r"verify=NOT\b")


def run(name, test, *arguments):
    """1 if the test passed."""
    try:
        test(*arguments)
    except (AssertionError, instance.Failed, Disconnected, OSError, ValueError, IndexError):
        print(f"FAIL {name}\n{traceback.format_exc()}")
        return 0
    print(f"ok   {name}")
    return 1


def run_all(base, pki):
    results = []
    for make in (Postfix, Sendmail):
        with make(base, pki, hosts={"127.0.0.5": "mx.contoso.com"}) as mta:
            results += [run(f"{mta.name}: {test.__name__}", test, mta, pki)
                        for test in ON_ONE_INSTANCE]
        own = {Postfix: postfix_services, Sendmail: sendmail_options}[make]
        results += [run(f"{make.name}: {test.__name__}", test, make, base, pki)
                    for test in (starts_and_ends, milter_missing_means_451, quarantine,
                                 null_cipher, own)]
    return results + run_outbound(base, pki)


def run_outbound(base, pki):
    results = [run(f"sinks: {test.__name__}", test, pki) for test in harness_outbound.ON_SINKS]
    try:
        with Partners(pki) as partners, \
                SendingPostfix(base, pki, partners.resolver, **harness_outbound.OPTIONS) as mta:
            results += [run(f"sending: {test.__name__}", test, mta, partners, pki)
                        for test in harness_outbound.ON_POSTFIX]
        results += [run(f"sending: {test.__name__}", test, base, pki)
                    for test in harness_outbound.ON_OWN_POSTFIX]
    except Unavailable as reason:
        print(f"skip sending: {reason}")
    return results


def main():
    try:
        with BaseDirectory() as base:
            pki = make_pki(base.sub("pki"))
            results = run_all(base, pki)
    except Unavailable as reason:
        print(f"skipped: {reason}")
        return 77
    assert not os.path.exists(base.path)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
