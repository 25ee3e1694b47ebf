# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Proves the harness for mail that goes out: each sink does what it is there for and tells what
came in the clear, and Postfix's smtp(8) meets the sinks by MX records under each kind of policy."""

import instance
import mail_sink
import socketmap_server
from live_bench import expect, outcome
from mail_sink import answering, good, speaking
from partners import Partners
from sending_postfix import FAST_RETRY, SendingPostfix
from smtp_client import Client, Tls, deliver
from starttls_server import stall

SINKS = {"good": good, "without": mail_sink.without_starttls, "stripped": mail_sink.stripped,
         "a454": answering("454 4.7.0 not now"), "a502": answering("502 5.5.1 unknown command"),
         "dropped": mail_sink.handshake_dropped, "old": speaking("1.0", "1.1"),
         "new": speaking("1.3", "1.3"),
         "cipher": speaking("1.2", "1.2", ciphers="ECDHE-ECDSA-AES128-SHA")}


# Sinks alone, with a client that does what it is told.


def takes_mail_over_tls(pki):
    with mail_sink.serve(good, pki.good) as sink:
        record = deliver(("127.0.0.1", sink.port), "a@b.test", ["c@d.test", "e@f.test"],
                         Tls("1.2", ciphers="ECDHE-ECDSA-AES256-SHA", sni="mx.d.test"),
                         "Subject: x\n\n.\n..\nend", pipelined=True)
        expect(outcome(record), "accepted")
        (mail,) = sink.mails
        assert mail.tls == mail_sink.Tls("TLSv1.2", "ECDHE-ECDSA-AES256-SHA", 256, "mx.d.test")
        assert (mail.sender, mail.recipients) == ("a@b.test", ["c@d.test", "e@f.test"]), mail
        assert mail.content == b"Subject: x\r\n\r\n.\r\n..\r\nend\r\n", mail.content
        assert not sink.clear


def tells_what_came_in_the_clear(pki):
    with mail_sink.serve(good, pki.good) as sink:
        expect(outcome(deliver(("127.0.0.1", sink.port), "a@b.test", "c@d.test")), "accepted")
        assert sink.mails[0].tls is None
        assert sink.clear == [b"MAIL FROM:<a@b.test>\r\n", b"RCPT TO:<c@d.test>\r\n", b"DATA\r\n",
                              b"Subject: test\r\n", b"\r\n", b"Hello.\r\n", b".\r\n"], sink.clear


def tells_of_an_envelope_before_starttls(pki):
    with mail_sink.serve(good, pki.good) as sink, Client(("127.0.0.1", sink.port)) as client:
        client.ehlo()
        client.mail("a@b.test")
        client.starttls(Tls())
        assert client.rcpt("c@d.test").code == 503
        assert sink.clear == [b"MAIL FROM:<a@b.test>\r\n"] and not sink.mails


def tells_of_half_a_line(pki):
    with mail_sink.serve(good, pki.good) as sink:
        client = Client(("127.0.0.1", sink.port))
        client.send("MAIL FROM:<a@b")
        client.close()
        instance.wait_for(lambda: sink.clear == [b"MAIL FROM:<a@b"], "half a line")


def tells_of_text_in_place_of_a_handshake(pki):
    for behaviour in (good, mail_sink.handshake_dropped, stall("handshake")):
        with mail_sink.serve(behaviour, pki.good) as sink:
            client = Client(("127.0.0.1", sink.port))
            client.ehlo()
            client.command("STARTTLS")
            client.send("MAIL FROM:<a@b.test>\r\n")
            client.close()
            instance.wait_for(lambda: sink.clear == [b"MAIL FROM:<a@b.test>\r\n"], "text")


def misbehave_as_told(pki):
    for name, tls, wanted in (
            ("without", Tls(), "starttls 502 *"), ("stripped", Tls(), "starttls 500 *"),
            ("a454", Tls(), "starttls 454 4.7.0 not now"), ("a502", Tls(), "starttls 502 *"),
            ("dropped", Tls(), "starttls 0 *"), ("old", Tls("1.2"), "starttls 0 *"),
            ("old", Tls("1.1"), "accepted"), ("new", Tls("1.2"), "starttls 0 *"),
            ("new", Tls("1.3"), "accepted"), ("cipher", Tls(), "accepted"),
            ("cipher", Tls("1.2", ciphers="ECDHE-ECDSA-AES256-SHA"), "starttls 0 *")):
        with mail_sink.serve(SINKS[name], pki.good) as sink:
            record = deliver(("127.0.0.1", sink.port), "a@b.test", tls=tls)
            expect(outcome(record), wanted, f"{name} {tls}")
            assert len(sink.mails) == (wanted == "accepted") and not sink.clear, name


