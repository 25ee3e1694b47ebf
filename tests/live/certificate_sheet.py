# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Exchange Online's security sheet as two [certificate] sections, held against its own certificates
(of servers only, as public CAs make them now) and against ones with one wrong attribute each
(certificates_live.py)."""

import functools
import time
from datetime import datetime, timedelta, timezone

import instance
from certificate_bench import certificate_suite, reply_of, rules_config, try_mail
from live_bench import expect
from pki import CRL_URL, OCSP_URL
from smtp_client import Client, Tls
from state_files import crl_name, ocsp_name

SUITE = certificate_suite()
HOST = "mail.protection.outlook.com"
MICROSOFT = "Microsoft Corporation"
SHEET = f"""name = {HOST}
organization = {MICROSOFT}
min-key-bits = 2048
"""
OLD = SHEET + "root = Baltimore CyberTrust Root\nissuer = Microsoft IT TLS CA 5\n"
NEW = SHEET + "root = GlobalSign Root CA\nissuer = GlobalSign RSA OV SSL CA 2018\n"
CRL = CRL_URL.format("globalsign-issuing")
DAY = timedelta(days=1)


class Exchange:
    """The authorities of the sheet and what they issue."""

    def __init__(self, pki):
        self._pki = pki
        rsa = {"key": "rsa:2048"}
        self.new_root = pki.authority("globalsign", "GlobalSign Root CA",
                                      organization="GlobalSign nv-sa", **rsa)
        self.old_root = pki.authority("baltimore", "Baltimore CyberTrust Root",
                                      organization="Baltimore", **rsa)
        self._new_name = ("GlobalSign RSA OV SSL CA 2018", "GlobalSign nv-sa")
        self.new_issuer = self._issuer("globalsign-issuing", self.new_root)
        self.old_issuer = pki.authority("baltimore-issuing", "Microsoft IT TLS CA 5",
                                        self.old_root, MICROSOFT)
        self.ca_file = pki.concatenate("exchange-ca.pem", self.new_root.certificate,
                                       self.old_root.certificate)
        self.new, self.old = self.leaf(), self.leaf(issuer=self.old_issuer)

    def _issuer(self, label, root):
        name, organization = self._new_name
        return self._pki.authority(label, name, root, organization)

    @functools.cached_property
    def _key(self):
        return self._pki.client("rsa.example", key="rsa:2048")

    def leaf(self, name=HOST, **changes):
        """Exchange's certificate but for these changes."""
        wanted = {"organization": MICROSOFT, "names": [name], "issuer": self.new_issuer,
                  "usage": "serverAuth", "key": self._key, "crl": CRL, "ocsp": OCSP_URL, **changes}
        return self._pki.client(name, **wanted)

    @functools.cached_property
    def wrong(self):
        """One wrong attribute each: {words of the reply: certificate}."""
        other_root = self._issuer("baltimore-imitation", self.old_root)
        same_names = self._issuer("globalsign-imitation-issuing", self._pki.authority(
            "globalsign-imitation", "GlobalSign Root CA", organization="GlobalSign nv-sa"))
        other_issuer = self._pki.authority("globalsign-other", "GlobalSign ECC OV SSL CA 2018",
                                           self.new_root, "GlobalSign nv-sa")
        return {
            "name": self.leaf("mail.protection.outlook.com.example"),
            "organization": self.leaf(organization="Microsoft Corporation Ltd"),
            "1024<2048": self.leaf(key="rsa:1024"),
            # An issuing CA of the right name under another trusted root.
            "root": self.leaf(issuer=other_root),
            # Every name right, up to a root that nobody trusts.
            "untrusted root": self.leaf(issuer=same_names),
            "issuer": self.leaf(issuer=other_issuer),
            "expired": self.leaf(validity=("20200101000000Z", "20210101000000Z")),
            "expired ": self.leaf(validity=("20480101000000Z", "20490101000000Z")),
            "revoked": self.leaf(unit="on the CRL"),
            "revoked ": self.leaf(unit="revoked by OCSP"),
        }

    def answers(self):
        """What `forcetls refresh` would have left in the state directory."""
        revoked = self.wrong["revoked "]
        return {crl_name(CRL): self._pki.crl(self.new_issuer, [self.wrong["revoked"]]),
                ocsp_name(revoked): self._pki.ocsp(revoked, revoked=True)}


