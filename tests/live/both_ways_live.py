#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Ten partners in both directions between two Postfix with forcetls on each, and somebody between
them who cuts TLS: both_ways_live.py [FORCETLSD] [-k TEXT]. The configurations are both_ways/*.conf.

For each way to cut it the table WAYS says what becomes of each partner's mail. Whatever that is,
nothing of it goes over the wire in the clear; and what waits arrives, once, when nobody cuts."""

import contextlib
import fnmatch
import os
import re
import subprocess
import sys
import time

import instance
import mail_sink
from live_bench import Suite, Test
from partners import SMTP_PORT
from sending_postfix import FALLBACK_AGE
from smtp_client import VERSIONS, Tls
from two_sides import DEMANDS, TwoSides
from wire_cutter import answering, breaking, breaking_off, impersonating, stripping

# What becomes of a mail, as Postfix logs it.
REFUSED = "TLS is required, but host * refused to start TLS"
OUTCOMES = {
    "sent": "sent 2.0.0 250 2.0.0 Ok: queued as *",
    # It waits, since the sender misses something:
    "no-tls": "deferred 4.7.4 TLS is required, but was not offered by host *",
    "not-now": f"deferred 4.7.0 {REFUSED}: 454 *",
    "broken": "deferred 4.7.5 Cannot start TLS: handshake failure",
    "cert": "deferred 4.7.5 Server certificate not verified",
    "no-dane": "deferred 4.7.5 non DNSSEC destination",
    "lost": "deferred 4.*",
    # Theirs returns it, ours has the filter of contrib/postfix, with which it waits:
    "refused": {"ours": f"deferred 4.7.4 {REFUSED}: 502 *",
                "theirs": f"bounced 5.5.1 {REFUSED}: 502 *"},
    # It waits, since the receiver's forcetls cannot verify a name:
    "unsure": "deferred 4.7.0 host * said: 451 4.7.0 Cannot verify the name *",
    # It is returned, since the receiver's forcetls refuses it:
    "plain": "bounced 5.7.0 host * said: 530 5.7.0 Must issue a STARTTLS command first: *",
    "weak": "bounced 5.7.4 host * said: 550 5.7.4 * required for mail from *",
    "no-cert": "bounced 5.7.5 host * said: 550 5.7.5 no certificate seen, *",
    "other": "bounced 5.7.1 host * said: 550 5.7.1 another * seen, *",
    # It goes to a wrong host, over the TLS demanded:
    "astray": "sent 2.0.0 250 2.0.0 taken",
}
# One word in a row holds for all; `-`: not tried. Where only TLS is demanded, and no certificate,
# mail goes encrypted to whoever answers: it is `sent`, or goes `astray`.
WAYS = """
                    tls12   tls13   named   hosted  pinned  keys    root    dane    secrecy hub
stripped            no-tls
answered_454        not-now
answered_502        refused
handshake_broken    broken
broken_off          lost
own_certificate     sent    sent    cert    cert    cert    cert    cert    cert    sent    cert
misissued           sent    sent    no-cert no-cert cert    cert    cert    cert    sent    no-cert
onwards_in_clear    plain   plain   plain   plain   cert    cert    cert    cert    plain   plain
weaker_to_sender    broken  broken  -       -       -       -       -       -       broken  -
weaker_to_receiver  weak    weak    -       -       -       -       -       -       weak    -
forged_dns          astray  astray  cert    cert    cert    cert    cert    no-dane astray  cert
expired             sent    sent    cert    cert    cert    cert    cert    cert    sent    cert
renewed             sent    sent    sent    sent    cert    cert    cert    cert    sent    sent
no_client_cert      sent    sent    no-cert no-cert no-cert no-cert no-cert no-cert sent    no-cert
other_client_cert   sent    sent    unsure  unsure  other   other   unsure  other   sent    unsure
"""
# The man in the middle reads what he decrypts: of what a sender is content with, all.
ENDS_TLS = ("own_certificate", "misissued", "onwards_in_clear", "weaker_to_sender",
            "weaker_to_receiver")
USERS = {"no_client_cert": "bare", "other_client_cert": "stranger"}
LINES = {"broken_off": 500}


def rows():
    """{way: {demand: outcome}}"""
    header, *lines = WAYS.strip().splitlines()
    table = {}
    for line in lines:
        way, *cells = line.split()
        cells = cells * len(DEMANDS) if len(cells) == 1 else cells
        table[way] = {demand: cell for demand, cell in zip(header.split(), cells, strict=True)
                      if cell != "-"}
    return table


# The ways. Each is a function of the Bench and of a party that mail goes to.

CUTS = {}


def cut(function):
    CUTS[function.__name__] = function
    return function


@cut
def stripped(_, party):
    party.cutter.cut = stripping


@cut
def answered_454(_, party):
    party.cutter.cut = answering("454 4.7.0 TLS not available due to local problem")


@cut
def answered_502(_, party):
    party.cutter.cut = answering("502 5.5.1 command not implemented")


@cut
def handshake_broken(_, party):
    party.cutter.cut = breaking


@cut
def broken_off(_, party):
    """From the handshake to the middle of the content, for each partner at another point."""
    party.cutter.cut = breaking_off(100 + 500 * list(DEMANDS).index(party.demand))


@cut
def own_certificate(bench, party):
    """Another name than anybody's, of a CA that all trust."""
    party.cutter.cut = impersonating(bench.identity_of("man.example"), Tls())


@cut
def misissued(bench, party):
    """A CA that all trust gave it to the wrong man. He has none for the receiver."""
    party.cutter.cut = impersonating(bench.identity_of(party.certificate_name), Tls())


@cut
def onwards_in_clear(bench, party):
    party.cutter.cut = impersonating(bench.identity_of(party.certificate_name), None)


@cut
def weaker_to_sender(bench, party):
    options = {"tls12": {"newest": VERSIONS["1.1"]}, "tls13": {"newest": VERSIONS["1.2"]},
               "secrecy": {"newest": VERSIONS["1.2"], "ciphers": "AES256-GCM-SHA384:AES128-SHA"}}
    party.cutter.cut = impersonating(bench.identity_of("man.example", "rsa:2048"), Tls(),
                                     **options[party.demand])


@cut
def weaker_to_receiver(bench, party):
    onwards = {"tls12": Tls("1.1"), "tls13": Tls("1.2"),
               "secrecy": Tls("1.2", ciphers="AES256-GCM-SHA384")}
    party.cutter.cut = impersonating(bench.identity_of("man.example"), onwards[party.demand])


@cut
def forged_dns(bench, party):
    """It names another host, with a trusted certificate of its own name."""
    zone, elsewhere = bench.sides.zone, bench.elsewhere
    if party.demand == "hub":
        zone[party.host, "A"] = [elsewhere.address]
    else:
        zone[party.domain, "MX"] = [(10, elsewhere.name)]
        zone[elsewhere.name, "A"], zone[elsewhere.name, "AAAA"] = [elsewhere.address], []
    bench.sides.signed.discard(party.domain)


@cut
def expired(bench, party):
    party.cutter.target = bench.side_of(party).mta.service("expired")


@cut
def renewed(bench, party):
    """The right names on another key, of another CA that all trust."""
    party.cutter.target = bench.side_of(party).mta.service("renewed")


@cut
def no_client_cert(*_):
    """Mail to `bare` comes without one."""


@cut
def other_client_cert(*_):
    """Mail to `stranger` comes with a trusted one of another name."""


class Bench:
    """The two sides, and a host where mail is not to go."""

    def __init__(self, _make, base, pki, program):
        self.base, self.pki, self.program = base, pki, program

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.sides = stack.enter_context(TwoSides(self.base, self.pki, self.program))
            name = "mx.elsewhere.example"
            self.elsewhere = stack.enter_context(mail_sink.serve(
                mail_sink.good, self.identity_of(name), instance.free_address(SMTP_PORT),
                SMTP_PORT, name))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def last_words(self):
        return "".join(f"forcetlsd of {side.name} said last:\n"
                       + "\n".join(side.milter.log().splitlines()[-3:]) + "\n"
                       for side in self.sides.sides)

    def identity_of(self, name, key="ec"):
        return self.pki.client(name, organization="Man in the Middle", names=[name], key=key)

    def side_of(self, party):
        return next(side for side in self.sides.sides if party in side.parties.values())

    def expect_arrival(self, mails):
        """Each of these comes to the partner, once."""
        instance.wait_for(lambda: all(self.sides.arrived(mail) for mail in mails),
                          "arrival of all mail", 40)
        several = [mail.label for mail in mails if len(self.sides.arrived(mail)) != 1]
        assert not several, f"came more than once: {several}"

    def expect_attempts(self, mails, outcomes):
        """outcomes: {demand: word}, or one word for all. Nothing went in the clear."""
        if isinstance(outcomes, str):
            outcomes = dict.fromkeys(DEMANDS, outcomes)
        problems = []
        for mail in mails:
            wanted = OUTCOMES[outcomes[mail.to.demand]]
            wanted = wanted[mail.side.name] if isinstance(wanted, dict) else wanted
            if not fnmatch.fnmatchcase(str(mail.attempt), wanted):
                problems.append(f"{mail.label}: {mail.attempt}\n  expected {wanted}")
        assert not problems, "\n".join(problems)


def expect_demands(mails):
    """As forcetlsd logs at level debug what it tells Postfix."""
    for mail in mails:
        told = re.search(rf"outbound map=postfix-tls key={re.escape(mail.to.next_hop)} "
                         rf"connector={mail.to.name} mode=enforce "
                         r"reply=\"OK (encrypt|secure|fingerprint|dane-only) ", mail.side.new_log())
        assert told, f"{mail.label}: not demanded"


def expect_secrecy(mails, way="", outcomes=None):
    """Neither envelope nor content was on a wire in the clear, nor read by the man in the middle,
    but for what he decrypts since the sender was content with him."""
    for mail in mails:
        word, cutter = (outcomes or {}).get(mail.to.demand), mail.to.cutter
        allowed = set()
        if way in ENDS_TLS and word not in ("cert", "broken"):
            allowed.add(("read", "envelope"))
            if word == "sent":
                allowed.add(("read", "content"))
            if way == "onwards_in_clear":    # he is refused for it
                allowed.add(("back", "envelope"))
        for where in ("front", "back", "read"):
            seen = getattr(cutter, where)()
            for what, part in (("envelope", mail.address), ("content", mail.token)):
                assert (where, what) in allowed or part.encode() not in seen, \
                    f"{mail.label}: {what} in {where}"


def cut_test(way, outcomes):
    """The test of one way."""
    def run(bench):
        sides = bench.sides
        sides.restore()
        for party in sides.parties:
            if party.demand in outcomes:
                CUTS[way](bench, party)
        mails = sides.send(tuple(outcomes), USERS.get(way, "user"), lines=LINES.get(way, 1))
        bench.expect_attempts(mails, outcomes)
        expect_demands(mails)
        expect_secrecy(mails, way, outcomes)
        if way == "handshake_broken":
            stays_encrypted_at_the_second_attempt(bench, mails)
        settle(bench, mails)
    return run


def stays_encrypted_at_the_second_attempt(bench, mails):
    """When Postfix goes on in the clear, where it may."""
    time.sleep(FALLBACK_AGE)
    bench.sides.retry(mails)
    bench.expect_attempts(mails, "broken")
    expect_secrecy(mails)


def settle(bench, mails):
    """Nobody cuts any more: what waits comes to the partner with the queue's next run, what was
    returned has come to its author, all of it once. What waits for another certificate of its
    client goes on waiting."""
    sides = bench.sides
    sides.restore()
    waiting = [mail for mail in mails if mail.attempt.status == "deferred"]
    sides.retry(waiting)
    expect_secrecy(waiting)
    stubborn = [mail for mail in waiting if mail.recipient.startswith("stranger@")]
    bench.expect_attempts(stubborn, "unsure")
    bench.expect_attempts([mail for mail in waiting if mail not in stubborn], "sent")
    returned = [mail for mail in mails if mail.attempt.status == "bounced"]
    astray = [mail for mail in mails if str(mail.attempt) == OUTCOMES["astray"]]
    bench.expect_arrival([mail for mail in mails if mail not in stubborn + returned + astray])
    instance.wait_for(lambda: all(sides.returned(mail) for mail in returned), "all bounces")
    for mail in stubborn + returned + astray:
        assert not sides.arrived(mail), mail.label
    for side in sides.sides:
        side.mta.clear()


SUITE = Suite(Bench)


@SUITE.test("", only="postfix")
def both_configurations_load_and_fit_postfix(bench):
    """All that check says is that names bind no CA."""
    program = os.path.join(os.path.dirname(bench.program), "forcetls")
    for side in bench.sides.sides:
        done = subprocess.run(
            [program, "check", "-c", side.milter.config_file, "--mta", "postfix"], check=False,
            capture_output=True, encoding="utf-8",
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "MAIL_CONFIG": side.mta.config})
        warnings = done.stderr.splitlines()
        assert done.returncode == 1 and len(warnings) == 2, done.stderr
        assert all("binds no CA" in line for line in warnings), done.stderr


@SUITE.test("", only="postfix")
def ten_partners_send_both_ways(bench):
    """Over the TLS demanded, as either end sees it."""
    mails = bench.sides.send()
    bench.expect_attempts(mails, "sent")
    bench.expect_arrival(mails)
    expect_demands(mails)
    expect_secrecy(mails)
    for mail in mails:
        (connection,) = mail.attempt.tls
        version = "TLSv1.2" if mail.to.demand == "tls12" else "TLSv1.3"
        trust = "Trusted" if mail.to.demand in ("tls12", "tls13", "secrecy") else "Verified"
        assert (connection.version, connection.trust) == (version, trust), (mail.label, connection)
        received = bench.sides.arrived(mail)[0].headers("Received")[0]
        assert f"using {version} with cipher {connection.cipher} " in received, received
        name = f'(Client CN "{mail.sender.certificate_name}", '
        assert name in received or trust == "Trusted", received
        other = bench.side_of(mail.to)
        judged = re.search(rf"sender=<{re.escape(mail.address)}> tls={version} .*"
                           rf"connector={mail.sender.name} mode=enforce action=pass",
                           other.new_log())
        assert judged, f"{mail.label}: not in the log of {other.name}"


@SUITE.test("", only="postfix")
def subdomains_are_meant_too(bench):
    sides = bench.sides
    sides.restore()
    mails = sides.send(("tls12",), subdomain="sub.")
    bench.expect_arrival(mails)
    for party in sides.parties:
        party.cutter.cut = stripping
    mails = sides.send(("tls12",), subdomain="sub.")
    bench.expect_attempts(mails, "no-tls")
    settle(bench, mails)


@SUITE.test("", only="postfix")
def mail_to_nobodys_partner_is_seen_in_the_clear(bench):
    """Else nothing here would prove anything."""
    sides = bench.sides
    sides.restore()
    for party in sides.parties:
        party.cutter.cut = stripping
    mails = sides.send(("none",))
    bench.expect_arrival(mails)
    for mail in mails:
        cutter = mail.to.cutter
        for seen in (cutter.front(), cutter.back(), cutter.read()):
            assert mail.address.encode() in seen and mail.token.encode() in seen, mail.label


SUITE.tests += [Test(f"cut: {way.replace('_', ' ')}", cut_test(way, outcomes), "postfix")
                for way, outcomes in rows().items()]


@SUITE.test("", only="postfix")
def all_mail_waits_while_forcetlsd_is_away(bench):
    sides = bench.sides
    sides.restore()
    for party in sides.parties:
        party.cutter.cut = stripping
    mails = sides.send()
    bench.expect_attempts(mails, "no-tls")
    for side in sides.sides:
        side.milter.stop()
    sides.retry(mails)
    bench.expect_attempts(mails, "lost")
    expect_secrecy(mails)
    for side in sides.sides:
        side.milter.start()
    settle(bench, mails)


if __name__ == "__main__":
    sys.exit(SUITE.main())
