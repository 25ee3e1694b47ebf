# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What a connector demands, and servers that have it or do not (outbound_live.py)."""

import mail_sink
from live_bench import expect
from mail_sink import answering, speaking
from outbound_bench import PATIENT, Case, Table, outbound_suite, partner

SUITE = outbound_suite()
TABLE = Table(SUITE)

VERIFIED = "require-certificate = verified"
RULES = "require-certificate = {}"
PAST = ("20200101000000Z", "20210101000000Z")
OLD_SUITE, NEW_SUITE = "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-GCM-SHA256"
ANONYMOUS = "AECDH-AES128-SHA:@SECLEVEL=0"


# Certificates of servers.


def self_signed(pki, host):
    return pki.leaf(None, host, names=[host])


def wrong_name(pki, _):
    return pki.client("mx.other.test", names=["mx.other.test"])


def wrong_ca(pki, host):
    return pki.client(host, names=[host], issuer=pki.root_b)


def expired(pki, host):
    return pki.client(host, names=[host], validity=PAST)


def not_yet(pki, host):
    return pki.client(host, names=[host], validity=("20480101000000Z", "20490101000000Z"))


def server_only(pki, host):
    return pki.client(host, names=[host], usage="serverAuth")


def client_only(pki, host):
    return pki.client(host, names=[host], usage="clientAuth")


def common_name_only(pki, host):
    return pki.client(host)


def of_domain(pki, host):
    domain = host.partition(".")[2]
    return pki.client(domain, names=[domain])


def named(*names):
    return lambda pki, _: pki.client(names[0], names=names)


def under(issuer):
    """With the right name, below this authority of the PKI."""
    return lambda pki, host: pki.client(host, names=[host], issuer=getattr(pki, issuer))


def without_chain(pki, host):
    identity = pki.client(host, names=[host])
    return type(identity)(identity.name, identity.key, identity.certificate, identity.certificate)


TABLE.add("STARTTLS:", [
    Case("offered", "", "sent", tls="Trusted TLSv1.3 .*"),
    Case("not-offered", "", "no TLS", mail_sink.without_starttls),
    Case("stripped", "", "no TLS", mail_sink.stripped),
    Case("answered-454", "", "refused", answering("454 4.7.0 TLS is not available")),
    Case("answered-502", "", "returned", answering("502 5.5.1 unknown command")),
    Case("handshake-cut", "", "no handshake", mail_sink.handshake_dropped),
    Case("not-offered-verified", VERIFIED, "no TLS", mail_sink.without_starttls),
    Case("stripped-verified", VERIFIED, "no TLS", mail_sink.stripped),
    Case("answered-454-pinned", RULES.format("c-454"), "refused", answering("454 4.7.0 later"),
         rules="[certificate c-454]\nsha256 = {sha256}"),
    Case("handshake-cut-dane", "require-certificate = dane", "no handshake",
         mail_sink.handshake_dropped,
         prepare=lambda partners, sink, pki: sign_and_publish(partners, sink, pki.good)),
])


@SUITE.test("STARTTLS:")
def permanent_refusals_wait_where_the_table_says_so(bench):
    """contrib/postfix/forcetls-status. Other mail is returned as before."""
    bench.use(partner("patient", VERIFIED))
    bench.partners.add("patient.test", answering("502 5.5.1 unknown command"))
    bench.check_all({"patient": "refused for good"}, sender=PATIENT)
    expect(str(bench.mta.send("u@gone.test", PATIENT)), "bounced 5.4.4 *")


