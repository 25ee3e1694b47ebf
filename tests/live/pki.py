# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A throw-away PKI for tests and the demo, made with the openssl command line.

    pki = make_pki(directory)
    pki.good                                  CN=mail.contoso.com under issuing CA A1 under root A
    pki.client("mail.fabrikam.com", organization="Fabrikam, Inc.", unit="Mail")
    pki.client(("first.example", "mail.contoso.com"))             two CNs
    pki.client(None, organization="Contoso Ltd", names=["mail.contoso.com"])   SAN only
    pki.server, pki.ca_file                   what the MTA presents, and whom it trusts (roots A, C)

Every certificate is made when first asked for and kept: asking again for the same one is free.
The MTA trusts roots A and C, not B. Keys are P-256 unless `key` says otherwise. Nothing here
checks certificates; see der.py for names that openssl refuses to write.
"""

import functools
import hashlib
import os
import subprocess
from dataclasses import dataclass

import der

CLIENT_AND_SERVER = "clientAuth,serverAuth"
KEY_OPTIONS = {
    "ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "rsa:1024": ["-newkey", "rsa:1024"],
    "rsa:2048": ["-newkey", "rsa:2048"],
    "ed25519": ["-newkey", "ed25519"],
}


@dataclass(frozen=True)
class Identity:
    """A key with its certificate. `chain` (leaf, then intermediates) is what a TLS peer sends;
    `certificate` is the leaf alone; all are PEM files. `issuer` is None for a root."""

    name: str
    key: str
    certificate: str
    chain: str
    issuer: object = None

    @functools.cached_property
    def der(self):
        return der.from_pem(self.certificate)

    @property
    def sha256(self):
        """Digest of the whole certificate, lower-case hex without colons."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def key_sha256(self):
        """Digest of the SubjectPublicKeyInfo, lower-case hex without colons."""
        return hashlib.sha256(der.public_key_info(self.der)).hexdigest()


