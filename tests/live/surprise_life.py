# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""The surprises about forcetlsd's life: reload, stop, sockets, configuration, what the MTA does
without it (surprises_live.py)."""

import grp
import os
import signal
import stat
import subprocess
import threading
import time

import instance
from forcetlsd import Forcetlsd
from live_bench import Suite, expect, outcome, plain
from milter_tap import MilterTap
from postfix import Postfix
from smtp_client import Client, Tls, deliver

SUITE = Suite()
CONFIG = "[inbound contoso]\nmatch-sender = contoso.com\n"
REFUSED = "mail 530 5.7.0 Must issue a STARTTLS command first: mail from contoso.com *"


def end(milter, number):
    """Sends the signal; the seconds until the daemon is gone."""
    before = time.monotonic()
    os.kill(milter.pid, number)
    instance.wait_for(lambda: not milter.running(), "end of forcetlsd", 15)
    return time.monotonic() - before


@SUITE.test("19")
def reload_under_load(bench):
    configs = [f"{CONFIG}require-tls = {version}\n" for version in ("1.3", "1.2")]
    bench.use(configs[0])
    over, wrong, sent = threading.Event(), [], [0, 0, 0]

    def keep_sending(number):
        tls = (None, Tls("1.2"), Tls("1.3"))[number]
        allowed = ((REFUSED,), ("accepted", "mail 550 5.7.4 *"), ("accepted",))[number]
        while not over.is_set():
            seen = outcome(bench.send("a@contoso.com", tls=tls))
            sent[number] += 1
            if not any(seen.startswith(one.rstrip("*")) for one in allowed):
                wrong.append(f"{tls}: {seen}")

    threads = [threading.Thread(target=keep_sending, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(20):
            bench.use(configs[number % 2])
            instance.wait_for(lambda before=sum(sent): sum(sent) > before, "mail")
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not wrong, "\n".join(wrong)
    bench.check("accepted", "a@contoso.com", tls=Tls("1.2"))


@SUITE.test("19")
def broken_configuration_keeps_the_old(bench):
    bench.use(CONFIG)
    told = bench.filter.reload("[inbound contoso]\nmatch-sendr = contoso.com\n")
    assert "unknown key 'match-sendr'" in told and "stays in force" in told, told
    bench.check(REFUSED, "a@contoso.com")
    assert "is in force" in bench.filter.reload(CONFIG)


@SUITE.test("19")
def stop_with_open_sessions(bench):
    away = bench.pick("451 4.7.1 Service unavailable - try again later",
                      "451 4.3.2 Please try again later")
    for name in ("SIGTERM", "SIGHUP", "SIGINT"):
        with bench.own(CONFIG + "match-sender-in = either\n") as own:
            with Client(own.mta.smtp) as idle, Client(own.mta.smtp) as busy:
                idle.ehlo()
                assert idle.mail("a@stranger.example").ok and idle.rset().ok
                busy.ehlo()
                assert busy.mail("a@stranger.example").ok and busy.rcpt("user@local.test").ok
                seconds = end(own.filter, getattr(signal, name))
                replies = {"next MAIL": plain(idle.mail("a@stranger.example")),
                           "open message": plain(busy.data()), "new session":
                           plain(own.send("a@stranger.example").final)}
            print(f"     {name}: gone after {seconds:.2f} s; "
                  + "; ".join(f"{what}: {reply}" for what, reply in replies.items()))
            assert seconds < 5, seconds
            for what, reply in replies.items():
                expect(reply, away, what)


@SUITE.test("21, 22")
def mail_waits_while_the_filter_is_away(bench):
    with bench.own(CONFIG) as own:
        for _ in range(2):
            own.filter.stop()
            for sender in ("a@contoso.com", "a@stranger.example"):
                own.check("mail 451 *", sender)
                own.check("starttls 454 *", sender, tls=Tls("1.3"))
            own.filter.start()
            own.check("accepted", "a@contoso.com", tls=Tls("1.3"))
            own.check(REFUSED, "a@contoso.com")
        # Killed, it leaves its socket file behind; the next one replaces it.
        end(own.filter, signal.SIGKILL)
        own.check("mail 451 *", "a@contoso.com")
        own.filter.stop()
        own.filter.start()
        own.check(REFUSED, "a@contoso.com")


@SUITE.test("23")
def released_mail_is_not_judged_again(bench):
    bench.use(CONFIG + "on-violation = quarantine\n")
    bench.mta.clear()
    bench.check("accepted", "a@contoso.com")
    bench.check("accepted", "a@contoso.com", tls=Tls("1.3"))
    assert len(bench.mta.delivered()) == 1
    (held,) = bench.mta.held()
    expect(held.reason, bench.pick("", "forcetls: contoso: tls-absent"))
    judged = bench.filter.log().count("stage=")
    bench.mta.release(held.queue_id)
    instance.wait_for(lambda: not bench.mta.held(), "release")
    assert len(bench.mta.delivered()) == 2
    assert bench.filter.log().count("stage=") == judged, bench.filter.log()
    bench.mta.clear()


def check_config(bench, text):
    """(exit status, stderr) of forcetlsd -n."""
    path = os.path.join(bench.base.sub("checked"), "forcetls.conf")
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    done = subprocess.run([bench.program, "-n", "-c", path], capture_output=True, text=True,
                          check=False)
    return done.returncode, done.stderr.replace(os.path.dirname(path) + "/", "")


@SUITE.test("20", only="postfix")
def postfix_spelling_of_a_socket_is_refused(bench):
    status, told = check_config(bench, f"[milter]\nsocket = inet:127.0.0.1:8891\n{CONFIG}")
    assert status == 78 and told.startswith("forcetls.conf:2: error: "), f"{status} {told}"


@SUITE.test("28", only="postfix")
def traps_of_ini_files(bench):
    for line, text in (
            (3, "[inbound contoso ;x]\nmatch-sender = contoso.com\n"),
            (3, "[inbound contoso\nmatch-sender = contoso.com\n"),
            (3, f"[inbound {'x' * 60}]\nmatch-sender = contoso.com\n"),
            (5, f"{CONFIG}reply = {'x' * 200}\n"),
            (5, f"{CONFIG}  require-tls = no\n"),
            (5, f"{CONFIG}require-tls: no\n"),
            (4, "[inbound contoso]\nmatch-sender = contoso.com # partner\n"),
            (5, f"{CONFIG}match-sender = contoso.net\n")):
        status, told = check_config(bench, f"[milter]\nuser = root\n{text}")
        assert status == 78 and f"forcetls.conf:{line}: error: " in told, f"{text}{status} {told}"


@SUITE.test("28")
def end_of_a_long_comment_is_no_setting(bench):
    comment = ";" + "x" * 197
    bench.use(f"{CONFIG}{comment} \non-missing-evidence = tag\n{comment}on-violation = tag\n"
              f"{comment} on-violation = tag\n")
    bench.check(REFUSED, "a@contoso.com")


@SUITE.test("29")
def mta_sends_what_was_asked_and_no_more(bench):
    tls = {"{tls_version}", "{cipher}", "{cipher_bits}", "{cert_subject}", "{cert_issuer}"}
    more = bench.pick(set(), {"{verify}", "{cn_subject}", "{cn_issuer}"})
    for number, (config, commands) in enumerate((
            ("[milter]\nnull-sender = none\n" + CONFIG, "MOAQ"), (CONFIG, "HMOAQ"),
            (CONFIG + "match-recipient = local.test\n", "HMREOAQ"),
            (CONFIG + "match-sender-in = either\n", "HMLNEOAQ"),
            (CONFIG + "on-violation = tag\n", "HMLEOAQ"))):
        path = os.path.join(bench.base.path, f"tap-{bench.name}{number}.sock")
        with Forcetlsd(bench.base, config, bench.program) as milter, \
                MilterTap(path, milter.socket) as tap, \
                bench.make(bench.base, bench.pki, milter=tap.socket) as mta:
            record = deliver(mta.smtp, "a@contoso.com", tls=Tls("1.3", bench.pki.good),
                             second_ehlo=False)
            assert record.accepted, record
            milter.wait_log("stage=.*action=pass")
            surplus = tap.commands() - set(commands)
            assert not surplus, f"{config}: {surplus}"
            assert tap.macros("M") >= tls | more, tap.macros("M")
            for command in "CHTNE":
                assert tap.macros(command) <= {"i"}, f"{command}: {tap.macros(command)}"


@SUITE.test("31", only="postfix")
def socket_in_the_queue_of_a_chrooted_smtpd(bench):
    services = {"jail": {"chroot": True, "smtpd_milters": "unix:forcetls/milter.sock"}}
    with Postfix(bench.base, bench.pki, services=services) as mta:
        directory = os.path.join(mta.queue, "forcetls")
        os.mkdir(directory)
        path = os.path.join(directory, "milter.sock")
        text = f"[milter]\nsocket-mode = 0660\nsocket-group = postfix\n{CONFIG}"
        with Forcetlsd(bench.base, text, bench.program, f"unix:{path}") as milter:
            status = os.stat(path)
            assert stat.filemode(status.st_mode) == "srw-rw----", stat.filemode(status.st_mode)
            assert status.st_gid == grp.getgrnam("postfix").gr_gid, status
            for tls, wanted in ((None, REFUSED), (Tls("1.3"), "accepted")):
                record = deliver(mta.service("jail"), "a@contoso.com", tls=tls)
                expect(outcome(record), wanted)
            # A second daemon must not take the socket away from the first.
            try:
                Forcetlsd(bench.base, text, bench.program, f"unix:{path}").start()
                raise AssertionError("two daemons on one socket")
            except instance.Failed as error:
                assert "a running process listens there" in str(error), error
            expect(outcome(deliver(mta.service("jail"), "a@contoso.com")), REFUSED)
            assert milter.running()


@SUITE.test("31", only="postfix")
def socket_that_the_mta_may_not_use(bench):
    with bench.own("[milter]\nsocket-mode = 0600\n" + CONFIG) as own:
        own.filter.stop()
        own.filter.start()
        own.check("mail 451 *", "a@stranger.example")
