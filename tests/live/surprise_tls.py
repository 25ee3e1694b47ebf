# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""The surprises about TLS, ciphers and certificates (surprises_live.py)."""

import re

from live_bench import Suite, expect, outcome
from smtp_client import Client, Tls

SUITE = Suite()
CONFIG = """
[inbound contoso]
match-sender = contoso.com
[inbound trusted]
match-sender = verified.example
require-certificate = verified
[inbound named]
match-sender = named.example
require-certificate-name = mail.contoso.com
[inbound idn]
match-sender = idn.example
require-certificate-name = mäil.contoso.日本.example
[inbound issued]
match-sender = issued.example
require-certificate = a1
[inbound organized]
match-sender = organized.example
require-certificate = contoso-ltd
[inbound unit]
match-sender = unit.example
require-certificate = mail-unit
[inbound strong]
match-sender = strong.example
require-forward-secrecy = yes
deny-ciphers = *CBC*
[certificate a1]
issuer = Test Issuing CA A1
[certificate contoso-ltd]
organization = Contoso Ltd
[certificate mail-unit]
organizational-unit = Mail
"""
REQUIRED = "a verified certificate required for mail from"
UNKNOWN_NAME = "mail 451 4.7.0 Cannot verify the name of the certificate for mail from *"
UNTRUSTED = ("untrusted", "selfsigned", "expired", "not_yet_valid", "server_only", "without_chain")


def show(bench, domain, identity, wanted, version="1.3"):
    """Sends with one of the PKI's identities (by name) or none."""
    shown = getattr(bench.pki, identity) if isinstance(identity, str) else identity
    record = bench.send(f"a@{domain}", tls=Tls(version, shown))
    expect(outcome(record), wanted, f"{domain} with {identity}")


@SUITE.test("1")
def no_second_ehlo(bench):
    bench.use(CONFIG)
    old = ("mail 550 5.7.4 TLSv1.1 seen, TLS 1.2 or newer required for mail from contoso.com "
           "[contoso]")
    for how in ({"second_ehlo": False}, {"second_ehlo": False, "helo": None},
                {"to": bench.mta.smtps, "wrapper": True},
                {"to": bench.mta.smtps, "wrapper": True, "helo": None}):
        bench.check("accepted", "a@contoso.com", tls=Tls("1.2"), **how)
        bench.check("accepted", "a@named.example", tls=Tls("1.3", bench.pki.good), **how)
        bench.check(old, "a@contoso.com", tls=Tls("1.1"), **how)


@SUITE.test("2")
def only_trust_makes_a_certificate_count(bench):
    bench.use(CONFIG)
    seen = bench.pick("no certificate", "an untrusted certificate")
    for identity in UNTRUSTED:
        for domain in ("verified.example", "named.example"):
            show(bench, domain, identity, f"mail 550 5.7.5 {seen} seen, {REQUIRED} {domain} *")
    show(bench, "verified.example", None,
         f"mail 550 5.7.5 no certificate seen, {REQUIRED} verified.example [trusted]")
    show(bench, "verified.example", "good", "accepted")


@SUITE.test("3")
def trusted_without_a_usable_name(bench):
    bench.use(CONFIG)
    for identity in ("san_only", "empty_name", "long_name", "nul_name", "newline_name"):
        show(bench, "verified.example", identity, "accepted")
        show(bench, "named.example", identity, UNKNOWN_NAME)


@SUITE.test("4")
def what_subject_and_issuer_mean(bench):
    bench.use(CONFIG)
    show(bench, "issued.example", "good", "accepted")
    show(bench, "issued.example", bench.pki.client("mail.contoso.com", issuer=bench.pki.root_c),
         "mail 550 5.7.1 another issuer seen, *")
    # A name binds no CA: A1's twin under another trusted root looks the same.
    show(bench, "issued.example", "issuer_twin", "accepted")
    # An issuer without CN: Postfix shows its organization, Sendmail that it has none.
    show(bench, "issued.example", "issuer_o", "mail 550 5.7.1 another issuer seen, *")
    unknown = "mail 451 4.7.0 Cannot verify the organization of the certificate *"
    other = "mail 550 5.7.1 another organization seen, *"
    show(bench, "organized.example", "good", bench.pick(unknown, "accepted"))
    show(bench, "organized.example", "wrong_name", bench.pick(unknown, other))
    for identity in ("slash_organization", "slash_unit_as_organization"):
        show(bench, "organized.example", identity, unknown)
    show(bench, "unit.example", "good", bench.pick(unknown.replace("organization",
                                                                   "organizational unit"),
                                                   "accepted"))