def moment(when):
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def dated(old_until, new_from):
    """The two sections and their connector; besides them, connectors whose only rule is too early
    or too late."""
    now = datetime.now(timezone.utc)
    return ("[inbound exchange]\nmatch-sender = exchange.example\n"
            "require-certificate = exchange-old, exchange-new\n"
            f"[certificate exchange-old]\n{OLD}valid-until = {moment(old_until)}\n"
            f"[certificate exchange-new]\n{NEW}valid-from = {moment(new_from)}\n"
            + rules_config({"early": NEW + f"valid-from = {moment(now + DAY)}",
                            "late": NEW + f"valid-until = {moment(now - DAY)}"}))


def use(bench, old_until, new_from):
    exchange = Exchange(bench.pki)
    known = [exchange.new, exchange.old, *exchange.wrong.values()]
    bench.use(dated(old_until, new_from), known=known, trust=exchange.ca_file, revocation="check",
              answers=exchange.answers())
    return exchange


@SUITE.test("sheet")
def certificates_of_servers_are_enough(bench):
    now = datetime.now(timezone.utc)
    exchange = use(bench, now - DAY, now - DAY)
    for version in ("1.2", "1.3"):
        bench.judge("exchange", None, "accepted", tls=Tls(version, exchange.new))
    # No MTA of today trusts them.
    bench.mta.wait_log(bench.pick("Untrusted TLS connection", "verify=FAIL"))
    bench.mta.clear()
    bench.check("accepted", "a@exchange.example", tls=Tls("1.3", exchange.new))
    assert len(bench.mta.delivered()) == 1


@SUITE.test("sheet")
def each_wrong_attribute_is_refused_and_named(bench):
    now = datetime.now(timezone.utc)
    exchange = use(bench, now - DAY, now - DAY)
    for words, identity in exchange.wrong.items():
        bench.judge("exchange", identity, words)
    bench.judge("exchange", exchange.old, "issuer root")
    bench.judge("exchange", None, "absent")
    # The same in every attribute, but not the certificate that is known.
    bench.judge("exchange", exchange.leaf(unit="unknown"), "untrusted")
    for connector in ("early", "late"):
        for identity in (exchange.new, exchange.old, None):
            bench.judge(connector, identity, "dates")
    bench.check("mail 530 5.7.0 Must issue a STARTTLS command first: mail from exchange.example "
                "requires TLS 1.2 or newer [exchange]", "a@exchange.example")


@SUITE.test("sheet")
def rollover_while_the_daemon_runs(bench):
    turn = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=3)
    exchange = use(bench, turn, turn)
    refused = f"{{}} {reply_of('issuer root', 'exchange')}"
    with Client(bench.mta.smtp) as old, Client(bench.mta.smtp) as new:
        for client, identity in ((old, exchange.old), (new, exchange.new)):
            client.ehlo()
            client.starttls(Tls("1.3", identity))
        expect(try_mail(old, "a@exchange.example"), "accepted", "old before")
        expect(try_mail(new, "a@exchange.example"),
               refused.format(bench.pick("rcpt", "mail")), "new before")
        instance.wait_for(lambda: time.time() >= turn.timestamp(), "the turn")
        # The time of MAIL counts; both sessions have their evidence.
        expect(try_mail(old, "a@exchange.example"), refused.format("mail"), "old after")
        expect(try_mail(new, "a@exchange.example"), "accepted", "new after")


@SUITE.test("sheet")
def old_and_new_side_by_side(bench):
    now = datetime.now(timezone.utc)
    exchange = use(bench, now + DAY, now - DAY)
    for identity in (exchange.old, exchange.new):
        bench.judge("exchange", identity, "accepted")
