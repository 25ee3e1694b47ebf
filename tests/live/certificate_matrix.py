# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Attribute by certificate by MTA: what each rule makes of certificates in known.d, of others of
which an MTA tells what it can, and of pinned ones (certificates_live.py)."""

from dataclasses import replace

from certificate_bench import certificate_suite, rules_config

SUITE = certificate_suite()
CONTOSO = {"organization": "Contoso Ltd", "unit": "Mail"}
ALL = """name = mail.contoso.com
organization = Contoso Ltd
organizational-unit = Mail
issuer = Test Issuing CA A1
issuer-organization = Test Issuer Org
root = Test Root CA A
min-key-bits = 2048"""

# {…} are certificates of `shown` and `in_known_d`.
RULES = {
    "trusted": "[inbound]\nrequire-certificate = verified",
    "short-form": "[inbound]\nrequire-certificate-name = mail.contoso.com",
    "name": "name = mail.contoso.com",
    "subtree": "name = *.contoso.com",
    "organization": "organization = Contoso Ltd",
    "organizations": "organization = Fabrikam, Inc.\n  contoso   LTD",
    "unit": "organizational-unit = Mail",
    "issuer": "issuer = Test Issuing CA A1",
    "issuer-organization": "issuer-organization = Test Issuer Org",
    "root": "root = Test Root CA A",
    "bits": "min-key-bits = 2048",
    "more-bits": "min-key-bits = 3072",
    "all": ALL,
    "pin": "sha256 = {selfsigned.sha256}",
    "pins": "sha256 = {selfsigned.sha256}, {good.sha256}\nkey-sha256 = {known.key_sha256}",
    "known-pin": "sha256 = {known.sha256}",
    "key": "key-sha256 = {good.key_sha256}",
    "known-key": "key-sha256 = {known.key_sha256}",
    "file": "file = {from_file.certificate}",
    "pin-alone": "sha256 = {selfsigned.sha256}\nname = mail.fabrikam.com\nroot = Test Root CA C",
    "expired-pin": "sha256 = {expired.sha256}",
    "weak-pin": "sha256 = {weak.sha256}\nmin-key-bits = 2048",
    "key-and-bits": "key-sha256 = {good.key_sha256}\nmin-key-bits = 2048",
    "one-of": "[inbound]\nrequire-certificate = name, organization",
}

# Rule, certificate, words on Postfix, words on Sendmail where they differ.
MATRIX = [
    # Of a certificate that is known the chain counts, not what the MTA says of it.
    ("trusted", "known", "accepted"),
    ("trusted", "known without chain", "accepted"),
    ("trusted", "chainless", "untrusted"),
    ("trusted", "known selfsigned", "untrusted"),
    ("trusted", "under_b", "untrusted"),
    ("trusted", "imitation", "untrusted"),
    ("trusted", "twin", "accepted"),
    ("trusted", "rekeyed", "accepted"),
    ("trusted", "outside constraints", "untrusted"),
    ("trusted", "within constraints", "accepted"),
    ("trusted", "expired", "expired"),
    ("trusted", "not_yet", "expired"),
    ("trusted", "email only", "untrusted"),
    # One that is not known: what the MTA says, where it trusts it.
    ("trusted", "good", "accepted"),
    ("trusted", "good without chain", "untrusted"),
    ("trusted", "server_only", "untrusted"),
    ("trusted", "selfsigned", "untrusted"),
    ("trusted", "none", "absent"),

    ("name", "known", "accepted"),
    ("name", "known san_only", "accepted"),
    ("name", "wildcard", "accepted"),
    ("name", "deep wildcard", "name"),
    ("name", "apex", "name"),
    ("name", "another san", "name"),
    ("name", "known cn only", "accepted"),
    ("name", "good", "accepted"),
    ("name", "cn wildcard", "accepted"),
    ("name", "good, another san", "accepted"),
    ("name", "fabrikam", "missing name"),
    ("name", "san_only", "missing name"),
    ("name", "server_only", "untrusted"),
    ("short-form", "known", "accepted"),
    ("short-form", "another san", "name"),
    ("short-form", "fabrikam", "missing name"),
    ("subtree", "known", "accepted"),
    ("subtree", "wildcard", "accepted"),
    ("subtree", "deep wildcard", "accepted"),
    ("subtree", "deep", "accepted"),
    ("subtree", "apex", "accepted"),
    ("subtree", "similar", "name"),

    ("organization", "known", "accepted"),
    ("organization", "known san_only", "organization"),
    ("organization", "longer organization", "organization"),
    ("organization", "good", "missing organization", "accepted"),
    ("organization", "fabrikam", "missing organization", "organization"),
    ("organizations", "known", "accepted"),
    ("organizations", "good", "missing organization", "accepted"),
    ("unit", "known", "accepted"),
    ("unit", "known san_only", "unit"),
    ("unit", "good", "missing unit", "accepted"),
    ("issuer", "known", "accepted"),
    ("issuer", "twin", "accepted"),
    ("issuer", "rekeyed", "accepted"),
    ("issuer", "under root c", "issuer"),
    ("issuer", "good", "accepted"),
    # A name binds no CA, where only the name is known.
    ("issuer", "good twin", "accepted"),
    ("issuer", "good under root c", "issuer"),
    ("issuer-organization", "known", "accepted"),
    ("issuer-organization", "good", "missing issuer-organization", "accepted"),
    ("root", "known", "accepted"),
    ("root", "rekeyed", "accepted"),
    ("root", "twin", "root"),
    ("root", "under root c", "root"),
    ("root", "good", "missing root"),
    ("bits", "known", "accepted"),
    ("bits", "weak", "1024<2048"),
    ("bits", "good", "missing bits"),
    ("more-bits", "known", "2048<3072"),
    ("more-bits", "ec", "accepted"),
    ("more-bits", "ed25519", "accepted"),
    ("all", "known", "accepted"),
    ("all", "twin", "1024<2048 organization unit root"),
    ("all", "good", "missing organization unit issuer-organization root bits",
     "missing root bits"),
    ("one-of", "known", "accepted"),
    ("one-of", "known san_only", "accepted"),
    ("one-of", "another san", "accepted"),

    # Pins need no trust, no name and no known certificate.
    ("pin", "selfsigned", "accepted"),
    ("pin", "known", "pin"),
    ("pin", "good", "pin"),
    ("pin", "none", "absent"),
    ("pins", "selfsigned", "accepted"),
    ("pins", "good", "accepted"),
    ("pins", "known", "accepted"),
    ("pins", "renewed", "accepted"),
    ("pins", "fabrikam", "pin", "missing digest"),
    ("known-pin", "known", "accepted"),
    ("known-pin", "known without chain", "accepted"),
    ("known-pin", "renewed", "pin"),
    ("key", "good", "accepted", "missing digest"),
    ("key", "good renewed", "accepted", "missing digest"),
    ("key", "selfsigned", "key-pin", "missing digest"),
    ("key", "known", "key-pin"),
    ("known-key", "known", "accepted"),
    ("known-key", "renewed", "accepted"),
    ("known-key", "renewed, not known", "accepted", "missing digest"),
    ("known-key", "none", "absent"),
    ("file", "from_file", "accepted"),
    ("file", "selfsigned", "pin"),
    ("pin-alone", "selfsigned", "accepted"),
    ("pin-alone", "known selfsigned", "untrusted name root pin"),
    ("expired-pin", "expired", "accepted"),
    ("weak-pin", "weak", "1024<2048"),
    ("weak-pin", "known", "pin"),
    ("key-and-bits", "good", "missing bits", "missing bits digest"),
]

# With an empty known.d nothing might be known.
EMPTY = [
    ("trusted", "good", "accepted"),
    ("trusted", "server_only", "untrusted"),
    ("trusted", "expired", "untrusted"),
    ("trusted", "selfsigned", "untrusted"),
    ("trusted", "none", "absent"),
    ("name", "server_only", "untrusted"),
    ("pin", "selfsigned", "accepted"),
    ("pin", "good", "pin"),
    ("pin", "none", "absent"),
    ("key", "good", "accepted", "missing digest"),
    ("file", "from_file", "accepted"),
    ("weak-pin", "weak", "missing bits"),
]


def in_known_d(pki):
    """Certificates by the matrix's names, of which known.d tells."""
    name = "mail.contoso.com"
    known = pki.client(name, names=[name], key="rsa:2048", usage="serverAuth", **CONTOSO)
    return {
        "known": known,
        "renewed": pki.client(name, names=[name], key=known, unit="renewed"),
        "known cn only": pki.client(name, unit="CN only"),
        "known san_only": pki.client(None, unit="SAN only", names=[name]),
        "known selfsigned": pki.leaf(None, name, unit="known"),
        "another san": pki.client(name, names=["mx.fabrikam.com"], **CONTOSO),
        "wildcard": pki.client("x", names=["*.contoso.com"]),
        "deep wildcard": pki.client("x", names=["*.mail.contoso.com"]),
        "deep": pki.client("x", names=["a.mx.contoso.com"]),
        "apex": pki.client("x", names=["contoso.com"]),
        "similar": pki.client("x", names=["evilcontoso.com", "contoso.com.evil.example"]),
        "longer organization": pki.client(name, organization="Contoso Ltd & Co"),
        "under_b": pki.client(name, issuer=pki.root_b, **CONTOSO),
        "imitation": pki.client(name, issuer=pki.root_a_imitation, **CONTOSO),
        "under root c": pki.client(name, issuer=pki.root_c, unit="C"),
        "twin": pki.client(name, issuer=pki.issuer_a1_twin, key="rsa:1024", unit="twin"),
        "rekeyed": pki.client(name, issuer=pki.issuer_a1_rekeyed),
        "outside constraints": pki.client(name, names=[name], issuer=pki.issuer_for_example_net),
        "within constraints": pki.client("mail.example.net", names=["mail.example.net"],
                                         issuer=pki.issuer_for_example_net),
        "expired": pki.expired,
        "not_yet": pki.not_yet_valid,
        "email only": pki.client(name, usage="emailProtection"),
        "weak": pki.client(name, key="rsa:1024"),
        "ec": pki.client(name, unit="EC"),
        "ed25519": pki.client(name, key="ed25519"),
    }


