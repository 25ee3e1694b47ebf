# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Evidence from Postfix's policy request: which session it is for, and what the daemon says where
it did not come."""

import concurrent.futures
import os
import signal
import stat

from cases import case, equal, starts
from daemon_process import Place, refused_start
from milter_client import CONNECT, NOCONNECT, NORCPT, NR_CONN, PLAIN, RCPT, TLS
from policy_client import PolicyClient
from sessions import DOOR, MISSING, UNTRUSTED_BY_SENDMAIL, greeted_session, running

PIN = "3e" * 32
PINNED = (DOOR + "[inbound contoso]\nmatch-sender = contoso.com\nrequire-certificate = partner\n"
          f"[certificate partner]\nsha256 = {PIN}\n")


@case
def asks_for_connect_and_recipients_where_there_may_be_evidence(program):
    with running(program, PINNED) as daemon:
        client = greeted_session(daemon)
        equal(client.steps & (NOCONNECT | NORCPT | NR_CONN), NR_CONN)
        equal(client.lists[CONNECT],
              ["{client_addr}", "{client_port}", "{daemon_addr}", "{daemon_port}"])
        equal(client.lists[RCPT], ["i", "{rcpt_addr}"])
        client.quit()
    with running(program, PINNED.replace("require-certificate = partner\n", "")) as daemon:
        client = greeted_session(daemon)
        equal(client.steps & (NOCONNECT | NORCPT), NOCONNECT | NORCPT)
        client.quit()


@case
def judges_a_pin_by_evidence(program):
    with running(program, PINNED) as daemon:
        client = greeted_session(daemon)
        equal(client.mail("<a@contoso.com>"), "continue")
        equal(daemon.door.ask(client.values, PIN, "ab" * 32), "action=DUNNO")
        equal(client.rcpt("<u@example.org>"), "continue")
        equal(client.eom(), ([], "accept"))
        equal(client.mail("<a@contoso.com>"), "accept")  # known by now
        client.quit()
        line = daemon.wait_for("action=pass")
        for pair in ("stage=eoh", "certificate=untrusted", f"cert_sha256={PIN}",
                     "key_sha256=" + "ab" * 32):
            assert f" {pair}" in line, (pair, line)

        for digests, answer in (((PIN.replace("3e", "3f"), ""), "550 5.7.1"), ((), "550 5.7.5")):
            client = greeted_session(daemon)
            equal(client.mail("<a@contoso.com>"), "continue")
            equal(daemon.door.ask(client.values, *digests), "action=DUNNO")
            starts(client.rcpt("<u@example.org>"), answer)
            client.quit()
        daemon.wait_for("violations=certificate-absent")
        equal(daemon.count("smtpd_tls_ask_ccert"), 0)  # some client did show one


@case
def fails_closed_without_evidence_and_says_why(program):
    with running(program, PINNED) as daemon:
        for _ in range(3):
            client = greeted_session(daemon)
            equal(client.mail("<a@contoso.com>"), "continue")
            starts(client.rcpt("<u@example.org>"), MISSING)
            starts(client.rcpt("<v@other.example.org>"), MISSING)
            equal(client.mail("<a@elsewhere.example>"), "accept")
            client.quit()
        daemon.wait_for("missing=require-certificate", 3)
        hint = daemon.wait_for("must begin with check_policy_service")
        assert " at 192.0.2.25:25 " in hint and "master.cf" in hint, hint
        equal(daemon.count("check_policy_service"), 1)
        # A port that Postfix does not know: nothing to wait for.
        client = greeted_session(daemon, port="0")
        starts(client.mail("<a@contoso.com>"), MISSING)
        client.quit()


@case
def takes_evidence_of_a_later_recipient(program):
    with running(program, PINNED) as daemon:
        client = greeted_session(daemon)
        equal(client.mail("<a@contoso.com>"), "continue")
        starts(client.rcpt("<postmaster>"), MISSING)
        daemon.door.ask(client.values, PIN)
        equal(client.rcpt("<u@example.org>"), "continue")
        equal(client.rcpt("<postmaster>"), "continue")
        equal(client.eom(), ([], "accept"))
        client.quit()


@case
def believes_no_evidence_of_another_session(program):
    others = ({"encryption_cipher": "AES256-SHA"}, {"ccert_subject": "mail.contoso.com"},
              {"protocol_state": "DATA"}, {"client_port": "1"},
              {"server_address": "192.0.2.26"})
    with running(program, PINNED) as daemon:
        for changes in others:
            client = greeted_session(daemon)
            equal(client.mail("<a@contoso.com>"), "continue")
            equal(daemon.door.ask(client.values, PIN, **changes), "action=DUNNO")
            starts(client.rcpt("<u@example.org>"), MISSING)
            client.quit()
        equal(daemon.count("and was dropped"), 1)


@case
def forgets_evidence_with_its_connection(program):
    with running(program, PINNED) as daemon:
        first = greeted_session(daemon)
        equal(first.mail("<a@contoso.com>"), "continue")
        daemon.door.ask(first.values, PIN)
        second = greeted_session(daemon, port=first.values["{client_port}"])
        equal(second.mail("<a@contoso.com>"), "continue")
        starts(second.rcpt("<u@example.org>"), MISSING)
        # The end of the older connection takes nothing from the newer one.
        daemon.door.ask(second.values, PIN)
        first.end()
        equal(second.rcpt("<u@example.org>"), "continue")
        second.quit()


@case
def starttls_after_mail_in_the_clear(program):
    with running(program, PINNED) as daemon:
        client = greeted_session(daemon, PLAIN)
        starts(client.mail("<a@contoso.com>"), "530 5.7.0")
        daemon.door.ask(client.values)
        client.values |= dict(TLS.items() - PLAIN.items())
        equal(client.mail("<a@contoso.com>"), "continue")
        daemon.door.ask(client.values, PIN)
        equal(client.rcpt("<u@example.org>"), "continue")
        client.quit()


@case
def names_digests_that_do_not_count_once(program):
    with running(program, PINNED) as daemon:
        for _ in range(2):
            client = greeted_session(daemon)
            equal(client.mail("<a@contoso.com>"), "continue")
            daemon.door.ask(client.values, "ab" * 16, "cd" * 16)
            starts(client.rcpt("<u@example.org>"), MISSING)
            client.quit()
            for name, size in (("{cert_md5}", 16), ("{cert_fp}", 20)):
                client = greeted_session(daemon, UNTRUSTED_BY_SENDMAIL | {name: "AB" * size})
                starts(client.mail("<a@contoso.com>"), MISSING)
                client.quit()
        daemon.wait_for("Sendmail tells digests of 160 bits")
        equal(daemon.count("Postfix tells digests of 128 bits"), 1)
        equal(daemon.count("smtpd_tls_fingerprint_digest = sha256"), 1)
        equal(daemon.count("`confCERT_FINGERPRINT_ALGORITHM', `sha256'"), 2)


@case
def a_door_needs_a_restart(program):
    plain = PINNED.removeprefix(DOOR)
    with running(program, plain) as daemon:
        client = greeted_session(daemon)
        starts(client.mail("<a@contoso.com>"), MISSING)
        daemon.wait_for("configure [postfix-evidence]")
        client.quit()
        daemon.place.write(PINNED.replace("{place}", daemon.place.path))
        daemon.reload()
        line = daemon.wait_for("needs a restart")
        assert line.endswith("restart: [postfix-evidence]"), line
        assert not os.path.exists(daemon.place.path + "/evidence.sock")
        client = greeted_session(daemon)
        starts(client.mail("<a@contoso.com>"), MISSING)
        client.quit()


@case
def the_door_has_mode_and_group_and_goes_at_the_end(program):
    group = "socket-group = nogroup\n" if os.geteuid() == 0 else ""
    config = PINNED.replace(DOOR, DOOR + "socket-mode = 0600\n" + group)
    with running(program, config) as daemon:
        path = daemon.place.path + "/evidence.sock"
        info = os.stat(path)
        equal(stat.S_IMODE(info.st_mode), 0o600)
        if group:
            import grp
            equal(info.st_gid, grp.getgrnam("nogroup").gr_gid)
        assert f", for evidence on unix:{path}, " in daemon.wait_for("is ready on"), daemon.lines
        with Place() as other:
            other.write(config.replace("{place}", daemon.place.path))
            refused_start(program, other, 69, f"unix:{path}: a running process listens there")
            assert not os.path.exists(other.socket)
        daemon.stop()
        assert not os.path.exists(path), "the socket outlived the daemon"


def converse(daemon, digest, expected):
    """Ten sessions with two mails each; a policy connection of one's own."""
    door = PolicyClient(daemon.place.path + "/evidence.sock")
    for _ in range(10):
        client = greeted_session(daemon)
        equal(client.mail("<a@contoso.com>"), "continue")
        door.ask(client.values, digest)
        starts(client.rcpt("<u@example.org>"), expected)
        if expected == "continue":
            equal(client.eom(), ([], "accept"))
        client.quit()
    door.close()


@case
def judges_evidence_of_sessions_that_overlap(program):
    with running(program, PINNED) as daemon:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            talks = [pool.submit(converse, daemon, digest, expected)
                     for digest, expected in ((PIN, "continue"), ("ab" * 32, "550 5.7.1")) * 4]
            while not all(talk.done() for talk in talks):
                daemon.signal(signal.SIGUSR1)
                concurrent.futures.wait(talks, timeout=0.1)
            for talk in talks:
                talk.result()