class Pki:
    """See the module text. Named identities are properties; `client()` makes any other."""

    def __init__(self, directory):
        self.directory = os.path.realpath(directory)
        os.makedirs(self.directory, mode=0o755, exist_ok=True)
        self._made = {}

    # Authorities.

    @property
    def root_a(self):
        return self._authority("root-a", "Test Root CA A", None)

    @property
    def root_b(self):
        """Not in `ca_file`."""
        return self._authority("root-b", "Test Root CA B", None)

    @property
    def root_c(self):
        return self._authority("root-c", "Test Root CA C", None)

    @property
    def issuer_a1(self):
        return self._authority("issuer-a1", "Test Issuing CA A1", self.root_a)

    @property
    def issuer_a1_twin(self):
        """An issuing CA of A1's very name under another trusted root."""
        return self._authority("issuer-a1-twin", "Test Issuing CA A1", self.root_c)

    @property
    def issuer_without_cn(self):
        return self._authority("issuer-o", None, self.root_a, "Test Issuer Without CN")

    @functools.cached_property
    def ca_file(self):
        """The MTA's CAfile: roots A and C."""
        return self._concatenate("ca.pem", self.root_a.certificate, self.root_c.certificate)

    # What the MTA presents.

    @property
    def server(self):
        return self.client("mx.local.test", names=["mx.local.test", "localhost"], key="rsa:2048")

    # Partners, good and bad. CN=mail.contoso.com unless the name says otherwise.

    @property
    def good(self):
        return self.client("mail.contoso.com", organization="Contoso Ltd", unit="Mail")

    @property
    def wrong_name(self):
        return self.client("mail.fabrikam.com", organization="Fabrikam Inc")

    @property
    def untrusted(self):
        return self.client("mail.contoso.com", issuer=self.root_b)

    @property
    def selfsigned(self):
        return self._make("selfsigned", _subject("mail.contoso.com"), None, ca=False)

    @property
    def expired(self):
        return self.client("mail.contoso.com", validity=("20200101000000Z", "20210101000000Z"))

    @property
    def not_yet_valid(self):
        return self.client("mail.contoso.com", validity=("20480101000000Z", "20490101000000Z"))

    @property
    def server_only(self):
        return self.client("mail.contoso.com", usage="serverAuth")

    @property
    def san_only(self):
        return self.client(None, organization="Contoso Ltd", names=["mail.contoso.com"])

    @property
    def issuer_twin(self):
        return self.client("mail.contoso.com", issuer=self.issuer_a1_twin)

    @property
    def issuer_o(self):
        return self.client("mail.contoso.com", issuer=self.issuer_without_cn)

    @property
    def without_chain(self):
        """The good leaf, sent without the issuing CA's certificate: no MTA can trust it."""
        good = self.good
        return Identity("without-chain", good.key, good.certificate, good.certificate, good.issuer)

    @property
    def two_names(self):
        return self.client(("first.example", "mail.contoso.com"))

    @property
    def two_names_good_first(self):
        return self.client(("mail.contoso.com", "second.example"))

    @property
    def slash_name(self):
        return self.client("evil.example/CN=mail.contoso.com")

    @property
    def slash_organization(self):
        """An O that, in a DN split at slashes, passes for a CN."""
        return self.client("evil.example", organization="Evil/CN=mail.contoso.com")

    @property
    def slash_unit_as_organization(self):
        return self.client("mail.contoso.com", organization="Evil", unit="x/O=Contoso Ltd")

    @property
    def wildcard(self):
        return self.client("*.contoso.com")

    @property
    def spaces(self):
        return self.client(" mail contoso  com")

    @property
    def leading_space(self):
        return self.client(" mail.contoso.com")

    @property
    def trailing_dot(self):
        return self.client("mail.contoso.com.")

    @property
    def upper_case(self):
        return self.client("MAIL.Contoso.COM")

    @property
    def utf8(self):
        return self.client("mäil.contoso.日本.example", organization="Müller GmbH & Co")

    @property
    def empty_name(self):
        return self.client(b"")

    @property
    def long_name(self):
        """A CN of 316 bytes that begins like the good one."""
        return self.client(b"mail.contoso.com" + b".x" * 150)

    @property
    def nul_name(self):
        return self.client(b"mail.contoso.com\0.evil.example")

    @property
    def newline_name(self):
        return self.client(b"mail.contoso.com\nX-Evil: yes")

    def client(self, name, organization=None, unit=None, names=(), issuer=None,
               usage=CLIENT_AND_SERVER, key="ec", validity=None):
        """A leaf certificate, by default under issuing CA A1.

        name: the CN; None for none; a tuple for several; bytes for one that openssl would refuse
        (too long, NUL, control characters), which is then written as a raw UTF8String.
        names: DNS SANs. issuer: an authority of this class. usage: extendedKeyUsage.
        key: ec, ed25519, rsa:2048, rsa:1024. validity: (from, to) as YYYYMMDDHHMMSSZ."""
        issuer = issuer or self.issuer_a1
        raw = name if isinstance(name, bytes) else None
        subject = _subject("placeholder" if raw is not None else name, organization, unit)
        wanted = (raw, subject, tuple(names), issuer.name, usage, key, validity)
        label = "leaf-" + hashlib.sha256(repr(wanted).encode()).hexdigest()[:16]
        if label in self._made:
            return self._made[label]
        identity = self._make(label, subject, issuer, False, names, usage, key, validity)
        if raw is not None:
            renamed = der.with_common_name(identity.der, raw, issuer.key)
            with open(identity.certificate, "w", encoding="ascii") as out:
                out.write(der.to_pem(renamed))
            identity = Identity(label, identity.key, identity.certificate, self._concatenate(
                f"{label}.chain.pem", identity.certificate, *_intermediates(issuer)), issuer)
            self._made[label] = identity
        return identity

    def _authority(self, label, name, issuer, organization="Test Issuer Org"):
        return self._make(label, _subject(name, organization), issuer, ca=True)

    def _make(self, label, subject, issuer, ca, names=(), usage=CLIENT_AND_SERVER, key="ec",
              validity=None):
        if label in self._made:
            return self._made[label]
        key_file, cert_file = (os.path.join(self.directory, label + end)
                               for end in (".key", ".crt"))
        extensions = (["basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign,cRLSign"] if ca
                      else ["basicConstraints=CA:FALSE", "extendedKeyUsage=" + usage])
        if names:
            extensions.append("subjectAltName=" + ",".join("DNS:" + name for name in names))
        signer = (["-CA", issuer.certificate, "-CAkey", issuer.key] if issuer else [])
        run(["openssl", "req", "-x509", "-utf8", "-config", self._empty_config, "-nodes", "-sha256",
             *KEY_OPTIONS[key], "-keyout", key_file, "-out", cert_file, "-days", "30",
             "-subj", subject, *signer,
             *[word for line in extensions for word in ("-addext", line)]])
        if validity:
            self._redate(cert_file, issuer, validity)
        chain = self._concatenate(f"{label}.chain.pem", cert_file, *_intermediates(issuer))
        self._made[label] = Identity(label, key_file, cert_file, chain, issuer)
        return self._made[label]

    def _redate(self, cert_file, issuer, validity):
        # OpenSSL 3.0's req and x509 know no start date.
        dated = der.with_validity(der.from_pem(cert_file), *validity, issuer.key)
        with open(cert_file, "w", encoding="ascii") as out:
            out.write(der.to_pem(dated))

    @functools.cached_property
    def _empty_config(self):
        path = os.path.join(self.directory, "openssl.cnf")
        with open(path, "w", encoding="ascii") as out:
            out.write("[req]\ndistinguished_name = dn\nstring_mask = utf8only\n[dn]\n")
        return path

    def _concatenate(self, name, *files):
        path = os.path.join(self.directory, name)
        text = "".join(open(file, encoding="ascii").read() for file in files)
        with open(path, "w", encoding="ascii") as out:
            out.write(text)
        return path


def make_pki(directory):
    """An empty Pki in `directory` (made if missing); certificates follow as they are used."""
    return Pki(directory)


def run(argv):
    """Runs a command; its output on failure becomes the exception's text."""
    done = subprocess.run(argv, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def _intermediates(issuer):
    files = []
    while issuer and issuer.issuer:
        files.append(issuer.certificate)
        issuer = issuer.issuer
    return files


def _subject(name, organization=None, unit=None):
    parts = [("C", "US"), ("O", organization), ("OU", unit)]
    parts += [("CN", one) for one in (name if isinstance(name, tuple) else (name,))]
    escape = str.maketrans({"/": "\\/", "+": "\\+", "\\": "\\\\"})
    return "".join(f"/{tag}={value.translate(escape)}" for tag, value in parts if value is not None)
