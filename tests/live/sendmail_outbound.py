# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Sendmail's rulesets ask forcetlsd about each server: what waits, why, and that nothing of it is
seen in the clear, the envelope included."""

import mail_sink
import socketmap_server
from live_bench import Suite, expect
from mail_sink import answering, good, speaking
from sendmail_outbound_bench import OutboundBench, policy
from smtp_client import Client, Tls

SUITE = Suite(OutboundBench)
TWO = "mx.two.test:mx2.two.test"
ROUTES = {**{f"{name}.shared.test": "mx.shared.test" for name in ("first", "second", "free")},
          **dict.fromkeys(("two.test", "a.two.test", "z.two.test"), TWO)}
ENCRYPT = "[outbound {0}]\nmatch-recipient = *.{0}.test\n"
VERIFIED = ENCRYPT + "require-certificate = verified\n"
NAMED = VERIFIED + "require-certificate-name = {1}\n"

NO_TLS = {
    "without": (mail_sink.without_starttls, "the server has no STARTTLS"),
    "stripped": (mail_sink.stripped, "the server has no STARTTLS"),
    "a454": (answering("454 4.7.0 not now"), "the server answers STARTTLS with an error"),
    "a502": (answering("502 5.5.1 unknown command"), "the server has no STARTTLS"),
    "dropped": (mail_sink.handshake_dropped, "the TLS handshake failed"),
}


@SUITE.test("", only="sendmail")
def without_a_connector_mail_goes_as_before(bench):
    bench.use("")
    for name in ("without", "stripped", "a502"):
        bench.partner(f"{name}.free.test", NO_TLS[name][0])
        bench.check(f"{name}.free.test", "sent", clear=[f"mx.{name}.free.test"])
        assert bench.partners.sinks.pop(f"mx.{name}.free.test").mails[0].tls is None
    sink = bench.partner("tls.free.test", good, bench.pki.selfsigned)
    bench.check("tls.free.test", "sent")
    assert sink.mails[0].tls


@SUITE.test("", only="sendmail")
def nothing_is_sent_in_the_clear(bench):
    bench.use(ENCRYPT.format("encrypt") + VERIFIED.format("secure"))
    for connector in ("encrypt", "secure"):
        for name, (behaviour, reason) in NO_TLS.items():
            domain = f"{name}.{connector}.test"
            sink = bench.partner(domain, behaviour)
            bench.check(domain, policy(reason))
            assert sink.heard and not sink.mails, domain


@SUITE.test("", only="sendmail")
def certificates(bench):
    pki = bench.pki
    bench.use(ENCRYPT.format("encrypt") + VERIFIED.format("secure") +
              NAMED.format("named", "mail.contoso.com, *.fabrikam.com") +
              NAMED.format("other", "mail.other.test"))
    other = "the certificate has another name than "
    untrusted = "the certificate is not trusted"
    names = "mail.contoso.com, *.fabrikam.com"
    for domain, identity, wanted in (
            ("a.encrypt.test", pki.selfsigned, None),
            ("b.encrypt.test", pki.expired, None),
            ("host.secure.test", pki.client("mx.host.secure.test"), None),
            ("san.secure.test", pki.client(None, names=["mx.san.secure.test"]), None),
            ("wild.secure.test", pki.client("x.test", names=["*.wild.secure.test"]), None),
            ("domain.secure.test", pki.client("x.test", names=["DOMAIN.Secure.Test"]), None),
            ("self.secure.test", pki.leaf(None, "mx.self.secure.test"), untrusted),
            ("ca.secure.test", pki.client("mx.ca.secure.test", issuer=pki.root_b), untrusted),
            ("expired.secure.test", pki.expired, untrusted),
            ("wrong.secure.test", pki.client("mx.hosting.test", names=["wrong.test"]),
             other + "*.wrong.secure.test"),
            ("evil.secure.test", pki.client("mx.evil.secure.test.evil.test"),
             other + "*.evil.secure.test"),
            ("cn.named.test", pki.good, None),
            ("wild.named.test", pki.client("*.contoso.com"), None),
            ("san.named.test", pki.client("a.test", names=["b.test", "mail.contoso.com"]), None),
            ("wildsan.named.test", pki.client("a.test", names=["*.contoso.com"]), None),
            ("cnbelow.named.test", pki.client("a.b.fabrikam.com"), None),
            ("sandomain.named.test", pki.client(None, names=["fabrikam.com"]), None),
            # The name that DNS gives the server is none of those wanted.
            ("own.named.test", pki.client("mx.own.named.test", names=["mx.own.named.test"]),
             other + names),
            ("deep.named.test", pki.client("x.mail.contoso.com"), other + names),
            ("like.named.test", pki.client("evilfabrikam.com"), other + names),
            ("ca.named.test", pki.untrusted, untrusted),
            ("self.named.test", pki.selfsigned, untrusted),
            ("chain.named.test", pki.without_chain, untrusted),
            ("spaces.named.test", pki.spaces, other + names),
            ("slash.named.test", pki.slash_name, other + names),
            ("nul.named.test", pki.nul_name, other + names),
            ("long.named.test", pki.long_name, other + names),
            ("punctuation.named.test", pki.punctuation, other + names),
            ("quotes.named.test", pki.quotes, other + names),
            ("empty.named.test", pki.empty_name, other + names),
            ("utf8.named.test", pki.utf8, other + names),
            ("newline.named.test", pki.newline_name, other + names),
            ("colon.other.test", pki.client("a.test", names=["mail.other.test:x"]),
             other + "mail.other.test")):
        sink = bench.partner(domain, good, identity)
        bench.check(domain, policy(wanted) if wanted else "sent")
        assert len(sink.mails) == (wanted is None) and all(mail.tls for mail in sink.mails), domain


@SUITE.test("", only="sendmail")
def versions_and_ciphers(bench):
    bench.use(ENCRYPT.format("modern") +
              ENCRYPT.format("newest") + "require-tls = 1.3\n" +
              ENCRYPT.format("any") + "require-tls = yes\n" +
              ENCRYPT.format("cbc") + "deny-ciphers = *CBC*, *-SHA\n")
    old, cipher = speaking("1.0", "1.1"), speaking("1.2", "1.2", ciphers="ECDHE-ECDSA-AES128-SHA")
    for domain, behaviour, wanted in (
            ("old.modern.test", old, "TLSv1.1 is too old"),
            ("new.modern.test", speaking("1.2", "1.2"), None),
            ("new.newest.test", speaking("1.2", "1.2"), "TLSv1.2 is too old"),
            ("newest.newest.test", speaking("1.3", "1.3"), None),
            ("old.any.test", old, None),
            ("cipher.cbc.test", cipher, "cipher ECDHE-ECDSA-AES128-SHA is denied"),
            ("newest.cbc.test", good, None)):
        sink = bench.partner(domain, behaviour)
        bench.check(domain, policy(wanted) if wanted else "sent")
        assert len(sink.mails) == (wanted is None), domain


@SUITE.test("", only="sendmail")
def rules(bench):
    pki = bench.pki
    pins = [pki.selfsigned, pki.good]
    bench.use("".join(f"[outbound {name}]\nmatch-recipient = *.{name}.test\n"
                      f"require-certificate = {name}\n[certificate {name}]\n{body}\n"
                      for name, body in {
                          "pinned": f"sha256 = {pki.selfsigned.sha256}",
                          "keyed": f"key-sha256 = {pki.good.key_sha256}",
                          "ruled": "name = mail.contoso.com",
                          "later": "name = mail.contoso.com\nvalid-from = 2090-01-01",
                      }.items()) +
              "[outbound signed]\nmatch-recipient = *.dane.test\nrequire-certificate = dane\n")
    for domain, identity, wanted in (
            ("right.pinned.test", pins[0], None),
            ("wrong.pinned.test", pins[1], "the certificate is none of those pinned"),
            ("right.keyed.test", pki.good, "Sendmail cannot tell 'key-sha256'"),
            ("right.ruled.test", pki.good, None),
            ("wrong.ruled.test", pki.wrong_name,
             "the certificate has another name than mail.contoso.com"),
            ("right.later.test", pki.good,
             "none of the [certificate] sections counts at this time"),
            ("right.dane.test", pki.good, "the server is not verified by DANE")):
        bench.partner(domain, good, identity)
        bench.check(domain, policy(wanted) if wanted else "sent")


@SUITE.test("", only="sendmail")
def connectors_that_demand_nothing(bench):
    bench.use(ENCRYPT.format("watched") + "mode = monitor\n" +
              ENCRYPT.format("late") + "enforce-from = 2090-01-01\n" +
              ENCRYPT.format("broken") + "suspend-until = 2090-01-01\n")
    for name in ("watched", "late", "broken"):
        bench.partner(f"a.{name}.test", mail_sink.without_starttls)
        bench.check(f"a.{name}.test", "sent", clear=[f"mx.a.{name}.test"])
        del bench.partners.sinks[f"mx.a.{name}.test"]
    bench.filter.wait_log("next_hop=a.watched.test connector=watched mode=monitor")


@SUITE.test("", only="sendmail")
def addresses(bench):
    """However the recipient is written, its domain is found."""
    bench.use("[outbound exact]\nmatch-recipient = exact.test\n")
    sink = bench.partner("exact.test", mail_sink.without_starttls)
    wait = policy("the server has no STARTTLS")
    for recipient in ("user@exact.test", "user@EXACT.test", "user@exact.test.",
                      '"a b"@exact.test', '"a@free.test"@exact.test', "a%free.test@exact.test",
                      "@free.test:user@exact.test", "a+b/c@exact.test", r'"a\"b"@exact.test',
                      '"a(b"@exact.test', '"<a>"@exact.test', "a!b@exact.test", "$u@exact.test",
                      "x" * 64 + "@exact.test", ".".join("a" * 120) + "@exact.test",
                      '"' + "\\'" * 60 + '"@exact.test', "=?x?=@exact.test", "a/b/c/@exact.test"):
        attempt = bench.mta.send(recipient)
        expect(str(attempt), wait, recipient)
        bench.expect_clear()
    assert not sink.mails and "exact.test" in bench.mta.log()


@SUITE.test("", only="sendmail")
def several_recipients_of_one_server(bench):
    """One transaction: each recipient by its own connector."""
    bench.use(NAMED.format("first.shared", "first.test") +
              NAMED.format("second.shared", "second.test"))
    sink = bench.partner("shared.test", good, bench.pki.client("second.test"))
    wait = policy("the certificate has another name than first.test")
    for order, taken in ((["second", "first", "free"], ["free", "second"]),
                         (["free", "first", "second"], ["free", "second"])):
        sink.mails.clear()
        attempts = bench.mta.send([f"user@{name}.shared.test" for name in order], wanted=3)
        outcomes = {attempt.recipient: str(attempt) for attempt in attempts}
        expect(outcomes["user@first.shared.test"], wait)
        seen = sorted(one for mail in sink.mails for one in mail.recipients)
        assert seen == [f"user@{name}.shared.test" for name in taken], (order, seen)
    bench.expect_clear()


@SUITE.test("", only="sendmail")
def a_first_recipient_that_waits(bench):
    """It keeps the connection from all of its mail, for that would tell the sender's address."""
    bench.use(ENCRYPT.format("first.shared"))
    sink = bench.partner("shared.test", mail_sink.without_starttls)
    attempts = bench.mta.send(["user@first.shared.test", "user@free.shared.test"], wanted=2)
    for attempt in attempts:
        expect(str(attempt), policy("the server has no STARTTLS"))
    assert sink.heard and not sink.mails
    bench.expect_clear()


