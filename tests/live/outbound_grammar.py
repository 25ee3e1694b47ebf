# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Every policy that a connector can yield is one that Postfix's own parser takes, and that one good
server meets (outbound_live.py): a mail to a hundred partners each."""

import itertools
import re

import instance
from outbound_bench import CROWD, PYTHON, outbound_suite, partner
from postfix_log import read_attempts

SUITE = outbound_suite()
HOST = "mx.grammar.test"

# By what a policy begins with. {own} and {key}: the server's digests, {other}: another's.
LEVELS = {
    "encrypt": "",
    "secure match=nexthop:dot-nexthop": "require-certificate = verified",
    f"secure match={HOST}": f"require-certificate = verified\nrequire-certificate-name = {HOST}",
    "secure match=a.example:b.example:.b.example:grammar.test:.grammar.test":
        "require-certificate = verified\nrequire-certificate-name = a.example, *.b.example, "
        "*.grammar.test",
    f"secure match=nexthop:dot-nexthop:{HOST}:a.example:.a.example":
        "require-certificate = g-names-1, g-names-2, g-names-3",
    "secure match=nexthop:dot-nexthop tafile=": "require-certificate = g-root",
    f"secure match={HOST}:example:.example tafile=": "require-certificate = g-roots",
    "fingerprint match=": "require-certificate = g-pin",
    "fingerprint match=00": "require-certificate = g-old, g-many, g-pin",
    "dane-only": "require-certificate = dane",
}
RULES = """[certificate g-names-1]
root = Test Root CA A
[certificate g-names-2]
name = {host}
root = Test Root CA A
[certificate g-names-3]
name = *.a.example
root = Test Root CA A
[certificate g-root]
root = Test Root CA A
[certificate g-roots]
name = {host}, *.example
root = Test Root CA C
  Test Root CA A
[certificate g-pin]
sha256 = {own}
[certificate g-old]
sha256 = {zeros}
valid-until = 2090-01-01
[certificate g-many]
sha256 = {many}
key-sha256 = {key}
"""
VERSIONS = {" protocols=>=TLSv1": "1.0", " protocols=>=TLSv1.1": "1.1",
            " protocols=>=TLSv1.2": "1.2", " protocols=>=TLSv1.3": "1.3", "": "yes"}
EXCLUDED = {"": "", " exclude=DHE-RSA-AES128-SHA": "deny-ciphers = DHE-RSA-AES128-SHA",
            " exclude=": "deny-ciphers = *-SHA, *SHA256, *MD5, *-CCM*, *POLY1305, PSK*, AES*"}
NAMES = {"": "", f" servername={HOST}": f"server-name = {HOST}"}
OLD_VERSIONS = {" protocols=!SSLv2:!SSLv3": "1.0", " protocols=!SSLv2:!SSLv3:!TLSv1": "1.1",
                " protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1": "1.2",
                " protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1:!TLSv1.2": "1.3", "": "yes"}
# The name server of these tests is no validating one.
HARMLESS = re.compile("warning: (DNSSEC validation may be unavailable|reason: dnssec_probe)")


def faults(attempt):
    """What Postfix says of a policy that it cannot take."""
    found = [line for line in attempt.notes if "warning" in line and not HARMLESS.match(line)]
    return found + ([str(attempt)] if "configuration problem" in attempt.reason else [])


def use(bench, versions, more=""):
    """A connector for each combination; {its domain: what its policy begins with and ends in}."""
    pki, partners = bench.pki, bench.partners
    if HOST not in partners.sinks:
        partners.add("grammar.test", identity=pki.client(HOST, names=[HOST, "*.grammar.test"]))
        partners.sign("grammar.test")
        partners.publish_tlsa(partners.sinks[HOST])
    identity = partners.sinks[HOST].identity
    config, expected = more, {}
    for number, (level, version, excluded, name) in enumerate(
            itertools.product(LEVELS, versions, EXCLUDED, NAMES)):
        domain = f"c{number}.grammar.test"
        keys = (LEVELS[level], f"require-tls = {versions[version]}", EXCLUDED[excluded],
                NAMES[name])
        config += partner(f"grammar-{number}", "\n".join(filter(None, keys)), domain)
        expected[domain] = level, version, excluded, name
        partners.zone[domain, "MX"] = [(10, HOST)]
    many = "\n  ".join(f"{number:064x}" for number in range(1, 20))
    bench.use(config + RULES.format(host=HOST, own=identity.sha256, key=identity.key_sha256,
                                    zeros="0" * 64, many=many), trust=True)
    return expected


def send(bench, domains, sender):
    """One mail to all; {domain: its Attempt}."""
    queue_id = bench.mta.submit_mail([f"u@{domain}" for domain in domains], sender)
    instance.wait_for(lambda: bench.mta.log().count(f" {queue_id}: to=<") >= len(domains),
                      "an attempt for each domain", 30)
    attempts = read_attempts(bench.mta.log(), queue_id)
    return {one.recipient.partition("@")[2]: one for one in attempts}


def check_all(bench, versions, more=""):
    expected = use(bench, versions, more)
    policies = {domain: bench.filter.ask("postfix-tls", domain) for domain in expected}
    assert len(set(policies.values())) == len(policies), "not all are different"
    for domain, (level, version, excluded, name) in expected.items():
        beginning, end = f"OK {level}", f"{version}{excluded}"
        policy = policies[domain]
        assert policy.startswith(beginning) and end in policy and policy.endswith(name), (
            f"{domain}: {policy} is not {beginning} ... {end} ... {name}")
    for domain, attempt in send(bench, expected, CROWD).items():
        assert not faults(attempt) and attempt.status == "sent", (
            f"{policies[domain]}\n  {attempt}\n  " + "\n  ".join(attempt.notes))


@SUITE.test("policies:")
def every_one_is_understood_and_can_be_met(bench):
    check_all(bench, VERSIONS)


@SUITE.test("policies:")
def those_for_an_old_postfix_too(bench):
    check_all(bench, OLD_VERSIONS, "[outbound-map]\npostfix-version = 3.5\n")


@SUITE.test("policies:")
def one_that_is_not_would_be_noticed(bench):
    good = f"encrypt protocols=>=TLSv1.2 servername={HOST}"
    spoilt = [
        "secure match=a nonsense=1", "encrypt match=a", "secure match=",
        "encrypt protocols=>=TLSv1.4",
        "encrypt protocols=TLSv1.2 protocols=TLSv1.3", "encrypt protocols=>=TLSv1.2 TLSv1.3",
        "encrypt exclude=ALL", "encrypt exclude=A exclude=B", "encrypt servername=a..b",
        "fingerprint match=00 tafile=/a", "secure tafile=/nowhere.pem",
        "dane-only match=a", "fingerprint", "strict", "secure match=a protocols",
    ]
    policies = dict(zip((f"p{number}.grammar.test" for number in itertools.count()),
                        [good, *spoilt]))
    use(bench, VERSIONS)
    bench.partners.zone |= {(domain, "MX"): [(10, HOST)] for domain in policies}
    bench.python.answers |= {domain: f"OK {policy}" for domain, policy in policies.items()}
    missed = [policies[domain] for domain, attempt in send(bench, policies, PYTHON).items()
              if not faults(attempt)]
    assert missed == [good], missed
