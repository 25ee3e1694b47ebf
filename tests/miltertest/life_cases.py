# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""The daemon's life: start and its failures, privileges, reload, signals, the end."""

import concurrent.futures
import os
import pwd
import signal
import socket
import stat
import struct
import time

from cases import Skip, case, equal
from daemon_process import TIMEOUT, Daemon, Place, forcetlsd, refused_start
from milter_client import PLAIN, TLS, Closed, MilterClient

CONTOSO = "[inbound contoso]\nmatch-sender = contoso.com\n"


def need_root():
    if os.geteuid() != 0:
        raise Skip("needs root")


def answers(place, macros=None):
    """Whether the daemon there refuses contoso.com's mail."""
    client = MilterClient(place.socket, macros).negotiate()
    answer = client.mail("<a@contoso.com>")
    client.quit()
    return answer


@case
def exit_codes_of_the_command_line(program):
    equal(forcetlsd(program, "--no-such-option").returncode, 64)
    equal(forcetlsd(program, "-c").returncode, 64)
    version = forcetlsd(program, "-V")
    assert version.returncode == 0 and version.stdout.startswith("forcetlsd "), version
    usage = forcetlsd(program, "-h")
    assert usage.returncode == 0 and "--config" in usage.stdout, usage
    with Place() as place:
        missing = forcetlsd(program, "-f", "-c", place.config)
        equal((missing.returncode, missing.stderr),
              (66, f"forcetlsd: cannot read {place.config}: No such file or directory\n"))


@case
def check_only_says_all_and_starts_nothing(program):
    with Place().write(CONTOSO) as place:
        good = forcetlsd(program, "-n", "-c", place.config)
        equal((good.returncode, good.stdout), (0, ""))
        assert not os.path.exists(place.socket)
        place.write(CONTOSO + "requrie-tls = 1.2\nmode = perhaps\n")
        bad = forcetlsd(program, "-n", "-c", place.config)
        equal(bad.returncode, 78)
        equal(len(bad.stderr.splitlines()), 2)
        assert "unknown key 'requrie-tls'" in bad.stderr, bad.stderr


@case
def a_wrong_configuration_starts_nothing(program):
    with Place().write(CONTOSO + "mode = perhaps\n") as place:
        refused_start(program, place, 78, "mode")
        equal(forcetlsd(program, "-c", place.config).returncode, 78)


@case
def root_needs_a_user(program):
    need_root()
    with Place() as place:
        place.write(f"[milter]\nsocket = unix:{place.socket}\n{CONTOSO}", milter=False)
        refused_start(program, place, 78, "'user = root' insists")
        equal(forcetlsd(program, "-n", "-c", place.config).returncode, 0)
        place.write(CONTOSO, user="no-such-user-here")
        refused_start(program, place, 78, "no such user: no-such-user-here")
        assert not os.path.exists(place.socket)


@case
def drops_root_for_good(program):
    need_root()
    nobody = pwd.getpwnam("nobody")
    with Place().write(CONTOSO, user="nobody") as place:
        with Daemon(program, place) as daemon:
            with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as file:
                status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
            equal(status["Uid"].split(), [str(nobody.pw_uid)] * 4)
            equal(status["Gid"].split(), [str(nobody.pw_gid)] * 4)
            assert "0" not in status["Groups"].split(), status["Groups"]
            equal(os.stat(place.socket).st_uid, nobody.pw_uid)
            assert answers(place).startswith("530")
            start = time.monotonic()
        assert time.monotonic() - start < 4, "the stop waited for libmilter's poll"


@case
def socket_has_mode_and_group(program):
    for mode, wanted in (("", 0o660), ("socket-mode = 0600\n", 0o600)):
        group = "socket-group = nogroup\n" if os.geteuid() == 0 else ""
        with Place().write(f"[milter]\n{mode}{group}{CONTOSO}") as place, Daemon(program, place):
            info = os.stat(place.socket)
            equal(stat.S_IMODE(info.st_mode), wanted)
            if group:
                import grp
                equal(info.st_gid, grp.getgrnam("nogroup").gr_gid)


