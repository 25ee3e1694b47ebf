# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What the live tests of certificates share: a bench whose forcetlsd learns digests from both MTAs,
knows certificates and revocation answers; and the replies of DESIGN.md by short words.

    bench.use(CONFIG, known=[pki.server_only], revocation="check")
    bench.judge("contoso", pki.server_only, "accepted")
    bench.judge("contoso", None, "absent")
    bench.judge("contoso", pki.wrong_name, "missing name root")

Connector `contoso` judges mail from contoso.example: rules_config() writes such ones."""

import contextlib
import os
import shutil

from forcetlsd import Forcetlsd
from live_bench import NOTHING, Bench, Suite, expect, plain
from smtp_client import Client, Tls

USER = "user@local.test"
DOOR = "private/forcetls-evidence"
ASK_THE_DOOR = f"check_policy_service {{ unix:{DOOR}, timeout=5s, default_action=DUNNO }}, permit"
MTA_OPTIONS = {"postfix": {"main_cf": {"smtpd_recipient_restrictions": ASK_THE_DOOR}},
               "sendmail": {"fingerprint": "sha256"}}

VERIFIED = "a verified certificate"
NOUNS = {"name": "name", "organization": "organization", "unit": "organizational unit",
         "issuer": "issuer", "issuer-organization": "issuer organization", "root": "root",
         "pin": "certificate", "key-pin": "key"}
# Word: codes, what is seen, what is required.
FAULTS = {
    "absent": ("550 5.7.5", "no certificate", VERIFIED),
    "untrusted": ("550 5.7.5", "an untrusted certificate", VERIFIED),
    "expired": ("550 5.7.5", "an expired or not yet valid certificate", VERIFIED),
    "revoked": ("550 5.7.5", "a revoked certificate", "a certificate that is not revoked"),
    "1024<2048": ("550 5.7.5", "a key of 1024 bits", "a key of 2048 bits"),
    "2048<3072": ("550 5.7.5", "a key of 2048 bits", "a key of 3072 bits"),
    "dates": ("550 5.7.1", "no current certificate rule", "a current certificate rule"),
    **{word: ("550 5.7.1", f"another {noun}", f"the agreed {noun}")
       for word, noun in NOUNS.items()},
}
UNVERIFIED = {
    "certificate": "the client certificate",
    "digest": "the digest of the client certificate",
    "bits": "the key size of the certificate",
    "revocation": "the revocation state of the certificate",
    **{word: f"the {noun} of the certificate" for word, noun in NOUNS.items()},
}


def reply_of(words, connector, domain=None):
    """The whole reply that these words stand for: "name organization", "missing root"."""
    where = f"for mail from {domain or connector + '.example'}"
    first, *more = words.split()
    if first == "missing":
        facts = ", ".join(UNVERIFIED[word] for word in more)
        return f"451 4.7.0 Cannot verify {facts} {where}, try again later [{connector}]"
    faults = [FAULTS[word] for word in words.split()]
    text = "; ".join(f"{seen} seen, {wanted} required {where}" for _, seen, wanted in faults)
    return f"{faults[0][0]} {text} [{connector}]"


def rules_config(rules):
    """A connector for each {name: body of its [certificate] section}; "verified": none is needed.
    A body that begins with `[inbound]` goes to the connector."""
    text = ""
    for name, body in rules.items():
        text += f"[inbound {name}]\nmatch-sender = {name}.example\n"
        if body.startswith("[inbound]\n"):
            text += body.removeprefix("[inbound]\n") + "\n"
        else:
            text += f"require-certificate = {name}\n[certificate {name}]\n{body}\n"
    return text


class CertificateBench(Bench):
    """use() takes besides the configuration: known (Identities whose chains go to known.d), trust
    (a CA file; default: the MTA's), revocation, and answers ({file in the state directory: DER}).
    known=None: no [trust] section. `door`: Postfix has one."""

    def __init__(self, make, base, pki, program, door=True, **options):
        super().__init__(make, base, pki, program, **(options or MTA_OPTIONS[make.name]))
        self._door = door and make.name == "postfix"

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.state = self.base.sub("state")
            for name in ("", "crl", "ocsp"):
                os.makedirs(os.path.join(self.state, name), exist_ok=True)
                shutil.chown(os.path.join(self.state, name), "nobody", "nogroup")
            self.filter = Forcetlsd(self.base, NOTHING, self.program,
                                    settings={"state-directory": self.state})
            self.known = os.path.join(os.path.dirname(self.filter.config_file), "known.d")
            os.mkdir(self.known)
            self.mta = self.make(self.base, self.pki, milter=self.filter.socket, **self._options)
            self._config = self._complete(NOTHING, [], None, "off")
            self.filter.write_config(self._config)
            stack.enter_context(self.filter)
            stack.enter_context(self.mta)
            self._stack = stack.pop_all()
        return self

    @property
    def door(self):
        """Path of the evidence socket."""
        return os.path.join(self.mta.queue, DOOR)

    def use(self, config, known=None, trust=None, revocation="off", answers=None):
        fill(self.known, {f"{number:03}.pem": open(identity.chain, "rb").read()
                          for number, identity in enumerate(known or [])})
        for folder in ("crl", "ocsp"):
            fill(os.path.join(self.state, folder),
                 {os.path.basename(name): data for name, data in (answers or {}).items()
                  if os.path.dirname(name) == folder})
        self._config = None   # the files may have changed
        super().use(self._complete(config, known, trust, revocation))

    def _complete(self, config, known, trust, revocation):
        if self._door:
            config += f"\n[postfix-evidence]\nsocket = unix:{self.door}\nsocket-group = postfix\n"
        if known is not None:
            config += (f"\n[trust]\nca-file = {trust or self.pki.ca_file}\n"
                       f"revocation = {revocation}\n")
        return config

    def ask(self, sender, identity, to=None, tls=None, recipient=USER, **how):
        """What comes of MAIL and RCPT over TLS with this certificate, or none."""
        with Client(to or self.mta.smtp, **how) as client:
            client.ehlo()
            client.starttls(tls or Tls("1.3", identity))
            return try_mail(client, sender, recipient)

    def judge(self, connector, identity, words, sendmail=None, sender=None, **how):
        """Expects "accepted", or the refusal that the words stand for: on Sendmail at MAIL, on
        Postfix, where the digests come later, at RCPT."""
        words = self.pick(words, sendmail or words)
        domain = sender or f"{connector}.example"
        wanted = words if words == "accepted" else (
            f"{self.pick('rcpt', 'mail')} {reply_of(words, connector, domain)}")
        expect(self.ask(f"a@{domain}", identity, **how), wanted, f"{connector} {words}")


def try_mail(client, sender, recipient=USER):
    """The outcome of MAIL and RCPT in an open session; RSET after it."""
    stage, reply = "mail", client.mail(sender)
    if reply.ok:
        stage, reply = "rcpt", client.rcpt(recipient)
    client.rset()
    return "accepted" if reply.ok else f"{stage} {plain(reply)}"


def certificate_suite():
    return Suite(CertificateBench)


def fill(directory, files):
    """Makes these {name: bytes} all that the directory holds."""
    for name in os.listdir(directory):
        os.unlink(os.path.join(directory, name))
    for name, data in files.items():
        with open(os.path.join(directory, name), "wb") as out:
            out.write(data)
