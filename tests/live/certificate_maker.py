# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Makes authorities and certificates of any kind with the openssl command line, and answers about
their revocation. Every one is made when first asked for and kept: asking again is free. pki.py
names those that tests use; der.py writes what openssl refuses. Nothing here checks them."""

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
CA_CONFIG = """[ca]
default_ca = this
[this]
database = {database}
default_md = sha256
default_crl_days = 7
crl_extensions = extensions
[extensions]
authorityKeyIdentifier = keyid
"""


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

    @property
    def serial(self):
        """Hexadecimal, upper case, as openssl ca's database has it."""
        return der.serial(self.der).hex().upper()


class CertificateMaker:
    """Works in `directory`, made if missing."""

    def __init__(self, directory):
        self.directory = os.path.realpath(directory)
        os.makedirs(self.directory, mode=0o755, exist_ok=True)
        self._made = {}

    def authority(self, label, name, issuer=None, organization="Test Issuer Org", key="ec",
                  crl=None, constraints=None):
        """A CA, a root if it has no issuer. label: its own. name: the CN, or None. crl: URL of its
        issuer's. constraints: openssl's nameConstraints, `permitted;DNS:example.net`."""
        extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign,cRLSign"]
        if constraints:
            extensions.append("nameConstraints=critical," + constraints)
        return self._make(label, subject_of(name, organization), issuer,
                          extensions + _answers(crl, None), key)

    def leaf(self, issuer, name, organization=None, unit=None, names=(), usage=CLIENT_AND_SERVER,
             key="ec", validity=None, crl=None, ocsp=None):
        """A certificate that is no CA's; issuer=None: self-signed. See Pki.client()."""
        raw = name if isinstance(name, (bytes, der.Text)) else None
        subject = (name.removeprefix("subject:") if str(name).startswith("subject:") else
                   subject_of("placeholder" if raw is not None else name, organization, unit))
        wanted = (raw, subject, tuple(names), issuer and issuer.name, usage, validity, crl, ocsp,
                  key.name if isinstance(key, Identity) else key)
        label = "leaf-" + hashlib.sha256(repr(wanted).encode()).hexdigest()[:16]
        if label in self._made:
            return self._made[label]
        extensions = ["basicConstraints=CA:FALSE", "extendedKeyUsage=" + usage]
        if names:
            extensions.append("subjectAltName=" + ",".join("DNS:" + name for name in names))
        identity = self._make(label, subject, issuer, extensions + _answers(crl, ocsp), key)
        signer = (issuer or identity).key
        if validity:
            self._replace(identity, der.with_validity(identity.der, *validity, signer))
        if raw is not None:
            self._replace(identity, der.with_common_name(self._made[label].der, raw, signer))
        return self._made[label]

    def crl(self, authority, revoked=(), validity=None):
        """DER of a CRL by this authority; validity: (from, to) as YYYYMMDDHHMMSSZ, default a
        week."""
        database = self._write("crl.db", self._database(revoked))
        config = self._write("crl.cnf", CA_CONFIG.format(database=database))
        dates = ["-crl_lastupdate", validity[0], "-crl_nextupdate", validity[1]] if validity else []
        pem = run(["openssl", "ca", "-config", config, "-gencrl", "-keyfile", authority.key,
                   "-cert", authority.certificate, *dates])
        return run(["openssl", "crl", "-outform", "DER"], pem)

    def ocsp(self, identity, revoked=False, days=7):
        """DER of an OCSP response by the issuer about one certificate."""
        database = self._write("ocsp.db", self._database([identity] if revoked else [], [identity]))
        answer = os.path.join(self.directory, "ocsp.der")
        issuer = identity.issuer
        run(["openssl", "ocsp", "-index", database, "-rsigner", issuer.certificate, "-rkey",
             issuer.key, "-CA", issuer.certificate, "-issuer", issuer.certificate, "-cert",
             identity.certificate, "-no_nonce", "-ndays", str(days), "-respout", answer])
        return open(answer, "rb").read()

    def concatenate(self, name, *files):
        """A file of this name with the texts of the others; its path."""
        return self._write(name, "".join(open(file, encoding="ascii").read() for file in files))

    def _make(self, label, subject, issuer, extensions, key):
        if label in self._made:
            return self._made[label]
        own_key, certificate = (os.path.join(self.directory, label + end)
                                for end in (".key", ".crt"))
        key_file = key.key if isinstance(key, Identity) else own_key
        keys = ["-key", key_file] if isinstance(key, Identity) else [*KEY_OPTIONS[key], "-keyout",
                                                                      key_file]
        signer = ["-CA", issuer.certificate, "-CAkey", issuer.key] if issuer else []
        run(["openssl", "req", "-x509", "-utf8", "-config", self._empty_config, "-nodes", "-sha256",
             *keys, "-out", certificate, "-days", "90", "-subj", subject, *signer,
             *[word for line in extensions for word in ("-addext", line)]])
        chain = self.concatenate(f"{label}.chain.pem", certificate, *_intermediates(issuer))
        self._made[label] = Identity(label, key_file, certificate, chain, issuer)
        return self._made[label]

    def _replace(self, identity, changed):
        self._write(os.path.basename(identity.certificate), der.to_pem(changed))
        self.concatenate(os.path.basename(identity.chain), identity.certificate,
                         *_intermediates(identity.issuer))
        self._made[identity.name] = Identity(identity.name, identity.key, identity.certificate,
                                             identity.chain, identity.issuer)

    @staticmethod
    def _database(revoked, others=()):
        """openssl ca's index.txt."""
        lines = [f"R\t491231000000Z\t200101000000Z\t{one.serial}\tunknown\t/CN=x\n"
                 for one in revoked]
        lines += [f"V\t491231000000Z\t\t{one.serial}\tunknown\t/CN=x\n"
                  for one in others if one not in revoked]
        return "".join(lines)

    @functools.cached_property
    def _empty_config(self):
        return self._write("openssl.cnf",
                           "[req]\ndistinguished_name = dn\nstring_mask = utf8only\n[dn]\n")

    def _write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="ascii") as out:
            out.write(text)
        return path


def run(argv, data=None):
    """Runs a command; its output on failure becomes the exception's text."""
    done = subprocess.run(argv, input=data, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def subject_of(name, organization=None, unit=None):
    """openssl's -subj."""
    parts = [("C", "US"), ("O", organization), ("OU", unit)]
    parts += [("CN", one) for one in (name if isinstance(name, tuple) else (name,))]
    escape = str.maketrans({"/": "\\/", "+": "\\+", "\\": "\\\\"})
    return "".join(f"/{tag}={value.translate(escape)}" for tag, value in parts if value is not None)


def _answers(crl, ocsp):
    """Extensions that say where revocation is told."""
    return ([f"crlDistributionPoints=URI:{crl}"] if crl else []) + (
        [f"authorityInfoAccess=OCSP;URI:{ocsp}"] if ocsp else [])


def _intermediates(issuer):
    files = []
    while issuer and issuer.issuer:
        files.append(issuer.certificate)
        issuer = issuer.issuer
    return files
