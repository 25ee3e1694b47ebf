# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Odd common names against `name` and `organization`, from the MTA's words and from known.d
(certificates_live.py)."""

from certificate_bench import certificate_suite, rules_config

SUITE = certificate_suite()
CONFIG = rules_config({
    "named": "name = mail.contoso.com",
    "idn": "name = mäil.contoso.com",
    "japanese": "name = mäil.contoso.日本.example",
    "organized": "organization = Contoso Ltd",
    "trusted": "[inbound]\nrequire-certificate = verified",
})
# Identity of the Pki; what `name = mail.contoso.com` makes of it on Postfix and on Sendmail, where
# only the MTA tells; and where the certificate is known.
NAMES = [
    ("good", "accepted", "accepted", "accepted"),
    ("two_names_good_first", "accepted", "accepted", "accepted"),
    ("two_names", "missing name", "missing name", "name"),
    ("trailing_dot", "accepted", "accepted", "accepted"),
    ("upper_case", "accepted", "accepted", "accepted"),
    ("wildcard", "accepted", "accepted", "accepted"),
    ("multi_valued", "accepted", "accepted", "accepted"),
    ("two_byte", "accepted", "missing name", "accepted"),
    ("san_only", "missing name", "missing name", "accepted"),
    ("empty_name", "missing name", "missing name", "name"),
    ("long_name", "missing name", "missing name", "name"),
    ("nul_name", "missing name", "missing name", "name"),
    ("newline_name", "missing name", "missing name", "name"),
    ("tab_name", "missing name", "missing name", "name"),
    ("spaces", "missing name", "missing name", "name"),
    ("leading_space", "missing name", "missing name", "name"),
    ("slash_name", "missing name", "missing name", "name"),
    ("slash_after_name", "missing name", "missing name", "name"),
    ("slash_organization", "missing name", "missing name", "name"),
    ("name_like_dn", "missing name", "missing name", "name"),
    ("quotes", "missing name", "missing name", "name"),
    ("plus", "missing name", "missing name", "name"),
    ("punctuation", "missing name", "missing name", "name"),
    ("utf8", "missing name", "missing name", "name"),
    ("latin1", "missing name", "missing name", "name"),
]


@SUITE.test("names")
def as_the_mta_tells_them(bench):
    bench.use(CONFIG)
    for name, postfix, sendmail, _ in NAMES:
        identity = getattr(bench.pki, name)
        bench.judge("named", identity, postfix, sendmail)
        bench.judge("trusted", identity, "accepted")
    bench.judge("japanese", bench.pki.utf8, "accepted")
    # Sendmail passes the bytes of the T61String on, which are no UTF-8.
    bench.judge("idn", bench.pki.latin1, "accepted", "missing name")
    # A DN cannot be taken apart where a value has a slash or a plus.
    for name in ("slash_organization", "slash_unit_as_organization"):
        bench.judge("organized", getattr(bench.pki, name), "missing organization")


@SUITE.test("names")
def as_known_certificates_have_them(bench):
    bench.use(CONFIG, known=[getattr(bench.pki, name) for name in (
        "slash_unit_as_organization", *(name for name, *_ in NAMES))])
    for name, _, _, words in NAMES:
        identity = getattr(bench.pki, name)
        bench.judge("named", identity, words)
        bench.judge("trusted", identity, "accepted")
    bench.judge("japanese", bench.pki.utf8, "accepted")
    bench.judge("idn", bench.pki.latin1, "accepted")
    bench.judge("organized", bench.pki.good, "accepted")
    for name in ("slash_organization", "slash_unit_as_organization"):
        bench.judge("organized", getattr(bench.pki, name), "organization")