@case
def a_socket_in_use_is_left_alone(program):
    with Place().write(CONTOSO) as place, Daemon(program, place):
        refused_start(program, place, 69, "a running process listens there")
        assert answers(place).startswith("530")
    with socket.socket() as other, Place() as place:
        other.bind(("127.0.0.1", 0))
        other.listen()
        place.write(f"[milter]\nsocket = inet:{other.getsockname()[1]}@127.0.0.1\n{CONTOSO}")
        refused_start(program, place, 69, "Address already in use")


@case
def a_stale_socket_is_replaced_and_another_file_is_not(program):
    with Place().write(CONTOSO) as place:
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(place.socket)
            stale.listen()
        with Daemon(program, place):
            assert answers(place).startswith("530")
        assert not os.path.exists(place.socket), "the socket outlived the daemon"
        with open(place.socket, "w", encoding="ascii") as file:
            file.write("precious")
        refused_start(program, place, 69, "is not a socket")
        with open(place.socket, encoding="ascii") as file:
            equal(file.read(), "precious")
        place.write(f"[milter]\nsocket = unix:{place.path}/missing/x.sock\n{CONTOSO}")
        refused_start(program, place, 69, f"{place.path}/missing: No such file or directory")


@case
def reloads_what_is_good(program):
    with Place().write(CONTOSO) as place, Daemon(program, place) as daemon:
        old = MilterClient(place.socket).negotiate()
        place.write(CONTOSO + "reply = new text\n")
        daemon.reload()
        equal(answers(place), "530 5.7.0 new text [contoso]")
        # An open session negotiated all that the new configuration needs.
        equal(old.mail("<a@contoso.com>"), "530 5.7.0 new text [contoso]")
        place.write(CONTOSO + "match-recipient = example.org\nreply = newer text\n")
        daemon.reload()
        # Not so now: it goes on with the configuration that it negotiated for.
        assert old.mail("<a@contoso.com>").startswith("530 5.7.0 Must"), "session's own config"
        client = MilterClient(place.socket).negotiate()
        equal(client.mail("<a@contoso.com>"), "continue")
        equal(client.rcpt("<u@example.org>"), "530 5.7.0 newer text [contoso]")
        client.quit()
        old.quit()


@case
def keeps_the_old_configuration_where_the_new_one_is_wrong(program):
    with Place().write(CONTOSO) as place, Daemon(program, place) as daemon:
        for number, text in enumerate((CONTOSO + "mode = perhaps\nrequrie-tls = 1.2\n", None), 1):
            if text:
                place.write(text)
            else:
                os.unlink(place.config)
            daemon.signal(signal.SIGUSR1)
            daemon.wait_for("reload failed: the running configuration stays in force", number)
            assert answers(place).startswith("530")
        assert "error" in daemon.wait_for("unknown key 'requrie-tls'")
        assert "error" in daemon.wait_for("perhaps")


@case
def names_what_needs_a_restart(program):
    with Place().write(CONTOSO) as place, Daemon(program, place) as daemon:
        place.write(f"[milter]\nsocket = unix:{place.path}/other.sock\nsocket-mode = 0600\n"
                    f"state-directory = /nonexistent\nlog-level = debug\n{CONTOSO}")
        daemon.reload()
        line = daemon.wait_for("needs a restart")
        assert line.endswith("restart: socket, socket-mode, state-directory"), line
        client = MilterClient(place.socket, TLS).negotiate()
        equal(client.mail("<a@example.net>"), "accept")
        client.quit()
        daemon.wait_for("debug: stage=mail client=192.0.2.1 ")  # log-level is in force


