#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""The second half of contrib/demo, which builds forcetls and then runs this: forcetlsd and a
private mail server, an example of seven partners, their mail, and a table of the answers. With
--outbound, see demo_outbound.py."""

import argparse
import os
import re
import shutil
import sys
import textwrap
from dataclasses import dataclass

import demo_outbound
from demo_table import RULE, print_notes, print_row, wait_for_interrupt
from forcetlsd import Forcetlsd
from instance import BaseDirectory, Failed, Unavailable
from pki import make_pki
from postfix import Postfix
from sendmail import Sendmail
from smtp_client import Tls, deliver

RECIPIENT = "user@local.test"
CONFIG = """\
[inbound tailspin]                            ; 1. a domain needs TLS
match-sender = tailspin.example

[inbound contoso]                             ; 2. a domain needs TLS and a certificate's name
match-sender = contoso.com
require-certificate-name = mail.contoso.com

[inbound northwind]                           ; 3. a domain is bound to its network
match-sender = northwind.example
require-client = 127.0.0.16/28

[inbound data-centre]                         ; 4. anyone from a network needs a certificate
match-sender = *
match-client = 127.0.0.32/28
require-certificate = verified

[inbound branch-office]                       ; 5. a network needs TLS
match-client = 127.0.0.48/28

[inbound wingtip]                        ; 6. a partner by its security sheet
match-sender = wingtip.example
require-certificate = sheet

[certificate sheet]
name         = mail.wingtip.example
organization = Wingtip Ltd
root         = Test Root CA A
min-key-bits = 2048

[inbound litware]                             ; 7. a self-signed partner, pinned
match-sender = litware.example
require-certificate = pinned

[certificate pinned]
file = litware.pem

