# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""The example of both_ways/ at work: two Postfix, each with a forcetlsd and with ten partners whose
domains are on the other, and a man in the middle before each of these.

    with TwoSides(base, pki) as sides:
        mails = sides.send()                     one from each partner to its partner, both ways
        sides.ours.mta, sides.theirs.milter, mails[0].to.cutter
        [str(mail.attempt) for mail in mails], sides.arrived(mails[0])

Mail to the users `bare` and `stranger` leaves without a client certificate, or with one that the
partner does not expect. The party `none` has no connector on either side."""

import contextlib
import os
import re
import secrets
import shutil
import socket
from dataclasses import dataclass, field

import instance
import name_server
import wire_cutter
from forcetlsd import Forcetlsd
from partners import DNS_PORT, SMTP_PORT
from pki import CLIENT_AND_SERVER
from postfix_log import read_all_attempts
from sending_postfix import SendingPostfix
from smtp_client import Client

HERE = os.path.dirname(os.path.realpath(__file__))
STATUS_FILTER = os.path.join(HERE, "../../contrib/postfix/forcetls-status")
# What the two demand of each other, in the order of the files.
DEMANDS = {
    "tls12": "TLS 1.2", "tls13": "TLS 1.3", "named": "a certificate of the domain",
    "hosted": "the provider's certificate", "pinned": "a pinned certificate",
    "keys": "a pinned key, old or new", "root": "a certificate below a root",
    "dane": "DANE, and a pinned key", "secrecy": "forward secrecy", "hub": "its smart host",
}
# Whose partners expect a certificate of their own kind with mail; the smart host's is everybody's.
CLIENTS = ("named", "hosted", "pinned", "keys", "root", "dane")
ROOT = "Baltimore CyberTrust Root"
PROVIDER_ROOT = "GlobalSign Root CA"
HOSTED = {
    "ours": ("parks housing tax schools museum police court treasury health library press",
             "city.example", "mail.campus.example", "Campus Mail"),
    "theirs": ("tailspin northwind contoso fourthcoffee litware fabrikam wingtip woodgrove adatum "
               "proseware trey", "example", "mail.protection.example", "Protection Mail Ltd"),
}


@dataclass
class Party:
    """One domain and its mail server, as its partner knows it."""

    demand: str
    name: str                     # of its connectors on the other side
    domain: str
    host: str
    certificate_name: str
    server: object                # Identities
    client: object
    address: str = ""             # where mail to it goes: the cutter's
    cutter: object = None

    @property
    def next_hop(self):
        """What Postfix asks for."""
        return f"[{self.host}]:{SMTP_PORT}" if self.demand == "hub" else self.domain


def make_parties(side, pki):
    """{demand: Party} of the domains on this side, and `none`."""
    names, suffix, provider, organization = HOSTED[side]
    parties = {}
    for demand, name in zip([*DEMANDS, "none"], names.split()):
        domain = f"{name}.{suffix}"
        host = {"hosted": f"{name}.{provider}", "hub": f"hub.{domain}"}.get(demand,
                                                                             f"mx.{domain}")
        known_by = provider if demand == "hosted" else host
        parties[demand] = Party(demand, name, domain, host, known_by,
                                *make_identities(demand, pki, known_by, organization))
    return parties


def make_identities(demand, pki, name, organization):
    """What the server and what the client shows."""
    def make(**options):
        return pki.client(name, **{"names": [name], **options})

    match demand:
        case "hosted":
            one = make(organization=organization, usage="serverAuth", key="rsa:2048",
                       issuer=pki.authority("provider-root", PROVIDER_ROOT))
        case "pinned":
            one = pki.leaf(None, name)
        case "keys":
            return make(), make(organization="the next key")
        case "root":
            one = make(issuer=pki.authority("named-root", ROOT), usage="serverAuth")
        case "dane":
            one = pki.leaf(None, name, usage=CLIENT_AND_SERVER)
        case "secrecy":
            one = make(key="rsa:2048")
        case _:
            one = make()
    return one, one


def pins_of(parties):
    """{section: digest} for the files of the other side."""
    old, new = parties["keys"].server, parties["keys"].client
    return {parties["pinned"].name: parties["pinned"].server.sha256,
            parties["dane"].name: parties["dane"].server.key_sha256,
            f"{parties['keys'].name}-old": old.key_sha256,
            f"{parties['keys'].name}-new": new.key_sha256}


@dataclass
class Mail:
    side: object                  # Side, where it was sent
    sender: Party
    to: Party
    address: str                  # MAIL FROM, of no other mail
    recipient: str
    token: str                    # in its content
    queue_id: str = ""
    attempts: list = field(default_factory=list)

    @property
    def attempt(self):
        """The last one."""
        return self.attempts[-1]

    @property
    def label(self):
        return f"{self.sender.name} to {self.to.name} ({self.to.demand})"


class Side(instance.Logged):
    """A context manager: one Postfix and its forcetlsd. `parties` lie here, `peers` on the other
    side. options: SendingPostfix's main_cf beside what is needed."""

    def __init__(self, name, base, pki, parties, peers, resolver, program=None, main_cf=None):
        self.name, self.parties, self.peers = name, parties, peers
        self._marks = (0, 0)
        others = {"expired": {"validity": ("20200101000000Z", "20210101000000Z")},
                  "renewed": {"issuer": pki.issuer_a1_twin}}
        names = sorted({party.certificate_name for party in parties.values()})
        services = {party.name: smtpd_options(party.server) for party in parties.values()}
        services[parties["tls12"].name]["smtpd_tls_protocols"] = "!TLSv1.3"
        services |= {service: smtpd_options(pki.client(names[0], names=names, **options))
                     for service, options in others.items()}
        self.mta = SendingPostfix(
            base, pki, resolver, {"partner_transports": self._choose_transports()},
            milter="unix:forcetls/milter.sock", services=services,
            clients=self._transports(pki), main_cf={**self._main_cf(pki), **(main_cf or {})})
        self.milter = self._make_milter(base, pki, program)

    def __enter__(self):
        self.milter.start()
        try:
            self.mta.start()
        except BaseException:
            self.milter.stop()
            raise
        return self

    def __exit__(self, *_):
        self.mta.stop()
        self.milter.stop()

    def mark(self):
        """From here on new_log() and attempts() look."""
        self._marks = tuple(len(one.log()) for one in (self.mta, self.milter))

    def new_log(self):
        """What forcetlsd has logged since mark()."""
        return self.milter.log()[self._marks[1]:]

    def attempts(self):
        """{queue id: attempts} since mark()."""
        return read_all_attempts(self.mta.log()[self._marks[0]:])

    def submit(self, mails, lines):
        with Client(self.mta.smtp) as client:
            client.ehlo()
            for mail in mails:
                replies = client.mail(mail.address), client.rcpt(mail.recipient)
                taken = client.data("Subject: test\r\n\r\n" + f"{mail.token}\r\n" * lines)
                if not taken.ok:
                    raise instance.Failed(f"not submitted: {mail.label}: {replies} {taken}")
                mail.queue_id = taken.text.split()[-1]

    def _choose_transports(self):
        """Each certificate that a partner expects belongs to an smtp(8) service of its own."""
        table = {}
        for demand, peer in self.peers.items():
            if demand in CLIENTS:
                table[peer.domain] = f"smtp-{self.parties[demand].name}:"
            for user in ("bare", "stranger"):
                next_hop = peer.next_hop if demand == "hub" else ""
                table[f"{user}@{peer.domain}"] = f"smtp-{user}:{next_hop}"
        return table

    def _transports(self, pki):
        stranger = pki.client("mail.stranger.example", names=["mail.stranger.example"])
        clients = {self.parties[demand].name: self.parties[demand].client for demand in CLIENTS}
        return {"smtp-bare": {"smtp_tls_chain_files": ""},
                **{f"smtp-{name}": {"smtp_tls_chain_files": f"{one.key} {one.chain}"}
                   for name, one in {**clients, "stranger": stranger}.items()}}

    def _main_cf(self, pki):
        public = pki.concatenate("public-cas.pem", pki.ca_file,
                                 pki.authority("provider-root", PROVIDER_ROOT).certificate)
        hub = self.parties["hub"].client
        domains = [party.domain for party in self.parties.values()]
        return {
            "myhostname": f"mail.{self.name}.example",
            "virtual_mailbox_domains": " ".join([*domains, f"sub.{self.parties['tls12'].domain}"]),
            # As contrib/postfix has them.
            "smtpd_recipient_restrictions": "check_policy_service { unix:forcetls/evidence.sock, "
                                            "timeout=5s, default_action=DUNNO }, permit",
            "smtp_tls_policy_maps": "socketmap:unix:forcetls/outbound.sock:postfix-tls",
            "transport_maps": "$partner_transports, "
                              "socketmap:unix:forcetls/outbound.sock:postfix-transport",
            "smtp_tls_chain_files": f"{hub.key} {hub.chain}",
            "smtp_tls_CAfile": public,
            "smtp_tls_fingerprint_digest": "sha256",
            "smtp_dns_support_level": "dnssec",
        }

    def _make_milter(self, base, pki, program):
        folder = os.path.join(self.mta.queue, "forcetls")
        os.mkdir(folder)
        shutil.chown(folder, "nobody", "postfix")
        os.chmod(folder, 0o2750)
        milter = Forcetlsd(base, self._config(), program, f"unix:{folder}/milter.sock",
                           {"log-level": "debug", "state-directory": base.sub("state")})
        beside = os.path.dirname(milter.config_file)
        known = os.path.join(beside, "known.d")
        os.mkdir(known)
        for demand in ("hosted", "root"):
            shutil.copy(self.peers[demand].server.chain, known)
        trusted = pki.concatenate("partner-cas.pem", *(
            self.peers[demand].server.issuer.certificate for demand in ("hosted", "root")))
        shutil.copy(trusted, os.path.join(beside, "ca.pem"))
        return milter

    def _config(self):
        """The file as it is in the tree, with the folders, the user and the pins of this run."""
        with open(os.path.join(HERE, "both_ways", f"{self.name}.conf"), encoding="utf-8") as file:
            text = file.read()
        text = text.replace("/var/spool/postfix/", f"{self.mta.queue}/")
        text = text.replace("user   = forcetls", "user   = nobody")
        for section, digest in pins_of(self.peers).items():
            text, found = re.subn(rf"(\[certificate {section}\]\n[a-z0-9-]+ = )[0-9a-f]{{64}}",
                                  rf"\g<1>{digest}", text)
            if found != 1:
                raise instance.Failed(f"no pin in [certificate {section}]")
        return text


