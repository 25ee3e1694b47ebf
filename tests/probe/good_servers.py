# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Servers that answer: what is shown of them."""

import hashlib
import os
import re
import ssl

import pki
from bench import CONFIG, value_of
from cases import equal, holds
from starttls_server import good, saying, serve

TLS_1_2 = ssl.TLSVersion.TLSv1_2


def test_every_version_of_tls(world):
    config = world.config("versions")
    for version, shown in ((ssl.TLSVersion.TLSv1, "TLSv1"), (ssl.TLSVersion.TLSv1_1, "TLSv1.1"),
                           (TLS_1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
        with serve(saying(oldest=version, newest=version), world.pki.server) as server:
            code, out, err = world.probed("-c", config, f"127.0.0.1:{server.port}")
        equal((code, err), (0, ""))
        words = value_of(out, "TLS").split(", ")
        equal(words[0], shown)
        equal(words[2] in ("256 bits", "128 bits"), True)
        equal(words[1].startswith("TLS_"), True)


def test_old_suites_and_keys_are_shown(world):
    partner = world.pki.client("mail.contoso.com", key="rsa:1024")
    cases = [("AES128-SHA:@SECLEVEL=0", "TLSv1.2, TLS_RSA_WITH_AES_128_CBC_SHA, 128 bits"),
             ("CAMELLIA256-SHA:@SECLEVEL=0",
              "TLSv1.2, TLS_RSA_WITH_CAMELLIA_256_CBC_SHA, 256 bits")]
    config = world.config("old")
    for ciphers, shown in cases:
        with serve(saying(newest=TLS_1_2, ciphers=ciphers), partner) as server:
            code, out, _ = world.probed("-c", config, f"127.0.0.1:{server.port}")
        equal(code, 0)
        equal(value_of(out, "TLS"), shown)
        holds(out, "min-key-bits: wanted 2048 bits; seen 1024 bits")


def test_kinds_of_keys(world):
    config = world.config("keys")
    for key in ("ec", "rsa:2048", "ed25519"):
        partner = world.pki.client("mail.contoso.com", organization="Contoso Ltd", key=key)
        with serve(good, partner) as server:
            code, out, _ = world.probed("-c", config, f"127.0.0.1:{server.port}")
        equal(code, 0)
        holds(out, "[certificate right] met\n")


def test_chain_and_its_judgement(world):
    partner = world.pki.client(None, organization="Contoso Ltd",
                               names=["mail.contoso.com", "*.mx.contoso.com"], usage="serverAuth")
    with serve(good, partner) as server:
        code, out, err = world.probed("-c", world.config("chain"), f"127.0.0.1:{server.port}")
    equal((code, err), (0, ""))
    equal(server.names, [None])
    equal(server.heard[1:], ["STARTTLS", "QUIT"])
    equal(value_of(out, "trust"), "verified")
    equal(value_of(out, "root"), "Test Root CA A")
    equal(value_of(out, "known"), "no")
    equal(value_of(out, "revocation"), "unknown: the certificate names neither CRL nor OCSP server")
    holds(out, "mail.contoso.com", "*.mx.contoso.com", "Contoso Ltd", "Test Issuing CA A1",
          "  certificate    1 of 2\n", "  certificate    2 of 2\n", "[certificate right] met\n")


def test_rules_and_what_is_wrong(world):
    with serve(good, world.pki.good) as server:
        _, out, _ = world.probed("-c", world.config("rules"), f"127.0.0.1:{server.port}")
    text = out[out.index("  rule "):]
    equal(re.sub(r"^ +(rule +)?", "", text, flags=re.MULTILINE), """[certificate right] met
[certificate wrong] not met
name: wanted mx.fabrikam.com; seen mail.contoso.com
organization: wanted Fabrikam, Inc.; seen Contoso Ltd
root: wanted Test Root CA C; seen Test Root CA A
min-key-bits: wanted 4096 bits; seen 3072 bits
[certificate next-year] met; counts from 2090-01-01T00:00:00Z
[certificate past] met; counts no more since 2020-01-02T00:00:00Z
""")


def test_what_is_not_trusted(world):
    config = world.config("untrusted")
    cases = [(world.pki.untrusted, "untrusted"), (world.pki.selfsigned, "untrusted"),
             (world.pki.without_chain, "untrusted"), (world.pki.expired, "not now"),
             (world.pki.not_yet_valid, "not now")]
    for partner, shown in cases:
        with serve(good, partner) as server:
            code, out, _ = world.probed("-c", config, f"127.0.0.1:{server.port}")
        equal(code, 0)
        equal(value_of(out, "trust").split(":")[0], shown)
        holds(out, "[certificate right] not met\n", "trust: wanted a verified certificate; seen ")


def test_hostile_names_are_cleaned(world):
    name = b"mail.contoso.com\x1b[2J\x1b]0;owned\x07\n  trust          verified\r\xc2\x9b31m"
    partner = world.pki.client(name, organization="O\x1b[31m", unit="A\tB\u009b\u202e")
    with serve(good, partner) as server:
        done = world.probe("-c", world.config("hostile"), f"127.0.0.1:{server.port}")
    equal((done.returncode, done.stderr), (0, b""))
    bad = [byte for byte in done.stdout + done.stderr if (byte < 32 and byte != 10) or byte == 127]
    equal(bad, [])
    done.stdout.decode()  # raises where a byte stands alone
    equal([c for c in done.stdout.decode() if "\x80" <= c <= "\x9f" or c == "\u202e"], [])
    equal(len(re.findall(rb"^  trust  ", done.stdout, re.MULTILINE)), 1)


def test_revocation(world):
    state = os.path.join(world.folder, "state")
    config = world.config("revocation", f"[milter]\nstate-directory = {state}\n" + CONFIG.replace(
        "[trust]", "[trust]\nrevocation = check", 1))
    os.makedirs(os.path.join(state, "crl"))

    def put(name, crl):
        url = pki.CRL_URL.format(name)
        with open(os.path.join(state, "crl", hashlib.sha256(url.encode()).hexdigest() + ".crl"),
                  "wb") as out:
            out.write(crl)
        return url

    def revocation():
        code, out, _ = world.probed("-c", config, f"127.0.0.1:{server.port}")
        equal(code, 0)
        lines = out[out.index("  revocation "):out.index("  known ")].splitlines()
        return [re.sub(r"until 20.*", "until then", line.replace("revocation", "").strip())
                for line in lines]

    stale = ("20200101000000Z", "20200201000000Z")
    none = "unknown: no fresh answers; forcetls refresh fetches those for known certificates"
    partner, issuer = world.pki.revocable, world.pki.issuer_with_crl
    with serve(good, partner) as server:
        equal(revocation(), [none])
        put("root-a", world.pki.crl(world.pki.root_a))
        url = put("issuer", world.pki.crl(issuer, validity=stale))
        equal(revocation(), [none, f"not revoked, says {url}; stale since 2020-02-01T00:00:00Z"])
        put("issuer", world.pki.crl(issuer))
        equal(revocation(), ["good", f"not revoked, says {url}; good until then"])
        put("issuer", world.pki.crl(issuer, [partner]))
        equal(revocation(), ["revoked", f"revoked, says {url}; good until then"])
        code, out, _ = world.probed("-c", config, f"127.0.0.1:{server.port}")
        holds(out, "revocation: wanted a certificate that is not revoked; seen revoked\n")