def do_not_offer_starttls(pki):
    for name, offered in (("good", True), ("without", False), ("stripped", False), ("a454", True)):
        with mail_sink.serve(SINKS[name], pki.good) as sink, \
                Client(("127.0.0.1", sink.port)) as client:
            assert ("STARTTLS" in client.ehlo().lines) == offered, name


ON_SINKS = (
    takes_mail_over_tls, tells_what_came_in_the_clear, tells_of_an_envelope_before_starttls,
    tells_of_half_a_line, tells_of_text_in_place_of_a_handshake, misbehave_as_told,
    do_not_offer_starttls)


# Postfix and the sinks. A domain's parent says which policy it has; may.test has none.

OPTIONS = {"main_cf": {"smtp_dns_support_level": "dnssec"}, "tables": {"smtp_tls_policy_maps": {
    ".encrypt.test": "encrypt", ".secure.test": "secure", ".dane.test": "dane-only",
    ".modern.test": "encrypt protocols=>=TLSv1.2", ".cbc.test": "encrypt exclude=SHA1"}}}
TLS_MISSING = "deferred 4.7.4 TLS is required, but was not offered by host *"
NO_HANDSHAKE = "deferred 4.7.5 Cannot start TLS: handshake failure"
CONFIGURATION = "deferred 4.7.5 client TLS configuration problem"
NOT_VERIFIED = "deferred 4.7.5 Server certificate not verified"
SENT = "sent 2.0.0 250 2.0.0 taken"


def goes_in_the_clear(mta, partners, _):
    """What must not be said to be impossible."""
    for name in ("without", "stripped", "a454", "a502"):
        sink = partners.add(f"{name}.may.test", SINKS[name])
        expect(str(mta.send(f"u@{name}.may.test")), SENT, name)
        assert sink.mails[0].tls is None and b"DATA\r\n" in sink.clear, name


def goes_in_the_clear_at_the_second_attempt(mta, partners, _):
    sink = partners.add("dropped.may.test", mail_sink.handshake_dropped)
    attempt = mta.send("u@dropped.may.test")
    expect(str(attempt), NO_HANDSHAKE)
    assert not sink.clear
    expect(str(mta.retry(attempt)), SENT)
    assert sink.mails[0].tls is None and sink.clear


def waits_for_tls(mta, partners, _):
    refused = "4.7.0 TLS is required, but host *"
    for level in ("encrypt", "secure"):
        for name, wanted in (
                ("without", TLS_MISSING), ("stripped", TLS_MISSING),
                ("a454", f"deferred {refused}"),
                ("a502", "bounced 5.5.1 TLS is required, but host *"), ("dropped", NO_HANDSHAKE)):
            domain = f"{name}.{level}.test"
            sink = partners.add(domain, SINKS[name])
            expect(str(mta.send(f"u@{domain}")), wanted, domain)
            assert sink.heard and not sink.mails and not sink.clear, domain


def checks_certificates(mta, partners, pki):
    for name, make, trust in (
            ("good", lambda host: None, "Verified"),
            ("cn-only", pki.client, "Verified"),
            ("san-only", lambda host: pki.client(None, names=[host]), "Verified"),
            ("wrong-name", lambda host: pki.client("mx.other.test"), "Untrusted"),
            ("wrong-ca", lambda host: pki.client(host, issuer=pki.root_b), "Untrusted"),
            ("self-signed", lambda host: pki.leaf(None, host), "Untrusted")):
        domain = f"{name}.secure.test"
        sink = partners.add(domain, good, make(f"mx.{domain}"))
        attempt = mta.send(f"u@{domain}")
        expect(str(attempt), SENT if trust == "Verified" else NOT_VERIFIED, domain)
        assert attempt.tls[-1].trust == trust, attempt.notes
        assert len(sink.mails) == (trust == "Verified") and not sink.clear, domain


def chooses_versions_and_ciphers(mta, partners, _):
    for domain, wanted in (("old.encrypt.test", SENT), ("old.modern.test", NO_HANDSHAKE),
                           ("new.modern.test", SENT), ("cipher.encrypt.test", SENT),
                           ("cipher.cbc.test", NO_HANDSHAKE)):
        sink = partners.add(domain, SINKS[domain.partition(".")[0]])
        attempt = mta.send(f"u@{domain}")
        expect(str(attempt), wanted, domain)
        assert not sink.clear, domain
        for mail in sink.mails:
            connection = attempt.tls[-1]
            assert (connection.version, connection.cipher) == (mail.tls.version, mail.tls.cipher)