@SUITE.test("", only="sendmail")
def another_mx(bench):
    """The first server is not what it must be, and the second is."""
    bench.use(NAMED.format("two", "mail.contoso.com"))
    first = bench.partner("two.test", mail_sink.stripped)
    second = bench.partner("two.test", good, bench.pki.good, host="mx2.two.test")
    bench.check("two.test", "sent")
    assert first.heard and len(second.mails) == 1


@SUITE.test("", only="sendmail")
def an_older_connection(bench):
    """Names in one server's certificate do not count for another that is still open."""
    bench.use("[outbound two]\nmatch-recipient = two.test\nrequire-certificate = verified\n"
              "require-certificate-name = mail.contoso.com\n")
    evil = bench.partner("two.test", good, bench.pki.client("mx.evil.test"))
    right = bench.partner("two.test", good, bench.pki.client("x.test", names=["mail.contoso.com"]),
                          host="mx2.two.test")
    bench.filter.stop()
    for _ in range(4):
        # For a@ the connection is made, and might be left open.
        bench.mta.send(["a@a.two.test", "user@two.test", "z@z.two.test"], wanted=3)
    bench.filter.start()
    bench.mta.run_queue()
    assert len(evil.mails) == len(right.mails) == 4, (len(evil.mails), len(right.mails))
    for mail in evil.mails:
        assert mail.recipients == ["a@a.two.test", "z@z.two.test"], mail.recipients