def smtpd_options(identity):
    return {"smtpd_tls_chain_files": f"{identity.key} {identity.chain}"}


class TwoSides:
    """A context manager. .zone is the DNS, see name_server.py; .signed the domains that DNSSEC
    protects."""

    def __init__(self, base, pki, program=None):
        instance.require_root()
        parties = {side: make_parties(side, pki) for side in HOSTED}
        self._stack = contextlib.ExitStack()
        self.pki = pki
        self.zone, self.resolver = {}, instance.free_address(DNS_PORT, socket.SOCK_DGRAM)
        # Theirs returns mail where STARTTLS is refused for good, as Postfix does by itself.
        patient = {"smtp_delivery_status_filter": f"regexp:{STATUS_FILTER}"}
        self.ours = Side("ours", base, pki, parties["ours"], parties["theirs"], self.resolver,
                         program, patient)
        self.theirs = Side("theirs", base, pki, parties["theirs"], parties["ours"], self.resolver,
                           program)
        self.sides = (self.ours, self.theirs)

    def __enter__(self):
        with self._stack as stack:
            names = stack.enter_context(
                name_server.answer(self.zone, self.resolver, DNS_PORT))
            self.signed = names.signed
            for side in self.sides:
                for party in side.parties.values():
                    self._connect(party, side, stack)
                stack.enter_context(side)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    @property
    def parties(self):
        return [party for side in self.sides for party in side.parties.values()]

    def restore(self):
        """Nobody cuts, and the DNS is right."""
        for side in self.sides:
            for party in side.parties.values():
                party.cutter.cut = wire_cutter.passing
                party.cutter.target = side.mta.service(party.name)
                party.cutter.forget()
                self._publish(party)

    def send(self, demands=tuple(DEMANDS), user="user", subdomain="", lines=1):
        """One mail of so many lines from each partner to its partner, in both directions, and the
        first attempt to deliver each."""
        for side in self.sides:
            side.mark()
        mails = [self._make_mail(side, demand, user, subdomain)
                 for side in self.sides for demand in demands]
        for side in self.sides:
            side.submit([mail for mail in mails if mail.side is side], lines)
        self.wait_for_attempts(mails, 1)
        return mails

    def wait_for_attempts(self, mails, number):
        """Until each of these mails has been tried so often since it was sent."""
        def tried():
            seen = {side: side.attempts() for side in self.sides}
            for mail in mails:
                mail.attempts = seen[mail.side].get(mail.queue_id, [])
            return all(len(mail.attempts) >= number for mail in mails)
        instance.wait_for(tried, f"attempt {number} for all mail", 40)

    def retry(self, mails):
        """All these mails, which wait, are tried once more."""
        for side in self.sides:
            side.mta.flush([mail.queue_id for mail in mails if mail.side is side])
        self.wait_for_attempts(mails, max((len(mail.attempts) for mail in mails), default=0) + 1)

    def arrived(self, mail):
        """The messages that came to the partner: one, as it should."""
        other = self.theirs if mail.side is self.ours else self.ours
        return [one for one in other.mta.kept() if mail.token.encode() in one.content]

    def returned(self, mail):
        """The bounces that came to its sender."""
        return [one for one in mail.side.mta.kept()
                if one.sender == "" and mail.address in one.recipients]

    def _connect(self, party, side, stack):
        party.address = instance.free_address(SMTP_PORT)
        party.cutter = stack.enter_context(
            wire_cutter.cut(side.mta.service(party.name), party.address))
        self._publish(party)

    def _publish(self, party):
        """MX and address, and where DANE is demanded the TLSA record."""
        if party.demand != "hub":
            self.zone[party.domain, "MX"] = [(10, party.host)]
        if party.demand == "tls12":
            self.zone[f"sub.{party.domain}", "MX"] = [(10, party.host)]
        self.zone[party.host, "A"], self.zone[party.host, "AAAA"] = [party.address], []
        if party.demand == "dane":
            self.zone[f"_{SMTP_PORT}._tcp.{party.host}", "TLSA"] = [
                (3, 1, 1, party.server.key_sha256)]
            self.signed.add(party.domain)

    def _make_mail(self, side, demand, user, subdomain):
        sender, to = side.parties[demand], side.peers[demand]
        token = secrets.token_hex(12)
        return Mail(side, sender, to, f"{token[:6]}@{subdomain}{sender.domain}",
                    f"{user}@{subdomain}{to.domain}", f"secret {token}")
