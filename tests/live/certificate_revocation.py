# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Revocation by files in the state directory (certificates_live.py)."""

from certificate_bench import certificate_suite, rules_config
from pki import CRL_URL, OCSP_URL
from state_files import crl_name, ocsp_name

SUITE = certificate_suite()
LEAVES, ISSUERS = CRL_URL.format("issuer"), CRL_URL.format("root-a")
STALE = ("20200101000000Z", "20200201000000Z")
FUTURE = ("20480101000000Z", "20490101000000Z")


def config(pki):
    return rules_config({
        "trusted": "[inbound]\nrequire-certificate = verified",
        "named": "name = mail.contoso.com",
        "pinned": f"sha256 = {pki.revoked.sha256}, {pki.selfsigned.sha256}"})


def ocsp_only(pki, unit):
    """Its issuer publishes no CRL."""
    return pki.client("mail.contoso.com", unit=unit, issuer=pki.root_a, ocsp=OCSP_URL)


def use(bench, revocation, answers):
    pki = bench.pki
    known = [pki.revocable, pki.revoked, ocsp_only(pki, "good"), ocsp_only(pki, "revoked"),
             pki.client("mail.contoso.com", unit="says nothing")]
    bench.use(config(pki), known=known, revocation=revocation, answers=answers)
    return pki


def answers_of(pki, leaves=None, issuers=None, **how):
    """CRLs of the leaves' issuer and of its issuer; `leaves`, `issuers`: those revoked, None: no
    such CRL."""
    answers = {}
    if leaves is not None:
        answers[crl_name(LEAVES)] = pki.crl(pki.issuer_with_crl, leaves, **how)
    if issuers is not None:
        answers[crl_name(ISSUERS)] = pki.crl(pki.root_a, issuers)
    return answers


@SUITE.test("revocation")
def check_refuses_what_is_revoked(bench):
    pki = bench.pki
    use(bench, "check", answers_of(pki, [pki.revoked], []))
    for connector in ("trusted", "named"):
        bench.judge(connector, pki.revocable, "accepted")
        bench.judge(connector, pki.revoked, "revoked")
        bench.judge(connector, pki.good, "accepted")
    # A pin does not outlive a revocation that is known.
    bench.judge("pinned", pki.revoked, "revoked")
    bench.judge("pinned", pki.selfsigned, "accepted")
    bench.judge("pinned", pki.revocable, "pin")


@SUITE.test("revocation")
def check_passes_what_is_unknown(bench):
    pki = bench.pki
    for answers in ({}, answers_of(pki, [], validity=STALE),
                    {crl_name(LEAVES): b"garbage", "crl/x.txt": b"none"},
                    # Signed by one who is not the issuer.
                    {crl_name(LEAVES): pki.crl(pki.issuer_a1, [pki.revoked])}):
        use(bench, "check", answers)
        for identity in (pki.revocable, pki.revoked):
            bench.judge("trusted", identity, "accepted")
    # What was revoked stays so, however old the list.
    use(bench, "check", answers_of(pki, [pki.revoked], validity=STALE))
    bench.judge("trusted", pki.revoked, "revoked")


@SUITE.test("revocation")
def issuing_ca_is_revoked(bench):
    pki = bench.pki
    for revocation in ("check", "require"):
        use(bench, revocation, answers_of(pki, [], [pki.issuer_with_crl]))
        bench.judge("trusted", pki.revocable, "revoked")


@SUITE.test("revocation")
def require_wants_fresh_answers(bench):
    pki = bench.pki
    missing = "missing revocation"
    use(bench, "require", answers_of(pki, [pki.revoked], []))
    bench.judge("trusted", pki.revocable, "accepted")
    bench.judge("named", pki.revoked, "revoked")
    bench.judge("trusted", pki.client("mail.contoso.com", unit="says nothing"), missing)
    bench.judge("trusted", pki.good, missing)   # not known
    bench.judge("pinned", pki.selfsigned, "accepted")
    for answers in ({}, answers_of(pki, []), answers_of(pki, None, []),
                    answers_of(pki, [], [], validity=STALE),
                    answers_of(pki, [], [], validity=FUTURE)):
        use(bench, "require", answers)
        bench.judge("trusted", pki.revocable, missing)


@SUITE.test("revocation")
def ocsp_answers(bench):
    pki = bench.pki
    good, revoked = ocsp_only(pki, "good"), ocsp_only(pki, "revoked")
    use(bench, "require", {ocsp_name(good): pki.ocsp(good),
                           ocsp_name(revoked): pki.ocsp(revoked, revoked=True)})
    bench.judge("trusted", good, "accepted")
    bench.judge("trusted", revoked, "revoked")
    # One certificate's answer in another's place.
    use(bench, "require", {ocsp_name(good): pki.ocsp(revoked), ocsp_name(revoked): b""})
    bench.judge("trusted", good, "missing revocation")
    bench.judge("trusted", revoked, "missing revocation")


@SUITE.test("revocation")
def off_asks_for_nothing(bench):
    pki = bench.pki
    use(bench, "off", answers_of(pki, [pki.revoked], [pki.issuer_with_crl]))
    for connector in ("trusted", "named", "pinned"):
        bench.judge(connector, pki.revoked, "accepted")