def chainless(pki):
    """Known by its leaf alone, though its server sends the chain and the MTA trusts it."""
    return pki.client("mail.contoso.com", unit="chainless")


def without_chain(identity):
    return replace(identity, chain=identity.certificate)


def shown(pki):
    """All certificates by the matrix's names."""
    known = in_known_d(pki)
    name = "mail.contoso.com"
    return {
        **known,
        "known without chain": without_chain(known["known"]),
        "chainless": chainless(pki),
        "none": None,
        "good": pki.good,
        "good without chain": pki.without_chain,
        "good renewed": pki.client(name, unit="renewed", key=pki.good),
        "good twin": pki.issuer_twin,
        "good under root c": pki.client(name, issuer=pki.root_c),
        "good, another san": pki.client(name, names=["mx.fabrikam.com"]),
        "cn wildcard": pki.wildcard,
        "fabrikam": pki.wrong_name,
        "san_only": pki.san_only,
        "server_only": pki.server_only,
        "selfsigned": pki.selfsigned,
        "renewed, not known": pki.client(name, unit="renewed again", key=known["known"]),
        "from_file": pki.leaf(None, name, unit="file"),
    }


def rules(pki):
    certificates = {name: identity for name, identity in shown(pki).items() if name.isidentifier()}
    return rules_config({name: body.format(**certificates) for name, body in RULES.items()})


def judge_all(bench, table):
    certificates = shown(bench.pki)
    wrong = []
    for rule, certificate, *words in table:
        try:
            bench.judge(rule, certificates[certificate], *words)
        except AssertionError as error:
            wrong.append(f"{certificate}: {error}")
    assert not wrong, "\n".join([f"{len(wrong)} of {len(table)}", *wrong])


@SUITE.test("matrix")
def every_attribute(bench):
    known = [*in_known_d(bench.pki).values(), without_chain(chainless(bench.pki))]
    bench.use(rules(bench.pki), known=known)
    judge_all(bench, MATRIX)


@SUITE.test("matrix")
def empty_known_d(bench):
    bench.use(rules(bench.pki), known=[])
    judge_all(bench, EMPTY)


@SUITE.test("matrix")
def no_trust_section(bench):
    bench.use(rules(bench.pki))
    judge_all(bench, EMPTY)