TABLE.add("version:", [
    Case("default-1.1", "", "no handshake", speaking("1.0", "1.1")),
    Case("default-1.2", "", "sent", speaking("1.2", "1.2"), tls="Trusted TLSv1.2 .*"),
    Case("wants-1.1-has-1.1", "require-tls = 1.1", "sent", speaking("1.0", "1.1"),
         tls="Trusted TLSv1.1 .*"),
    Case("wants-1.1-has-1.0", "require-tls = 1.1", "no handshake", speaking("1.0", "1.0")),
    Case("wants-1.0-has-1.0", "require-tls = 1.0", "sent", speaking("1.0", "1.0"),
         tls="Trusted TLSv1 .*"),
    Case("wants-any-has-1.0", "require-tls = yes", "sent", speaking("1.0", "1.0"),
         tls="Trusted TLSv1 .*"),
    Case("wants-any-has-none", "require-tls = yes", "no TLS", mail_sink.without_starttls),
    Case("wants-1.3-has-1.2", "require-tls = 1.3", "no handshake", speaking("1.0", "1.2")),
    Case("wants-1.3-has-1.3", "require-tls = 1.3", "sent", tls="Trusted TLSv1.3 .*"),
    Case("verified-1.1", VERIFIED, "no handshake", speaking("1.0", "1.1")),
    Case("verified-wants-1.1-has-1.1", VERIFIED + "\nrequire-tls = 1.1", "no handshake",
         speaking("1.0", "1.1")),
])


TABLE.add("certificate:", [
    Case("right", VERIFIED, "sent", tls="Verified TLSv1.3 .*"),
    Case("right-common-name", VERIFIED, "sent", identity=common_name_only, tls="Verified .*"),
    Case("right-domain", VERIFIED, "sent", identity=of_domain, tls="Verified .*"),
    Case("right-wildcard", VERIFIED, "sent", identity=named("*.right-wildcard.test"),
         tls="Verified .*"),
    Case("server-only", VERIFIED, "sent", identity=server_only, tls="Verified .*"),
    Case("client-only", VERIFIED, "not verified", identity=client_only,
         log="not designated for use as a server certificate"),
    Case("self-signed", VERIFIED, "not verified", identity=self_signed, log="self-signed"),
    Case("wrong-name", VERIFIED, "not verified", identity=wrong_name, log="hostname mismatch"),
    Case("wrong-ca", VERIFIED, "not verified", identity=wrong_ca, log="untrusted issuer"),
    Case("expired", VERIFIED, "not verified", identity=expired, log="expired"),
    Case("not-yet-valid", VERIFIED, "not verified", identity=not_yet, log="not yet valid"),
    Case("without-chain", VERIFIED, "not verified", identity=without_chain, log="untrusted issuer"),
    Case("encrypt-self-signed", "", "sent", identity=self_signed, tls="Untrusted .*"),
    Case("encrypt-wrong-ca", "require-certificate = no", "sent", identity=wrong_ca,
         tls="Untrusted .*"),
    Case("encrypt-expired", "", "sent", identity=expired, tls="Untrusted .*"),
])


NAMES = VERIFIED + "\nrequire-certificate-name = "
TABLE.add("name:", [
    Case("exact", NAMES + "mail.exact.example", "sent", identity=named("mail.exact.example"),
         tls="Verified .*"),
    Case("exact-upper-case", NAMES + "Mail.Exact.EXAMPLE", "sent",
         identity=named("mail.exact.example"), tls="Verified .*"),
    Case("exact-international", NAMES + "bücher.example", "sent",
         identity=named("xn--bcher-kva.example"), tls="Verified .*"),
    Case("exact-other", NAMES + "mail.exact.example", "not verified", log="mx.exact-other.test"),
    Case("exact-below", NAMES + "exact.example", "not verified",
         identity=named("mail.exact.example")),
    Case("second-of-two", NAMES + "a.example, b.example", "sent", identity=named("b.example"),
         tls="Verified .*"),
    Case("any-san", NAMES + "b.example", "sent", identity=named("a.example", "b.example"),
         tls="Verified .*"),
    Case("star-itself", NAMES + "*.d.example", "sent", identity=named("d.example"),
         tls="Verified .*"),
    Case("star-below", NAMES + "*.d.example", "sent", identity=named("mx.d.example"),
         tls="Verified .*"),
    Case("star-deep", NAMES + "*.d.example", "sent", identity=named("a.b.c.d.example"),
         tls="Verified .*"),
    Case("star-not-a-label", NAMES + "*.d.example", "not verified",
         identity=named("mx.notd.example")),
    Case("star-not-in-front", NAMES + "*.d.example", "not verified",
         identity=named("d.example.evil.test")),
    Case("wildcard-certificate", NAMES + "mx.d.example", "sent", identity=named("*.d.example"),
         tls="Verified .*"),
    Case("wildcard-one-label", NAMES + "a.mx.d.example", "not verified",
         identity=named("*.d.example")),
    Case("wildcard-and-star", NAMES + "*.d.example", "sent", identity=named("*.d.example"),
         tls="Verified .*"),
    Case("rule-name", RULES.format("n-1"), "sent", identity=named("mail.rule.example"),
         rules="[certificate n-1]\nname = mail.rule.example", tls="Verified .*"),
    Case("rule-other-name", RULES.format("n-2"), "not verified",
         rules="[certificate n-2]\nname = mail.rule.example"),
    Case("rule-second", RULES.format("n-3, n-4"), "sent", identity=named("mail.four.example"),
         rules="[certificate n-3]\nname = mail.three.example\n"
               "[certificate n-4]\nname = *.four.example", tls="Verified .*"),
    Case("rule-untrusted", RULES.format("n-5"), "not verified", identity=wrong_ca,
         rules="[certificate n-5]\nname = *.rule-untrusted.test", log="untrusted issuer"),
])


