# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Connectors that come into force and go out of it, and a forcetlsd that comes and goes
(outbound_live.py). Most servers here offer no TLS."""

import datetime
import time

import instance
from live_bench import expect
from mail_sink import without_starttls
from outbound_bench import OUTCOMES, outbound_suite, partner
from sending_postfix import FAST_RETRY

SUITE = outbound_suite()
VERIFIED = "require-certificate = verified"
WOULD = 'would="secure match=nexthop:dot-nexthop protocols=>=TLSv1.2"'
UNRESOLVED = "deferred 4.3.0 address resolver failure"
# Not in force: name, key, the mode that is logged.
WAITING = (("w-monitor", "mode = monitor", "monitor"),
           ("w-later", "enforce-from = 2090-01-01", "monitor"),
           ("w-paused", "suspend-until = 2090-01-01", "suspended"))


def add_without_tls(bench, *names):
    return [bench.partners.add(f"{name}.test", without_starttls) for name in names]


@SUITE.test("in force:")
def not_before_it_is_told_to(bench):
    """Mail goes by Postfix's default, and the log tells what would have been demanded; a reload
    holds from the next mail on, one way and the other."""
    names = [name for name, _, _ in WAITING]
    add_without_tls(bench, *names)
    waiting = "".join(partner(name, f"{VERIFIED}\n{key}") for name, key, _ in WAITING)
    bench.use(waiting)
    bench.check_all(dict.fromkeys(names, "in the clear"))
    for name, _, mode in WAITING:
        bench.filter.wait_log(
            f"info: outbound next_hop={name}.test connector={name} mode={mode} {WOULD} queries=1\n")
    for sink in (bench.partners.sinks[f"mx.{name}.test"] for name in names):
        sink.mails.clear()
        sink.clear.clear()
        bench.stray.discard(sink.name)
    bench.use("".join(partner(name, VERIFIED) for name in names))
    attempts = [bench.mta.send(f"u@{name}.test") for name in names]
    for attempt in attempts:
        bench.expect(attempt, "no TLS")
    bench.use(waiting)
    for attempt in bench.mta.retry_all(attempts):
        bench.expect(attempt, "in the clear")


@SUITE.test("in force:")
def a_suspended_one_does_not_suspend_its_parent(bench):
    bench.use(partner("p-tree", VERIFIED, "*.p-tree.test") +
              partner("p-sub", f"{VERIFIED}\nsuspend-until = 2090-01-01", "sub.p-tree.test") +
              partner("p-whole", f"{VERIFIED}\nsuspend-until = 2090-01-01", "*.whole.p-tree.test"))
    domains = ("sub.p-tree.test", "a.whole.p-tree.test", "b.p-tree.test")
    for domain in domains:
        bench.partners.add(domain, without_starttls)
    bench.check_all({f"u@{domain}": "no TLS" for domain in domains})


@SUITE.test("in force:")
def a_monitor_leaves_the_decision_to_the_next(bench):
    bench.use(partner("n-tree", VERIFIED, "*.n-tree.test") +
              partner("n-sub", "mode = monitor\nrequire-tls = 1.3", "sub.n-tree.test"))
    bench.partners.add("sub.n-tree.test", without_starttls)
    bench.check_all({"u@sub.n-tree.test": "no TLS"})
    bench.filter.wait_log('connector=n-sub mode=monitor would="encrypt protocols=>=TLSv1.3"')


@SUITE.test("in force:")
def time_passes(bench):
    """Without a reload: what begins and ends at this time does so with the next mail."""
    border = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + \
        datetime.timedelta(seconds=4)
    when = border.strftime("%Y-%m-%dT%H:%M:%SZ")
    old, new = bench.pki.good, bench.pki.selfsigned
    bench.use(
        partner("t-ends", "require-certificate = t-end",
                rules=f"[certificate t-end]\nsha256 = {old.sha256}\nvalid-until = {when}") +
        partner("t-rolls", "require-certificate = t-old, t-new",
                rules=f"[certificate t-old]\nsha256 = {old.sha256}\nvalid-until = {when}\n"
                      f"[certificate t-new]\nsha256 = {new.sha256}\nvalid-from = {when}") +
        partner("t-begins", f"enforce-from = {when}") +
        partner("t-resumes", f"suspend-until = {when}"))
    for name in ("t-ends", "t-rolls"):
        bench.partners.add(f"{name}.test", identity=old)
    add_without_tls(bench, "t-begins", "t-resumes")
    for name, words in (("t-ends", "sent"), ("t-rolls", "sent"), ("t-begins", "in the clear"),
                        ("t-resumes", "in the clear")):
        bench.expect(bench.mta.send(f"u@{name}.test"), words)
    if time.time() >= border.timestamp():
        bench.skip("this machine is too slow")
    for name in ("t-begins", "t-resumes"):
        bench.stray.discard(f"mx.{name}.test")
        bench.partners.sinks[f"mx.{name}.test"].clear.clear()
    instance.wait_for(lambda: time.time() > border.timestamp(), "border in time")
    (ended, _), (rolled, _), *_ = bench.send_all(
        [f"v@{name}.test" for name in ("t-ends", "t-rolls", "t-begins", "t-resumes")])
    bench.expect(ended, "no policy")
    reason = "temporary error: none of the [certificate] sections of [outbound t-ends] counts"
    assert any(reason in line for line in ended.notes), ended.notes
    bench.expect(rolled, "not verified")
    bench.check_all({"x@t-begins.test": "no TLS", "x@t-resumes.test": "no TLS"})
    bench.partners.sinks["mx.t-rolls.test"].identity = new
    bench.check_all({"w@t-rolls.test": "sent"})


@SUITE.test("in force:")
def a_refused_configuration_changes_nothing(bench):
    config = partner("kept", VERIFIED)
    bench.use(config)
    add_without_tls(bench, "kept")
    told = bench.filter.reload(config.replace(VERIFIED, "require-certificate = perhaps"))
    assert "the running configuration stays in force" in told, told
    bench.check_all({"kept": "no TLS"})
    bench.filter.reload(config)


@SUITE.test("in force:")
def an_open_connection_is_not_closed_for_it(bench):
    """What forcetls.conf(5) tells of a busy domain: Postfix asks nobody whether a connection that
    it holds open may carry the next mail."""
    sink, = add_without_tls(bench, "busy")
    bench.use(partner("busy", f"{VERIFIED}\nmode = monitor"))
    bench.expect(bench.mta.send("u@busy.test"), "in the clear")
    bench.use(partner("busy", VERIFIED))
    bench.expect(bench.mta.send("v@busy.test"), "in the clear")
    assert sum(line.startswith("EHLO") for line in sink.heard) == 1, sink.heard
    instance.wait_for(sink.is_idle, "end of the idle connection")
    sink.clear.clear()
    bench.stray.discard(sink.name)
    bench.check_all({"w@busy.test": "no TLS"})


@SUITE.test("away:")
def mail_to_everybody_waits_and_then_goes(bench):
    """Killed, and stopped: Postfix tries again by itself, and needs no hand when it can ask
    again."""
    config = partner("governed", VERIFIED)
    with bench.own(config, main_cf={**FAST_RETRY, "transport_maps": ""}) as own:
        governed = own.partners.add("governed.test")
        free = own.partners.add("free.test", without_starttls)
        for number, end in enumerate((own.filter.kill, own.filter.stop), 1):
            own.expect(own.mta.send("u@governed.test"), "sent")
            governed.mails.clear()
            end()
            ids = [own.mta.submit_mail(f"u@{name}.test") for name in ("governed", "free")]
            for queue_id in ids:
                for attempt in own.mta.wait_attempts(queue_id, 2):
                    expect(str(attempt), OUTCOMES["no policy"], attempt.recipient)
            assert not governed.mails and not free.mails and not free.clear
            own.filter.start()
            instance.wait_for(lambda: governed.mails and free.mails, "mail that had waited")
            assert governed.mails[0].tls and not free.mails[0].tls
            assert len(governed.mails) == len(free.mails) == 1, number
            for sink in (governed, free):
                sink.mails.clear()
                sink.clear.clear()


@SUITE.test("away:")
def mail_is_not_even_taken_where_it_is_asked_for_routes(bench):
    """What forcetls.conf(5) tells of transport_maps: smtpd(8) refuses for now, and mail that comes
    otherwise waits."""
    bench.use(partner("routed", VERIFIED))
    sink = bench.partners.add("routed.test")
    bench.check_all({"a@routed.test": "sent"})
    bench.filter.kill()
    try:
        bench.mta.submit_mail("b@routed.test")
        raise AssertionError("Postfix took mail")
    except instance.Failed as refusal:
        assert "451 4.3.0 <b@routed.test>: Temporary lookup failure" in str(refusal), refusal
    bench.mta.submit("a@local.test", "c@routed.test", "Subject: local\n\nHello.\n")
    found = bench.mta.wait_log(r"(\w+): to=<c@routed.test>")
    waits, = bench.mta.wait_attempts(found[1])
    expect(str(waits), UNRESOLVED)
    bench.filter.start()
    # Postfix keeps what it found of the last address for 30 seconds.
    bench.expect(bench.mta.send("d@routed.test"), "sent")
    bench.expect(bench.mta.retry(waits), "sent")
    assert all(mail.tls for mail in sink.mails) and not sink.clear