@SUITE.test("", only="sendmail")
def a_server_that_had_tls_before(bench):
    """What is known of one connection does not count for the next of the same process."""
    bench.use(ENCRYPT.format("once"))
    connections = []

    def once(peer):
        connections.append(peer)
        (take_one if len(connections) == 1 else mail_sink.without_starttls)(peer)

    sink = bench.partner("a.once.test", once)
    bench.filter.stop()
    for _ in range(3):
        bench.mta.send("user@a.once.test")
    connections.clear()
    bench.filter.start()
    bench.mta.run_queue()
    assert len(connections) > 1 and len(sink.mails) == 1 and sink.mails[0].tls, connections
    bench.expect_clear()


def take_one(peer):
    """Takes a mail and hangs up."""
    say = peer.say

    def say_and_end(text):
        say(text)
        if text.endswith("taken"):
            raise ConnectionError("enough")

    peer.say = say_and_end
    good(peer)


@SUITE.test("", only="sendmail")
def mail_that_came_in_over_tls(bench):
    """Its encryption is not that of its way out, though one process does both."""
    with bench.own("[outbound a]\nmatch-recipient = second.shared.test\n", routes=ROUTES,
                   defines={"confDELIVERY_MODE": "interactive"}) as own:
        sink = own.partner("shared.test", mail_sink.without_starttls)
        with Client(own.mta.smtp) as client:
            client.ehlo()
            client.starttls(Tls("1.3"))
            for name in ("first", "second", "first", "second"):
                assert client.mail("a@local.test").ok
                assert client.rcpt(f"user@{name}.shared.test").ok
                assert client.data().ok
        seen = {one for mail in sink.mails for one in mail.recipients}
        assert seen == {"user@first.shared.test"}, seen