TABLE.add("pin:", [
    Case("certificate", RULES.format("p-1"), "sent", identity=self_signed,
         rules="[certificate p-1]\nsha256 = {sha256}", tls="Verified .*"),
    Case("other-certificate", RULES.format("p-2"), "not verified",
         rules="[certificate p-2]\nsha256 = {other}"),
    Case("same-key-other-certificate", RULES.format("p-3"), "not verified",
         identity=lambda pki, host: pki.client(host, names=[host], key=pki.good),
         rules="[certificate p-3]\nsha256 = {other}"),
    Case("key", RULES.format("p-4"), "sent", identity=wrong_ca,
         rules="[certificate p-4]\nkey-sha256 = {key_sha256}", tls="Verified .*"),
    Case("other-key", RULES.format("p-5"), "not verified",
         rules="[certificate p-5]\nkey-sha256 = {other}"),
    Case("old-and-new-rule", RULES.format("p-6, p-7"), "sent",
         rules="[certificate p-6]\nsha256 = {other}\n[certificate p-7]\nsha256 = {sha256}",
         tls="Verified .*"),
    Case("old-and-new-pin", RULES.format("p-8"), "sent",
         rules="[certificate p-8]\nsha256 = {other}\n  {sha256}\nkey-sha256 = {other}",
         tls="Verified .*"),
    Case("new-pin-not-yet", RULES.format("p-9, p-10"), "not verified",
         rules="[certificate p-9]\nsha256 = {other}\n"
               "[certificate p-10]\nsha256 = {sha256}\nvalid-from = 2090-01-01"),
    Case("old-pin-no-more", RULES.format("p-11"), "no policy",
         rules="[certificate p-11]\nsha256 = {sha256}\nvalid-until = 2020-01-01",
         log=r"none of the \[certificate\] sections of \[outbound old-pin-no-more\] counts"),
    Case("pinned-expired", RULES.format("p-12"), "sent", identity=expired,
         rules="[certificate p-12]\nsha256 = {sha256}", tls="Verified .*"),
    Case("pinned-not-offered", RULES.format("p-13"), "no TLS", mail_sink.without_starttls,
         rules="[certificate p-13]\nsha256 = {sha256}"),
])


