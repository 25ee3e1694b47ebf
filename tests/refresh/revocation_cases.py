# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""CRLs and OCSP responses: good ones are kept, bad ones replace nothing."""

import base64
import os
import stat
import time

import http_server
from cases import equal, holds
from http_server import body
from state_files import crl_name, ocsp_name
from world import Place, read

TRY_LATER = bytes.fromhex("30030a0103")


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def crl_line(world):
    return f"crl {world.crl_url} (mail.contoso.com): "


def ocsp_line(world):
    return f"ocsp {world.ocsp_url} (ocsp.contoso.com): "


def test_good_answers_are_kept(world):
    world.server.routes["/ocsp"] = body(world.pki.ocsp(world.asked))
    place = Place(world, "good", known=[world.leaf, world.asked])
    run = place.refresh()
    equal(run.code, 0)
    holds(run.line(crl_line(world)), "OK, until 20")
    holds(run.line(f"crl {world.root_url} (Refreshed CA): "), "OK, until 20")
    holds(run.line(ocsp_line(world)), "OK, until 20")
    equal(run.line(f"forcetlsd {place.state}: "), "not running, or without [trust]")
    equal(place.answers(), sorted([crl_name(world.crl_url), crl_name(world.root_url),
                                   ocsp_name(world.asked)]))
    equal(read(place.path(crl_name(world.crl_url))), world.crl)
    equal([mode(place.path(crl_name(world.crl_url))), mode(place.path("crl")),
           mode(place.path("ocsp"))], [0o644, 0o755, 0o755])
    equal(sorted(world.server.paths()), ["/issuer.crl", "/ocsp", "/root.crl"])
    again = place.refresh()
    equal([again.code, again.lines[-1]], [0, f"forcetlsd {place.state}: nothing changed"])


def test_requests_are_as_the_protocols_want_them(world):
    world.server.routes["/ocsp"] = body(world.pki.ocsp(world.asked))
    Place(world, "requests", known=[world.asked]).refresh()
    post = next(one for one in world.server.asked if one.path == "/ocsp")
    equal(post.method, "POST")
    equal(post.headers["Content-Type"], "application/ocsp-request")
    holds(post.headers["User-Agent"], "forcetls/")
    assert 50 < len(post.body) < 200, len(post.body)
    get = next(one for one in world.server.asked if one.path == "/root.crl")
    equal([get.method, get.headers["User-Agent"]], ["GET", post.headers["User-Agent"]])


def test_one_crl_serves_several_certificates(world):
    other = world.make_leaf("other.contoso.com", crl=world.crl_url)
    run = Place(world, "several", known=[world.leaf, other]).refresh()
    equal(run.code, 0)
    holds(run.line(f"crl {world.crl_url} (mail.contoso.com and 1 more): "), "OK, until")
    equal(world.server.paths().count("/issuer.crl"), 1)


def test_revoked_certificates_are_named(world):
    world.server.routes["/issuer.crl"] = body(world.pki.crl(world.issuer, [world.leaf]))
    world.server.routes["/ocsp"] = body(world.pki.ocsp(world.asked, revoked=True))
    run = Place(world, "revoked", known=[world.leaf, world.asked]).refresh()
    equal(run.code, 0)
    holds(run.line(crl_line(world)), "; REVOKED: mail.contoso.com")
    holds(run.line(ocsp_line(world)), "; REVOKED: ocsp.contoso.com")


def test_pem_is_understood(world):
    text = base64.encodebytes(world.crl)
    world.server.routes["/issuer.crl"] = body(
        b"-----BEGIN X509 CRL-----\n" + text + b"-----END X509 CRL-----\n")
    equal(Place(world, "pem", known=[world.leaf]).refresh().code, 0)