@SUITE.test("5")
def a_name_is_what_a_ca_wrote(bench):
    bench.use(CONFIG)
    odd = [bench.pki.client(name) for name in (
        "100% mail.contoso.com", "CN=mail.contoso.com", "mail.contoso.com/CN=evil.example",
        "mail.contoso.com, evil.example", "%s%n", "mail.contoso.com.evil.example",
        "*.com", "*", "evilmail.contoso.com")]
    for identity in ("two_names", "slash_name", "slash_organization", "wrong_name", "spaces",
                     "leading_space", "utf8", *odd):
        show(bench, "named.example", identity, UNKNOWN_NAME)
    for identity in ("good", "two_names_good_first", "wildcard", "trailing_dot", "upper_case"):
        show(bench, "named.example", identity, "accepted")
    show(bench, "idn.example", "utf8", "accepted")
    show(bench, "idn.example", "good", UNKNOWN_NAME)


@SUITE.test("6")
def server_certificate_is_untrusted(bench):
    bench.use(CONFIG)
    seen = bench.pick("no certificate", "an untrusted certificate")
    show(bench, "verified.example", "server_only",
         f"mail 550 5.7.5 {seen} seen, {REQUIRED} verified.example [trusted]")
    bench.filter.wait_log(r"sender=\S*verified\.example.* violations=certificate-"
                          + bench.pick("absent", "untrusted"))


@SUITE.test("7")
def mta_that_asks_for_no_certificate(bench):
    options = bench.pick({"main_cf": {"smtpd_tls_ask_ccert": "no"}}, {"ask_for_certificate": False})
    wanted = bench.pick(f"mail 550 5.7.5 no certificate seen, {REQUIRED} verified.example *",
                        "mail 451 4.7.0 Cannot verify *")
    with bench.own(CONFIG, **options) as own:
        for _ in range(3):
            show(own, "verified.example", "good", wanted)
        hints = len(re.findall("smtpd_tls_ask_ccert", own.filter.log()))
        assert hints == bench.pick(1, 0), f"{hints} hints\n{own.filter.log()}"


@SUITE.test("17")
def resumption_keeps_trust(bench):
    bench.use(CONFIG)
    for version in ("1.2", "1.3"):
        tls = Tls(version, bench.pki.good, resume=True)
        for resumed in (False, True):
            with Client(bench.mta.smtp) as client:
                client.ehlo()
                client.starttls(tls)
                assert client.resumed == resumed, f"TLS {version}: resumed {client.resumed}"
                reply = client.mail("a@named.example")
                assert reply.ok, f"TLS {version}, resumed {resumed}: {reply}"
                client.rset()


@SUITE.test("30")
def cipher_names_and_forward_secrecy(bench):
    bench.use(CONFIG)
    secrecy = "forward secrecy required for mail from strong.example"
    another = "another cipher required for mail from strong.example"
    for version, cipher, wanted in (
            ("1.3", None, "accepted"),
            ("1.2", "ECDHE-RSA-AES256-GCM-SHA384", "accepted"),
            ("1.2", "ECDHE-RSA-CHACHA20-POLY1305", "accepted"),
            ("1.2", "AES128-GCM-SHA256",
             f"mail 550 5.7.4 AES128-GCM-SHA256 seen, {secrecy} [strong]"),
            ("1.2", "ECDHE-RSA-AES256-SHA384",
             f"mail 550 5.7.4 ECDHE-RSA-AES256-SHA384 seen, {another} [strong]"),
            ("1.2", "AES256-SHA", f"mail 550 5.7.4 AES256-SHA seen, {another}; "
                                  f"AES256-SHA seen, {secrecy} [strong]"),
            ("1.1", "ECDHE-RSA-AES128-SHA",
             f"mail 550 5.7.4 TLSv1.1 seen, TLS 1.2 or newer required for mail from "
             f"strong.example; ECDHE-RSA-AES128-SHA seen, {another} [strong]")):
        record = bench.send("a@strong.example", tls=Tls(version, ciphers=cipher))
        assert cipher in (None, record.cipher), f"{cipher}: {record}"
        expect(outcome(record), wanted, f"{version} {cipher}")


@SUITE.test("30")
def no_encryption_is_no_tls(bench):
    text = "Must issue a STARTTLS command first: mail from contoso.com requires TLS 1.2 or newer"
    for suite, grade in (("ECDHE-RSA-NULL-SHA", "null"), ("ADH-AES256-GCM-SHA384", "low")):
        # Postfix offers anonymous suites only where it asks for no certificate.
        options = bench.pick(
            {"main_cf": {"smtpd_tls_ciphers": grade, "smtpd_tls_ask_ccert": "no"}},
            {"ciphers": "ALL:eNULL:aNULL:@SECLEVEL=0"})
        with bench.own(CONFIG, **options) as own:
            record = own.send("a@contoso.com", tls=Tls("1.2", ciphers=suite))
            assert record.cipher == suite, f"{suite}: {record}"
            expect(outcome(record), f"mail 530 5.7.0 {text} [contoso]", suite)