# Each without what would let mail through; `OK` alone ends a process of Sendmail's.
STRANGE = [
    "NOTFOUND ", "PERM no", "TEMP no", "TIMEOUT no", "HELLO", "OK  ", "OK accept", "OK sends",
    "OK send more", "OK <send>", "OK <> send", "OK $@ <send>", "OK $#send", 'OK "send"', "OK wait",
    'OK wait "a" "b"', 'OK named "a"', 'OK named "a" :', 'OK named "a" :mx.strange.test', 'OK "',
    'OK named "a :strange.test:', "OK (", "OK <", "OK ()", "OK " + "a" * 3000, "OK " + "a." * 600,
    'OK named "a" :' + "a.b:" * 250, 'OK named "a" :' + "a.b.c.d.e.f:" * 100,
    'OK wait "' + "a" * 2000 + '"', "OK send" + " " * 2000 + "x", "OK se\0nd",
]


class Same(dict):
    """Gives one answer to all."""

    def get(self, *_):
        return self["answer"]


@SUITE.test("", only="sendmail")
def answers_that_cannot_be_read(bench):
    """A ruleset that Sendmail breaks off lets no mail through."""
    bench.use("")
    sink = bench.partner("strange.test")
    bench.filter.stop()
    server = socketmap_server.Server(Same(), port=bench.port)
    try:
        for answer in STRANGE:
            server.answers["answer"] = answer
            bench.check("strange.test", "deferred 454 4.7.0 TLS policy: *")
            assert not sink.mails, answer[:60]
        assert server.asked
        server.answers["answer"] = 'OK named "a" :x.test:mx.strange.test:'
        bench.check("strange.test", "sent")
    finally:
        server.stop()
        bench.filter.start()


@SUITE.test("", only="sendmail")
def the_longest_answer(bench):
    names = [f"a{number}.b.c.d.e.f.g.h" for number in range(24)]
    bench.use(NAMED.format("long", "\n ".join(names)))
    sink = bench.partner("a.long.test", good, bench.pki.client("x.test", names=names[-1:]))
    bench.check("a.long.test", "sent")
    bench.partner("b.long.test", good)
    bench.check("b.long.test", "deferred 454 4.7.0 TLS policy: the certificate has another name *")
    assert len(sink.mails) == 1


@SUITE.test("", only="sendmail")
def more_names_than_fit(bench):
    names = [f"a{number}.b.c.d.e.f.g.h" for number in range(60)]
    bench.use(NAMED.format("long", "\n ".join(names)))
    bench.partner("c.long.test", good, bench.pki.client("x.test", names=names[-1:]))
    bench.check("c.long.test",
                "deferred 454 4.7.0 TLS policy: there are too many names for Sendmail")


@SUITE.test("", only="sendmail")
def a_daemon_that_is_away(bench):
    """All mail waits, that of no connector too, and goes when it is back."""
    bench.use(ENCRYPT.format("away"))
    sink, free = bench.partner("a.away.test"), bench.partner("away.free.test")
    bench.filter.stop()
    try:
        for domain in ("a.away.test", "away.free.test"):
            bench.check(domain, "deferred 454 4.7.0 TLS policy: forcetlsd does not answer")
    finally:
        bench.filter.start()
    assert not sink.mails and not free.mails
    bench.mta.run_queue()
    assert len(sink.mails) == len(free.mails) == 1