[trust]
ca-file            = partner-cas.pem
known-certificates = known.d
"""
# Postfix tells digests to policy services only; Sendmail needs no door.
DOOR = "private/forcetls-evidence"
EVIDENCE = """
[postfix-evidence]
socket       = unix:{}
socket-group = postfix
"""
MTA_OPTIONS = {
    "postfix": {"main_cf": {"smtpd_recipient_restrictions":
        f"check_policy_service {{ unix:{DOOR}, timeout=5s, default_action=DUNNO }}, permit"}},
    "sendmail": {"fingerprint": "sha256"},
}


@dataclass
class Mail:
    """One message and the answer it should get; `reply` None: it is accepted."""

    sender: str
    tls: str = None
    identity: object = None    # a property of Pki, or a function of it
    certificate: str = ""      # in the reader's words
    reply: str = None
    client: str = "127.0.0.5"
    helo: str = "client.example"
    note: str = ""             # for the reader

    @property
    def who(self):
        return f"{self.sender or '<>, ' + self.helo}\nfrom {self.client}"

    @property
    def how(self):
        return ", ".join(filter(None, [f"TLS {self.tls}" if self.tls else "plain",
                                       self.certificate]))

    @property
    def expected(self):
        return {"5": "refused", "4": "deferred"}[self.reply[0]] if self.reply else "accepted"


def wingtip(pki, issuer=None):
    """As public CAs issue them now: for servers only."""
    return pki.client("mail.wingtip.example", organization="Wingtip Ltd",
                      issuer=issuer or pki.issuer_a1, usage="serverAuth")


def wingtip_elsewhere(pki):
    """The same of a CA of the same name below another root, which is trusted too."""
    return wingtip(pki, pki.issuer_a1_twin)


def need_starttls(domain, connector, wanted="TLS 1.2 or newer"):
    return (f"530 5.7.0 Must issue a STARTTLS command first: mail from {domain} requires {wanted} "
            f"[{connector}]")


def seen(codes, what, wanted, domain, connector):
    return f"{codes} {what} seen, {wanted} required for mail from {domain} [{connector}]"


def partners():
    """[(heading, [Mail])]"""
    verified = "a verified certificate"
    return [
        ("1. tailspin.example needs TLS", [
            Mail("ann@tailspin.example", "1.3"),
            Mail("ann@tailspin.example", reply=need_starttls("tailspin.example", "tailspin")),
            Mail("ann@tailspin.example", "1.1", reply=seen(
                "550 5.7.4", "TLSv1.1", "TLS 1.2 or newer", "tailspin.example", "tailspin"))]),
        ("2. contoso.com needs TLS and a certificate for mail.contoso.com", [
            Mail("bob@contoso.com", "1.3", "good", "certificate mail.contoso.com"),
            Mail("bob@contoso.com", "1.3", certificate="no certificate", reply=seen(
                "550 5.7.5", "no certificate", verified, "contoso.com", "contoso")),
            Mail("bob@contoso.com", "1.3", "untrusted",
                 "certificate mail.contoso.com of an unknown CA",
                 seen("550 5.7.5", "an untrusted certificate", verified, "contoso.com", "contoso")),
            Mail("bob@contoso.com", "1.3", "wrong_name", "certificate mail.fabrikam.com",
                 "451 4.7.0 Cannot verify the name of the certificate for mail from contoso.com, "
                 "try again later [contoso]",
                 note="Not refused: the right name may be one of the certificate's alternative "
                      "names, which no MTA tells a milter."),
            Mail("", helo="mail.contoso.com",
                 reply=need_starttls("mail.contoso.com", "contoso"))]),
        ("3. northwind.example is bound to 127.0.0.16/28", [
            Mail("eve@northwind.example", "1.2", client="127.0.0.17"),
            Mail("eve@northwind.example", "1.2", reply=seen(
                "550 5.7.1", "127.0.0.5", "another client address", "northwind.example",
                "northwind"))]),
        ("4. Anyone from 127.0.0.32/28 needs a certificate", [
            Mail("joe@anywhere.example", "1.2", "wrong_name", "certificate mail.fabrikam.com",
                 client="127.0.0.33"),
            Mail("joe@anywhere.example", "1.2", client="127.0.0.33",
                 certificate="no certificate", reply=seen(
                     "550 5.7.5", "no certificate", verified, "anywhere.example", "data-centre"))]),
        ("5. The network 127.0.0.48/28 needs TLS", [
            Mail("sue@anywhere.example", "1.2", client="127.0.0.49"),
            Mail("sue@anywhere.example", client="127.0.0.49",
                 reply=need_starttls("anywhere.example", "branch-office"))]),
        ("6. wingtip.example by its security sheet: name, organization, root, key size", [
            Mail("max@wingtip.example", "1.3", wingtip,
                 "certificate for servers only, in known.d",
                 note="MTAs call it untrusted. forcetls knows and judges it itself."),
            Mail("max@wingtip.example", "1.3", wingtip_elsewhere,
                 "the same names under another root", seen(
                     "550 5.7.1", "another root", "the agreed root", "wingtip.example",
                     "wingtip")),
            Mail("max@wingtip.example", "1.3", certificate="no certificate", reply=seen(
                "550 5.7.5", "no certificate", verified, "wingtip.example",
                "wingtip"))]),
        ("7. litware.example shows a self-signed certificate, which is pinned", [
            Mail("lea@litware.example", "1.3", "selfsigned", "the pinned certificate"),
            Mail("lea@litware.example", "1.3", "good", "a trusted certificate, another one", seen(
                "550 5.7.1", "another certificate", "the agreed certificate", "litware.example",
                "litware"))]),
        ("Everybody else: opportunistic TLS, as before", [
            Mail("tom@elsewhere.example")]),
    ]


# --- the table ---

def print_table(mta, pki):
    """Sends all mail, row by row; (passed, failed)."""
    results = []
    print_row("who", "how", "expected", "SMTP reply", "")
    for heading, mails in partners():
        print(f"{RULE}\n{heading}")
        for mail in mails:
            reply, wrong = send(mail, mta, pki)
            results.append(not wrong)
            print_row(mail.who, mail.how, mail.expected, reply, "DIFFERS" if wrong else "OK")
            print_notes(mail.note, wrong)
            sys.stdout.flush()
    print(RULE)
    return sum(results), len(results) - sum(results)


def find_identity(wanted, pki):
    if wanted is None:
        return None
    return wanted(pki) if callable(wanted) else getattr(pki, wanted)


def send(mail, mta, pki):
    """The reply, and in words what is wrong with it, if anything."""
    tls = Tls(mail.tls, find_identity(mail.identity, pki)) if mail.tls else None
    before = len(mta.delivered())
    record = deliver(mta.smtp, mail.sender, RECIPIENT, tls, source=mail.client, helo=mail.helo)
    arrived = len(mta.delivered()) - before
    reply = str(record.final)
    if mail.reply is None:
        good = record.accepted and arrived == 1
        return reply, "" if good else f"{arrived} arrived, 1 should have"
    # Sendmail puts the address before some 550 texts.
    said = re.sub(r"^(550 \S+ )<[^>]*>\.\.\. ", r"\1", reply) if mta.name == "sendmail" else reply
    return reply, "" if said == mail.reply and not arrived else f"should have been: {mail.reply}"


# --- the rest ---

def print_directions(mta, milter, pki):
    host, port = mta.smtp
    forcetls = os.path.join(os.environ.get("abs_top_builddir", "."), "src", "forcetls")
    print(f"""