def bad_crls(world):
    """(behaviour, what is said of it)"""
    twin, other = world.pki.crl(world.twin), world.pki.crl(world.pki.root_a)
    endless = 100 * 1024 * 1024
    return {
        "twin": (body(twin), "wrong signature"),
        "other": (body(other), "the CRL of another issuer"),
        "garbage": (body(b"<html>welcome</html>"), "not a CRL"),
        "empty": (body(b""), "not a CRL"),
        "cut": (body(world.crl[:-10]), "not a CRL"),
        "missing": (body(world.crl, 404), "HTTP status 404"),
        "broken": (body(world.crl, 503), "HTTP status 503"),
        "replayed": (body(world.old_crl), "older than the answer that is there"),
        "stale": (body(world.stale_crl), "older than the answer that is there"),
        "announced": (http_server.flood(endless, True), "larger than 32 MiB"),
        "endless": (http_server.flood(endless, False), "larger than 32 MiB"),
        "loop": (http_server.redirect("/issuer.crl"), "unreachable: Maximum (3) redirects"),
        "file": (http_server.redirect("file:///etc/hostname"), 'unreachable: Protocol "file"'),
        "nowhere": (http_server.redirect("http://127.0.0.1:1/"), "unreachable: Failed to connect"),
    }


def test_bad_crls_replace_nothing(world):
    place = Place(world, "bad", known=[world.leaf])
    equal(place.refresh().code, 0)
    for name, (behaviour, said) in bad_crls(world).items():
        world.server.routes["/issuer.crl"] = behaviour
        world.server.sent = 0
        run = place.refresh()
        holds(name + ": " + run.line(crl_line(world)), name + ": " + said)
        equal([name, run.code], [name, 75])
        equal(run.lines[-1], f"forcetlsd {place.state}: nothing changed")
        equal(read(place.path(crl_name(world.crl_url))), world.crl)
        # Not much more than the limit leaves the server.
        assert world.server.sent < 64 * 1024 * 1024, world.server.sent


def test_bad_crls_are_not_written_where_none_is(world):
    for name in ("twin", "other", "garbage", "missing", "endless"):
        world.server.routes["/issuer.crl"] = bad_crls(world)[name][0]
        place = Place(world, "none-" + name, known=[world.leaf])
        equal(place.refresh().code, 75)
        equal(place.answers(), [crl_name(world.root_url)])


def test_a_stale_crl_is_better_than_none(world):
    world.server.routes["/issuer.crl"] = body(world.stale_crl)
    place = Place(world, "stale", known=[world.leaf])
    run = place.refresh()
    equal([run.code, run.line(crl_line(world))], [75, "stale since 2026-02-01T00:00:00Z"])
    equal(read(place.path(crl_name(world.crl_url))), world.stale_crl)
    world.server.routes["/issuer.crl"] = body(world.crl)
    equal(place.refresh().code, 0)
    equal(read(place.path(crl_name(world.crl_url))), world.crl)


def test_a_broken_file_is_replaced(world):
    place = Place(world, "broken", known=[world.leaf])
    place.put(crl_name(world.crl_url), b"half a file")
    equal(place.refresh().code, 0)
    equal(read(place.path(crl_name(world.crl_url))), world.crl)


def test_redirects_are_followed(world):
    world.server.routes["/issuer.crl"] = http_server.redirect("/1")
    world.server.routes["/1"] = http_server.redirect("/2")
    world.server.routes["/2"] = http_server.redirect(world.server.url("/3"))
    world.server.routes["/3"] = body(world.crl)
    equal(Place(world, "redirected", known=[world.leaf]).refresh().code, 0)


def test_the_proxy_of_the_environment_is_used(world):
    url = "http://crl.test/far.crl"
    world.server.routes[url] = body(world.crl)
    world.server.routes[world.root_url] = body(world.root_crl)
    place = Place(world, "proxy", known=[world.make_leaf("far.example", crl=url)])
    equal(place.refresh(proxy=world.server.url("")).code, 0)
    equal(sorted(world.server.paths()), sorted([url, world.root_url]))