def asks_for_dane(mta, partners, pki):
    def check(name, wanted):
        sink = partners.sinks[f"mx.{name}.dane.test"]
        expect(str(mta.send(f"u@{name}.dane.test")), wanted, name)
        assert not sink.clear, name
        return sink

    for name in ("good", "other-key", "no-record", "unsigned"):
        sink = partners.add(f"{name}.dane.test", good, pki.leaf(None, "any.test"))
        if name != "no-record":
            partners.publish_tlsa(sink, pki.good if name == "other-key" else None)
        if name != "unsigned":
            partners.sign(f"{name}.dane.test")
    assert check("good", SENT).names == ["mx.good.dane.test"], "SNI"
    check("other-key", NOT_VERIFIED)
    check("no-record", "deferred 4.7.5 no TLSA records found")
    check("unsigned", "deferred 4.7.5 non DNSSEC destination")


def tries_each_mx(mta, partners, _):
    first = partners.add("two.encrypt.test", mail_sink.stripped)
    second = partners.add("two.encrypt.test", host="mx2.two.encrypt.test", preference=20)
    attempt = mta.send("u@two.encrypt.test")
    expect(str(attempt), SENT)
    assert attempt.relay == f"mx2.two.encrypt.test[{second.address}]:25", attempt.relay
    assert first.heard and not first.clear and len(second.mails) == 1


def needs_a_name(mta, partners, _):
    expect(str(mta.send("u@missing.test")), "bounced 5.4.4 *")
    assert ("missing.test", "MX") in partners.asked


def retries_alone_what_it_is_told(mta, partners, _):
    sinks = [partners.add(f"{name}.encrypt.test", mail_sink.stripped) for name in ("r1", "r2")]
    first, other = (mta.send(f"u@{name}.encrypt.test") for name in ("r1", "r2"))
    for sink in sinks:
        sink.behaviour = good
    expect(str(mta.retry(first)), SENT)
    assert len(mta.attempts(other.queue_id)) == 1
    mta.flush()
    instance.wait_for(lambda: len(mta.attempts(other.queue_id)) == 2, "second attempt")
    assert [len(sink.mails) for sink in sinks] == [1, 1], mta.attempts(other.queue_id)
    assert not any(sink.clear for sink in sinks)


ON_POSTFIX = (
    goes_in_the_clear, goes_in_the_clear_at_the_second_attempt, waits_for_tls, checks_certificates,
    chooses_versions_and_ciphers, asks_for_dane, tries_each_mx, needs_a_name,
    retries_alone_what_it_is_told)


def by_socketmap_and_transport(base, pki):
    """Postfix asks for each attempt; what it cannot be told defers."""
    with Partners(pki) as partners, socketmap_server.serve({}) as policies:
        sink = partners.add("hub.test")
        tables = {"transport_maps": {"contoso.test": f"smtp:{sink.next_hop}"}}
        main_cf = {"smtp_tls_policy_maps": policies.table("policy")}
        with SendingPostfix(base, pki, partners.resolver, tables, main_cf=main_cf) as mta:
            for answer, wanted, trust in (
                    ("OK secure match=mx.hub.test", SENT, "Verified"),
                    ("OK secure match=mx.other.test", NOT_VERIFIED, "Untrusted"),
                    ("OK encrypt", SENT, "Trusted"),
                    ("TEMP not now", CONFIGURATION, None)):
                policies.answers[sink.next_hop] = answer
                attempt = mta.send("u@contoso.test")
                expect(str(attempt), wanted, answer)
                assert [one.trust for one in attempt.tls] == ([trust] if trust else []), answer
            policies.answers[sink.next_hop] = "OK secure match=mx.hub.test"
            expect(str(mta.retry(attempt)), SENT)
            assert policies.asked == [f"policy {sink.next_hop}"] * 5, policies.asked
            assert len(sink.mails) == 3 and not partners.clear()
            unreachable = f"socketmap:inet:127.0.0.1:{instance.free_port()}:policy"
            mta.reload({"smtp_tls_policy_maps": unreachable})
            expect(str(mta.send("u@contoso.test")), CONFIGURATION)


def by_texthash_and_parent(base, pki):
    """Other tables after a restart, and a queue that moves by itself."""
    with Partners(pki) as partners:
        sink = partners.add("sub.contoso.test", mail_sink.without_starttls)
        tables = {"smtp_tls_policy_maps": {".contoso.test": "encrypt"}}
        with SendingPostfix(base, pki, partners.resolver, tables, main_cf=FAST_RETRY) as mta:
            attempt = mta.send("u@sub.contoso.test")
            expect(str(attempt), TLS_MISSING)
            assert not sink.clear
            mta.reload(tables={"smtp_tls_policy_maps": {"sub.contoso.test": "none"}})
            instance.wait_for(lambda: sink.mails, "mail by itself")
            assert partners.clear() == {"mx.sub.contoso.test": sink.clear}
            mta.clear()


ON_OWN_POSTFIX = (by_socketmap_and_transport, by_texthash_and_parent)