It is left running. As bob@contoso.com should, from another terminal (then type
mail from:<bob@contoso.com>, rcpt to:<{RECIPIENT}>, data, a message, a dot; quit):

  openssl s_client -quiet -crlf -starttls smtp -connect {host}:{port} \\
    -key {pki.good.key} \\
    -cert {pki.good.certificate} \\
    -cert_chain {pki.good.chain}

As ann@tailspin.example should not, and should (Debian: swaks, libnet-ssleay-perl):

  swaks --server {host}:{port} --from ann@tailspin.example --to {RECIPIENT}
  swaks --server {host}:{port} --from ann@tailspin.example --to {RECIPIENT} --tls
    --local-interface 127.0.0.17 comes from another network

What forcetls would say, without sending anything:

  {forcetls} explain -c {milter.config_file} \\
    --from bob@contoso.com --client 127.0.0.5 --tls 1.1

Configuration          {milter.config_file}
  after a change       kill -USR1 {milter.pid}
forcetlsd's log        {milter.log_file}
{mta.name.capitalize() + "'s log":22} {mta.log_file}
Mail that came through {mta.directory}/delivered

Ctrl-C stops and removes all of it.""", flush=True)


def write_files(milter, mta, pki):
    """The configuration and what it names."""
    folder = os.path.dirname(milter.config_file)
    known = os.path.join(folder, "known.d")
    os.mkdir(known)
    shutil.copy(pki.ca_file, os.path.join(folder, "partner-cas.pem"))
    shutil.copy(pki.selfsigned.certificate, os.path.join(folder, "litware.pem"))
    for identity in (wingtip(pki), wingtip_elsewhere(pki)):
        shutil.copy(identity.chain, known)
    config = CONFIG
    if mta.name == "postfix":
        config += EVIDENCE.format(os.path.join(mta.queue, DOOR))
    milter.write_config(config)
    return config


def run(options, base):
    print("Making a throw-away PKI: two CAs, the partners' certificates, the server's")
    pki = make_pki(base.sub("pki"))
    milter = Forcetlsd(base, CONFIG)
    make = {"postfix": Postfix, "sendmail": Sendmail}[options.mta]
    mta = make(base, pki, milter=milter.socket, **MTA_OPTIONS[options.mta])
    print("Starting forcetlsd with these connectors:\n")
    print(textwrap.indent(write_files(milter, mta, pki), "    "), flush=True)
    with milter, mta:
        print(f"{mta.name.capitalize()} listens on {':'.join(map(str, mta.smtp))}; "
              "sending mail as the partners:\n", flush=True)
        passed, failed = print_table(mta, pki)
        print(f"{passed} passed, {failed} failed")
        if options.keep:
            print_directions(mta, milter, pki)
            wait_for_interrupt()
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mta", choices=("postfix", "sendmail"), default="postfix")
    parser.add_argument("--outbound", action="store_true")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    try:
        with BaseDirectory("forcetls-demo-") as base:
            return (demo_outbound.run if options.outbound else run)(options, base)
    except Unavailable as reason:
        print(f"demo: {reason}", file=sys.stderr)
        return 77
    except Failed as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