@case
def tells_the_service_manager(program):
    with open(program, "rb") as file:
        if b"libsystemd" not in file.read():
            raise Skip("built without libsystemd")
    with Place().write(CONTOSO) as place, Daemon(program, place) as daemon:
        equal(daemon.next_notification(), "READY=1")
        daemon.signal(signal.SIGUSR1)
        reloading = daemon.next_notification()
        assert reloading.startswith("RELOADING=1\n"), reloading
        stamp = int(reloading.split("MONOTONIC_USEC=")[1]) / 1e6
        assert 0 <= time.monotonic() - stamp < TIMEOUT, reloading
        equal(daemon.next_notification(), "READY=1")
        daemon.signal(signal.SIGTERM)
        equal(daemon.next_notification(), "STOPPING=1")
        daemon.ended_well()


@case
def stops_at_once_with_sessions_open(program):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        with Place().write(CONTOSO) as place, Daemon(program, place) as daemon:
            sessions = [MilterClient(place.socket).negotiate() for _ in range(20)]
            for client in sessions[:10]:
                client.helo("mail.contoso.com")
            start = time.monotonic()
            daemon.signal(number)
            daemon.ended_well()
            assert time.monotonic() - start < 4, "the stop waited for libmilter's poll"
            for client in sessions:
                try:
                    answer = client.mail("<a@contoso.com>")
                    raise AssertionError(answer)
                except (Closed, ConnectionError):
                    client.close()
            assert not os.path.exists(place.socket)


@case
def survives_reloads_under_load(program):
    with Place().write(CONTOSO) as place, Daemon(program, place) as daemon:
        for _ in range(20):
            daemon.signal(signal.SIGUSR1)
            clients = [MilterClient(place.socket, macros).negotiate()
                       for macros in (PLAIN, TLS) * 5]
            for client in clients:
                client.helo("mail.contoso.com")
            for index, client in enumerate(clients):
                answer = client.mail("<a@contoso.com>")
                assert answer.startswith("530") if index % 2 == 0 else answer == "accept", answer
            for client in clients:
                client.quit()
        daemon.wait_for("is in force, ")


def converse(address, macros, expected):
    """Ten sessions of three mails; the filter's callbacks overlap with those of other threads."""
    for _ in range(10):
        client = MilterClient(address, macros).negotiate()
        client.helo("mail.contoso.com")
        for _ in range(3):
            answer = client.mail("<a@contoso.com>")
            assert answer.startswith(expected), answer
        client.quit()


@case
def judges_sessions_that_overlap(program):
    with Place().write(CONTOSO) as place, Daemon(program, place) as daemon:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            talks = [pool.submit(converse, place.socket, macros, expected)
                     for macros, expected in ((PLAIN, "530"), (TLS, "accept")) * 4]
            while not all(talk.done() for talk in talks):
                daemon.signal(signal.SIGUSR1)
                concurrent.futures.wait(talks, timeout=0.1)
            for talk in talks:
                talk.result()


@case
def goes_to_the_background_when_ready(program):
    with Place().write(CONTOSO) as place:
        start = forcetlsd(program, "-c", place.config)
        equal((start.returncode, start.stderr), (0, ""))
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(place.socket)
            peer = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        pid = struct.unpack("3i", peer)[0]
        watch = os.pidfd_open(pid)
        try:
            assert answers(place).startswith("530")
            equal(os.readlink(f"/proc/{pid}/cwd"), "/")
            equal(os.getsid(pid), pid)
            equal(forcetlsd(program, "-c", place.config).returncode, 69)
        finally:
            signal.pidfd_send_signal(watch, signal.SIGTERM)
            _wait_for_end(watch)
        assert not os.path.exists(place.socket)


def _wait_for_end(pidfd):
    import select
    ready, _, _ = select.select([pidfd], [], [], TIMEOUT)
    os.close(pidfd)
    assert ready, "the daemon did not end"


@case
def stops_well_however_early(program):
    with Place().write(CONTOSO) as place:
        for _ in range(10):
            with Daemon(program, place) as daemon:
                daemon.signal(signal.SIGTERM)
                daemon.ended_well()
                equal(daemon.count("Unable to"), 0)
            assert not os.path.exists(place.socket)