TABLE.add("root:", [
    Case("right-root", RULES.format("r-1"), "sent",
         rules="[certificate r-1]\nroot = Test Root CA A", tls="Verified .*"),
    Case("imitated-root", RULES.format("r-2"), "not verified", identity=under("root_a_imitation"),
         rules="[certificate r-2]\nroot = Test Root CA A", log="no matching DANE TLSA records"),
    Case("another-root", RULES.format("r-3"), "not verified", identity=under("root_c"),
         rules="[certificate r-3]\nroot = Test Root CA A", log="no matching DANE TLSA records"),
    Case("one-of-two-roots", RULES.format("r-4"), "sent", identity=under("root_c"),
         rules="[certificate r-4]\nroot = Test Root CA A\n  Test Root CA C", tls="Verified .*"),
    Case("root-and-name", RULES.format("r-5"), "sent", identity=named("mail.r.example"),
         rules="[certificate r-5]\nroot = Test Root CA A\nname = mail.r.example",
         tls="Verified .*"),
    Case("root-and-other-name", RULES.format("r-6"), "not verified",
         rules="[certificate r-6]\nroot = Test Root CA A\nname = mail.r.example"),
    Case("root-and-wrong-name", RULES.format("r-7"), "not verified", identity=wrong_name,
         rules="[certificate r-7]\nroot = Test Root CA A"),
    Case("root-self-signed", RULES.format("r-8"), "not verified", identity=self_signed,
         rules="[certificate r-8]\nroot = Test Root CA A"),
])


def sign_and_publish(partners, sink, identity=None):
    partners.sign(sink.name.partition(".")[2])
    partners.publish_tlsa(sink, identity)


def publish_unsigned(partners, sink, _):
    partners.publish_tlsa(sink)


DANE = "require-certificate = dane"
TABLE.add("dane:", [
    Case("right-record", DANE, "sent", identity=self_signed, tls="Verified .*",
         prepare=lambda partners, sink, pki: sign_and_publish(partners, sink)),
    Case("wrong-record", DANE, "not verified",
         prepare=lambda partners, sink, pki: sign_and_publish(partners, sink, pki.good)),
    Case("no-record", DANE, "no TLSA",
         prepare=lambda partners, sink, pki: partners.sign("no-record.test")),
    Case("unsigned", DANE, "unsigned", prepare=publish_unsigned),
    Case("right-record-1.2", DANE + "\nrequire-tls = 1.3", "no handshake", speaking("1.0", "1.2"),
         prepare=lambda partners, sink, pki: sign_and_publish(partners, sink)),
])


TABLE.add("cipher:", [
    Case("only-denied", "deny-ciphers = *-SHA", "no handshake",
         speaking("1.2", "1.2", ciphers=OLD_SUITE)),
    Case("denied-and-other", "deny-ciphers = *-SHA", "sent",
         speaking("1.2", "1.2", ciphers=f"{OLD_SUITE}:{NEW_SUITE}"), tls=f".* {NEW_SUITE}"),
    Case("not-denied", "", "sent", speaking("1.2", "1.2", ciphers=OLD_SUITE),
         tls=f".* {OLD_SUITE}"),
    Case("denied-by-iana-name", "deny-ciphers = TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
         "no handshake", speaking("1.2", "1.2", ciphers=OLD_SUITE)),
    Case("denied-verified", VERIFIED + "\ndeny-ciphers = *-SHA", "no handshake",
         speaking("1.2", "1.2", ciphers=OLD_SUITE)),
    # aNULL stays excluded where a certificate is demanded, and eNULL everywhere.
    Case("anonymous", "deny-ciphers = *-SHA256", "sent",
         speaking("1.2", "1.2", ciphers=ANONYMOUS), tls="Anonymous .*"),
    Case("anonymous-verified", VERIFIED + "\ndeny-ciphers = *-SHA256", "no handshake",
         speaking("1.2", "1.2", ciphers=ANONYMOUS)),
    Case("null", "deny-ciphers = *-SHA256", "no handshake",
         speaking("1.2", "1.2", ciphers="eNULL:@SECLEVEL=0")),
])


TABLE.add("server-name:", [
    Case("given", "server-name = Tenant7.hosting.test", "sent"),
    Case("given-verified", VERIFIED + "\nserver-name = t.hosting.test", "sent", tls="Verified .*"),
    Case("not-given", VERIFIED, "sent"),
])


@SUITE.test("server-name:")
def is_asked_for(bench):
    for name, seen in (("given", "tenant7.hosting.test"), ("given-verified", "t.hosting.test"),
                       ("not-given", None)):
        (mail,) = bench.partners.sinks[f"mx.{name}.test"].mails
        assert mail.tls.name == seen, mail.tls