def test_silent_servers_take_their_time_only_once(world):
    with http_server.serve() as hanging, http_server.serve() as dripping:
        hanging.routes |= {"/a": http_server.hang, "/b": http_server.hang}
        dripping.routes["/a"] = http_server.drip
        leaves = [world.make_leaf("a.example", crl=hanging.url("/a")),
                  world.make_leaf("b.example", crl=hanging.url("/b")),
                  world.make_leaf("c.example", crl=dripping.url("/a"))]
        place = Place(world, "silent", known=[*leaves, world.leaf])
        start = time.monotonic()
        run = place.refresh(timeout="1")
        took = time.monotonic() - start
    equal(run.code, 75)
    holds(run.line(f"crl {hanging.url('/a')} (a.example): "), "unreachable: ")
    equal(run.line(f"crl {hanging.url('/b')} (b.example): "),
          "not asked: its server was unreachable before")
    holds(run.line(f"crl {dripping.url('/a')} (c.example): "), "unreachable: ")
    holds(run.line(crl_line(world)), "OK, until")
    assert took < 5, took


def test_ocsp_answers_that_are_none(world):
    place = Place(world, "bad-ocsp", known=[world.asked])
    good = newer_ocsp(world)
    world.server.routes["/ocsp"] = body(good)
    equal(place.refresh().code, 0)
    other = world.make_leaf("other.contoso.com", crl=world.crl_url)
    for data, said in [
            (world.old_ocsp, "older than the answer that is there"),
            (world.pki.ocsp(other), "an answer about another certificate"),
            (world.pki.ocsp(world.pki.good), "signed by one whom the issuer did not delegate"),
            (TRY_LATER, "the server says: try later"),
            (b"<html>welcome</html>", "not an OCSP response"),
            (bytes(70000), "larger than 65536 bytes")]:
        world.server.routes["/ocsp"] = body(data)
        run = place.refresh()
        equal([run.line(ocsp_line(world)), run.code], [said, 75])
        equal(read(place.path(ocsp_name(world.asked))), good)


def newer_ocsp(world):
    """Of a later second than world.old_ocsp."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        answer = world.pki.ocsp(world.asked)
        if this_update(answer) > this_update(world.old_ocsp):
            return answer
    raise AssertionError("the clock stands still")


def this_update(answer):
    """The second GeneralizedTime; the first is producedAt."""
    first = answer.index(b"\x18\x0f20")
    second = answer.index(b"\x18\x0f20", first + 2)
    return answer[second + 2:second + 17]


def test_answers_that_nobody_needs_go(world):
    place = Place(world, "unneeded", known=[world.leaf])
    unneeded = [crl_name("http://crl.example/old.crl"), "ocsp/" + "0" * 64 + ".ocsp"]
    others = ["crl/notes.txt", "crl/own.crl", "ocsp/" + "0" * 64]
    for name in [*unneeded, *others, "crl/.forcetls-a1b2c3"]:
        place.put(name, b"x")
    run = place.refresh()
    equal(run.code, 0)
    for name in unneeded:
        equal(run.line(f"file {name}: "), "removed: no known certificate needs it")
    equal(place.answers(),
          sorted([crl_name(world.crl_url), crl_name(world.root_url), *others]))


def test_answers_stay_while_a_known_certificate_cannot_be_read(world):
    place = Place(world, "unreadable", known=[world.leaf])
    broken = os.path.join(place.known, "broken.pem")
    with open(broken, "w", encoding="ascii") as out:
        out.write("-----BEGIN CERTIFICATE-----\n")
    name = crl_name("http://crl.example/old.crl")
    place.put(name, b"x")
    run = place.refresh()
    holds(run.errors, f"{broken}: warning: ")
    assert name in place.answers(), place.answers()
    os.unlink(broken)
    place.refresh()
    assert name not in place.answers(), place.answers()
