# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Partners' renewed certificates: which are taken over, and which are not."""

import contextlib
import os

import name_server
from cases import Skip, equal, holds
from starttls_server import drop, good, serve
from state_files import crl_name
from world import Place, read

RULE = """[certificate contoso]
name = mail.contoso.com
issuer = Refreshed CA
root = Test Root CA A
organization = Contoso Ltd
"""
ZONE = {("mail.contoso.com", "A"): ["127.0.0.1"], ("mail.contoso.com", "AAAA"): [],
        ("mx.contoso.com", "A"): ["127.0.0.1"], ("mx.contoso.com", "AAAA"): [],
        ("contoso.com", "MX"): [(10, "mx.contoso.com")]}
ENDED = ("20250101000000Z", "20260101000000Z")
NOBODY = 65534
WHERE = "host mail.contoso.com [127.0.0.1] ([certificate contoso]): "


@contextlib.contextmanager
def partner(identity, behaviour=good):
    """Options that lead to a mail server with that certificate."""
    with serve(behaviour, identity) as server, name_server.answer(ZONE) as names:
        yield ["--port", str(server.port), "--resolver", f"127.0.0.1:{names.port}"], server, names


def refreshed(identity):
    return f"refreshed-{identity.sha256[:16]}.pem"


def test_a_renewed_certificate_is_added(world):
    place = Place(world, "renewed", RULE)
    with partner(world.leaf) as (options, server, _):
        run = place.refresh(*options)
        equal([run.code, run.line(WHERE)], [0, "OK, added as " + refreshed(world.leaf)])
        path = os.path.join(place.known, refreshed(world.leaf))
        equal(read(path), read(world.leaf.chain))
        equal(os.stat(path).st_mode & 0o777, 0o644)
        # Its revocation is asked for in the same run.
        assert os.path.exists(place.path(crl_name(world.crl_url)))
        run = place.refresh(*options)
        equal([run.code, run.line(WHERE)], [0, "OK, known"])
        equal(server.names, ["mail.contoso.com"] * 2)


def test_mx_hosts_of_senders_are_asked(world):
    wildcard = RULE.replace("name = mail", "name = *")
    inbound = "[inbound contoso]\nmatch-sender = *.contoso.com\nrequire-certificate = contoso\n"
    place = Place(world, "mx", wildcard + inbound)
    with partner(world.leaf) as (options, server, names):
        run = place.refresh(*options)
    equal(run.code, 0)
    equal(run.line("host mx.contoso.com [127.0.0.1] ([certificate contoso]): "),
          "OK, added as " + refreshed(world.leaf))
    equal(server.names, ["mx.contoso.com"])
    equal(names.asked[0], ("contoso.com", "MX"))


def test_a_domain_without_mail_exchanger(world):
    inbound = "[inbound lost]\nmatch-sender = lost.test\nrequire-certificate = contoso\n"
    place = Place(world, "lost", RULE + inbound, known=[world.leaf])
    with partner(world.leaf) as (options, _, _):
        run = place.refresh(*options)
    equal([run.code, run.line(WHERE)], [0, "OK, known"])
    holds(run.line("mx lost.test ([certificate contoso]): "), "no such domain")


def test_a_folder_that_cannot_be_written(world):
    if os.geteuid() != 0:
        raise Skip("needs root")
    place = Place(world, "readonly", RULE)
    ended = world.make_leaf("mail.contoso.com", validity=ENDED)
    with open(os.path.join(place.known, refreshed(ended)), "wb") as out:
        out.write(read(ended.chain))
    os.chown(place.state, NOBODY, NOBODY)
    with partner(world.leaf) as (options, _, _):
        run = place.refresh(*options)
    equal(run.code, 75)
    holds(run.line(WHERE), f"not added: cannot write {place.known}/")
    equal(run.line(f"file {refreshed(ended)}: "), "cannot be removed: Permission denied")
    equal(os.listdir(place.known), [refreshed(ended)])


def test_what_does_not_meet_the_rule_is_not_added(world):
    maker = world.pki
    twin = maker.leaf(world.twin, "mail.contoso.com", organization="Contoso Ltd")
    cases = [
        (world.make_leaf("mail.fabrikam.com"),
         "name: wanted mail.contoso.com, seen mail.fabrikam.com"),
        (twin, "root: wanted Test Root CA A, seen Test Root CA C"),
        (maker.leaf(world.issuer, "mail.contoso.com", organization="Contoso"),
         "organization: wanted Contoso Ltd, seen Contoso"),
        (maker.good, "issuer: wanted Refreshed CA, seen Test Issuing CA A1"),
        (maker.untrusted, "trust: wanted a verified certificate, seen an untrusted certificate"),
        (maker.selfsigned, "trust: wanted a verified certificate, seen an untrusted certificate"),
        (world.make_leaf("mail.contoso.com", validity=ENDED),
         "trust: wanted a verified certificate, seen an expired or not yet valid certificate"),
    ]
    place = Place(world, "unmet", RULE)
    for identity, said in cases:
        with partner(identity) as (options, _, _):
            run = place.refresh(*options)
        holds(run.line(WHERE), "not added: " + said)
        equal([run.code, os.listdir(place.known)], [0, []])


def test_a_revoked_certificate_is_not_added(world):
    place = Place(world, "revoked-renewal", RULE)
    place.put(crl_name(world.crl_url), world.pki.crl(world.issuer, [world.leaf]))
    with partner(world.leaf) as (options, _, _):
        run = place.refresh(*options)
    holds(run.line(WHERE), "not added: revocation: ")
    equal(os.listdir(place.known), [])


def test_which_rules_are_renewed(world):
    unbound = "[certificate contoso]\nname = mail.contoso.com\n"
    for number, text in enumerate([
            unbound, unbound + "organization = Contoso Ltd\n",
            RULE.replace("name = mail.contoso.com\n", ""), RULE + "valid-until = 2026-01-01\n",
            RULE + "valid-from = 2048-01-01\n", RULE + f"sha256 = {'0' * 64}\n"]):
        place = Place(world, f"rules-{number}", text)
        with partner(world.leaf) as (options, server, names):
            run = place.refresh(*options)
        equal([text, run.code, server.names, names.asked], [text, 0, [], []])


def test_servers_that_show_none(world):
    place = Place(world, "drop", RULE)
    with partner(world.leaf, drop("handshake")) as (options, _, _):
        run = place.refresh(*options)
    equal(run.code, 75)
    holds(run.line(WHERE), "unreachable: ")
    equal(run.line("rule [certificate contoso]: "), "none of its hosts showed a certificate")


def test_only_own_files_go_and_only_when_they_have_ended(world):
    ended = world.make_leaf("mail.contoso.com", validity=ENDED)
    place = Place(world, "ended", known=[ended, world.leaf])
    for identity in (ended, world.asked):
        with open(os.path.join(place.known, refreshed(identity)), "wb") as out:
            out.write(read(identity.chain))
    with open(os.path.join(place.known, "refreshed-0123456789abcdef.pem"), "wb") as out:
        out.write(b"junk")
    world.server.routes["/ocsp"] = lambda handler: None
    before = set(os.listdir(place.known))
    run = place.refresh()
    equal(run.line(f"file {refreshed(ended)}: "), "removed: the certificate has ended")
    equal(before - set(os.listdir(place.known)), {refreshed(ended)})
