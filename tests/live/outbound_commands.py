# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What `forcetls` says of mail that goes out, beside what daemon and Postfix do
(outbound_live.py)."""

import json
import os
import re
import subprocess

from live_bench import expect
from outbound_bench import OUTCOMES, PYTHON, RELAY, outbound_suite, partner
from postfix import write_cooled

SUITE = outbound_suite()
VERIFIED = "require-certificate = verified"
PIN = "sha256 = " + "a" * 64


def run(bench, *arguments, config=None, **environment):
    """(exit code, standard output, standard error)"""
    command = [bench.forcetls, arguments[0], "-c", config or bench.filter.config_file,
               *arguments[1:]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False,
                          env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


# forcetls explain --outbound


def explained(bench, to, relay=None):
    more = ("--relay", relay) if relay else ()
    code, out, err = run(bench, "explain", "--outbound", "--json", "--to", to, *more)
    assert not err, err
    result = json.loads(out)
    assert code == (result["result"] == "defer"), (code, out)
    return result


CONNECTORS = (
    partner("x-exact", VERIFIED + "\nrequire-tls = 1.3\nserver-name = mx.x.test", "exact.test") +
    partner("x-tree", "", "*.tree.test, *.bücher.test") +
    partner("x-deep", "require-certificate = x-pin", "*.deep.tree.test",
            f"[certificate x-pin]\n{PIN}\nvalid-from = 2020-01-01") +
    partner("x-past", "require-certificate = x-old", "past.test",
            f"[certificate x-old]\n{PIN}\nvalid-until = 2020-01-01") +
    partner("x-monitor", "mode = monitor\nrequire-certificate = dane", "watched.tree.test") +
    partner("x-paused", "suspend-until = 2090-01-01", "paused.tree.test, paused.test") +
    partner("x-later", "enforce-from = 2090-01-01", "later.test") +
    partner("x-hub", VERIFIED + "\nsmart-host = [hub.test]:587\ndeny-ciphers = *-SHA", "hub.test") +
    partner("x-name", "require-tls = yes\nsmart-host = mailer.test", ""))
RECIPIENTS = (
    "u@exact.test", "U@EXACT.Test", "exact.test", "<u@exact.test>", "u@sub.exact.test",
    "u@tree.test", "u@a.b.tree.test", "u@deep.tree.test", "u@x.deep.tree.test", "u@bücher.test",
    "u@sub.xn--bcher-kva.test", "u@past.test", "u@watched.tree.test", "u@sub.watched.tree.test",
    "u@paused.tree.test", "u@paused.test", "u@later.test", "u@hub.test", "u@other.example",
    "u@mailer.test", "u@[192.0.2.1]", '"odd @ part"@exact.test', "u@com")
RELAYS = ("[hub.test]:587", "[HUB.test]:587", "[hub.test]", "[hub.test]:25", "mailer.test",
          "mailer.test:25", "exact.test", "exact.test:587", "[192.0.2.1]:25", "[ipv6:2001:db8::1]",
          "a.tree.test")


@SUITE.test("explain:")
def says_what_the_daemon_answers(bench):
    bench.use(CONNECTORS)
    queries = [(to, None) for to in RECIPIENTS] + [("u@exact.test", relay) for relay in RELAYS]
    results = set()
    for to, relay in queries:
        said = explained(bench, to, relay)
        answers = [bench.filter.ask("postfix-tls", key) for key in said["keys"]]
        last = answers.pop()
        assert all(answer == "NOTFOUND " for answer in answers), (to, relay, said, answers)
        wanted = {"policy": f"OK {said['policy']}", "default": "NOTFOUND ",
                  "defer": "TEMP none of the [certificate] sections of *"}[said["result"]]
        expect(last, wanted, f"{to} {relay} {said}")
        results.add(said["result"])
    assert results == {"policy", "default", "defer"}


@SUITE.test("explain:")
def names_the_keys_that_postfix_asks_for(bench):
    """Where nothing is answered, so that all are asked for."""
    bench.use(partner("x-nobody", "", "nobody.example"))
    hub = bench.partners.add("keys.test", host=RELAY.strip("[]:25"))
    for domain in ("a.b.keys.test", "xn--bcher-kva.keys.test"):
        bench.partners.zone[domain, "MX"] = [(10, hub.name)]
    for number, (domain, relay) in enumerate((
            ("keys.test", ""), ("a.b.keys.test", ""), ("A.b.Keys.test", ""),
            ("xn--bcher-kva.keys.test", ""), (f"[{hub.address}]", ""), ("keys.test", hub.next_hop),
            ("keys.test", f"[{hub.name}]:25"), ("keys.test", "keys.test:25"),
            ("other.example", "keys.test"))):
        to = f"u{number}@{domain}"    # Postfix keeps the relay of the last recipient for 30 seconds
        bench.python.answers[PYTHON] = f"OK {relay}" if relay else "NOTFOUND "
        bench.python.asked.clear()
        expect(str(bench.mta.send(to, PYTHON)), OUTCOMES["sent"], f"{to} {relay}")
        asked = [request.removeprefix("policy ") for request in bench.python.asked
                 if request.startswith("policy ")]
        said = explained(bench, to, relay)["keys"]
        assert said == [key.lower() for key in asked], (to, relay, said, asked)


# forcetls check --mta postfix


SETTINGS = (
    partner("s-verified", VERIFIED) +
    partner("s-pinned", "require-certificate = s-pin", rules=f"[certificate s-pin]\n{PIN}") +
    partner("s-dane", "require-certificate = dane") +
    partner("s-hub", "smart-host = [hub.test]:25"))


def check(bench, changes):
    """(exit code, warnings on main.cf) with these parameters of the private Postfix changed, and
    without its relays by sender."""
    changes = {"sender_dependent_relayhost_maps": "", **changes}
    folder = bench.base.sub("main-cf")
    main_cf = open(os.path.join(bench.mta.config, "main.cf"), encoding="utf-8").read()
    write_cooled(os.path.join(folder, "main.cf"),
                 [main_cf, *(f"{name} = {value}\n" for name, value in changes.items())])
    code, out, err = run(bench, "check", "--mta", "postfix", MAIL_CONFIG=folder)
    assert "0 errors" in out.replace("no error", "0 error"), out
    return code, [line.removeprefix("main.cf: warning: ") for line in err.splitlines()
                  if line.startswith("main.cf:")]


@SUITE.test("check:")
def this_postfix_is_right(bench):
    bench.use(SETTINGS)
    _, warnings = check(bench, {})
    assert not warnings, warnings


@SUITE.test("check:")
def says_what_is_in_the_way(bench):
    bench.use(SETTINGS)
    for changes, begins in (
            ({"relayhost": RELAY}, "relayhost hides [outbound s-verified] and 2 more"),
            ({"relayhost": "[HUB.test]:25"}, "relayhost hides [outbound s-verified] and 2 more"),
            ({"relayhost": RELAY, "transport_maps": ""},
             "relayhost hides [outbound s-verified] and 3 more"),
            ({"smtp_fallback_relay": RELAY}, "smtp_fallback_relay takes mail"),
            ({"smtp_tls_connection_reuse": "yes"}, "smtp_tls_connection_reuse is yes: mail of "
                                                   "[outbound s-hub] may go over"),
            ({"default_transport": "smtp:[r.test]"}, "default_transport leads mail to relays"),
            ({"sender_dependent_relayhost_maps": "inline:{a=b}"},
             "sender_dependent_relayhost_maps leads mail to relays"),
            ({"smtp_tls_policy_maps": ""}, "smtp_tls_policy_maps is empty"),
            ({"smtp_tls_policy_maps": "inline:{a=may}"}, "smtp_tls_policy_maps does not ask"),
            ({"smtp_tls_fingerprint_digest": "md5"}, "smtp_tls_fingerprint_digest is not sha256"),
            ({"smtp_dns_support_level": "enabled"}, "smtp_dns_support_level is not dnssec"),
            ({"smtp_tls_CAfile": ""}, "smtp_tls_CAfile and smtp_tls_CApath are empty")):
        code, warnings = check(bench, changes)
        assert code == 1 and len(warnings) == 1 and warnings[0].startswith(begins), (
            changes, warnings)


@SUITE.test("check:")
def everybody_governs_a_relayhost(bench):
    bench.use(partner("s-all", "", "*"))
    assert not check(bench, {"relayhost": "[hub.test]:25"})[1]


@SUITE.test("check:")
def a_postfix_that_cannot_be_asked_is_an_error(bench):
    bench.use(SETTINGS)
    code, _, err = run(bench, "check", "--mta", "postfix", MAIL_CONFIG="/nowhere")
    assert code == 2 and re.search(r"main\.cf: error: postconf failed: .*/nowhere", err), err


# postmap(1), which administrators ask with


@SUITE.test("postmap:")
def asks_as_smtp_does(bench):
    bench.use(CONNECTORS)
    for name, key in (("postfix-tls", "exact.test"), ("postfix-tls", "[hub.test]:587"),
                      ("postfix-tls", "other.example"), ("postfix-transport", "u@hub.test")):
        command = ["/usr/sbin/postmap", "-c", bench.mta.config, "-q", key, bench.filter.table(name)]
        seen = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        assert bench.filter.ask(name, key) == (f"OK {seen}" if seen else "NOTFOUND "), (key, seen)
